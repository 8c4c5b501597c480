package dev.holdfast.defaults.problem;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.webmvc.error.ErrorController;
import org.springframework.context.annotation.Bean;
import org.springframework.web.servlet.DispatcherServlet;
import tools.jackson.databind.json.JsonMapper;

/** Problem details for services on Spring MVC. */
@AutoConfiguration(
        afterName = "org.springframework.boot.jackson.autoconfigure.JacksonAutoConfiguration",
        beforeName = "org.springframework.boot.webmvc.autoconfigure.error.ErrorMvcAutoConfiguration")
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
@ConditionalOnClass({DispatcherServlet.class, ErrorController.class, JsonMapper.class})
class ServletProblemAutoConfiguration {

    @Bean
    @ConditionalOnMissingBean
    ServletProblemHandler servletProblemHandler(JsonMapper json, ObjectProvider<ProblemTranslator> translators) {
        return new ServletProblemHandler(json, translators.orderedStream().toList());
    }

    @Bean
    @ConditionalOnMissingBean(ErrorController.class)
    ServletErrorPage servletErrorPage(ServletProblemHandler problems) {
        return new ServletErrorPage(problems);
    }
}
