package dev.holdfast.defaults.server;

import dev.holdfast.defaults.problem.ServletProblemHandler;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.core.Ordered;

/** What a servlet service does at its edge. */
@AutoConfiguration(afterName = "dev.holdfast.defaults.problem.ServletProblemAutoConfiguration")
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
@ConditionalOnBean(ServletProblemHandler.class)
@ConditionalOnProperty("eureka.instance.instance-id")
class ServletServerAutoConfiguration {

    @Bean
    FilterRegistrationBean<ServletEdgeFilter> servletEdge(
            @Value("${eureka.instance.instance-id}") String instance, ServletProblemHandler problems) {
        FilterRegistrationBean<ServletEdgeFilter> edge =
                new FilterRegistrationBean<>(new ServletEdgeFilter(instance, problems));
        edge.setOrder(Ordered.HIGHEST_PRECEDENCE);
        return edge;
    }
}
