package dev.holdfast.security;

import dev.holdfast.defaults.problem.ServletProblemHandler;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.core.MethodParameter;
import org.springframework.web.bind.support.WebDataBinderFactory;
import org.springframework.web.context.request.NativeWebRequest;
import org.springframework.web.context.request.RequestAttributes;
import org.springframework.web.method.support.HandlerMethodArgumentResolver;
import org.springframework.web.method.support.ModelAndViewContainer;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;

/** Callers of services on Spring MVC. */
@AutoConfiguration(
        after = SecurityAutoConfiguration.class,
        afterName = "dev.holdfast.defaults.problem.ServletProblemAutoConfiguration")
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
@ConditionalOnClass(WebMvcConfigurer.class)
class ServletSecurityAutoConfiguration {
    /** After what every answer goes through, refusals too. */
    private static final int ORDER = -100;

    @Bean
    FilterRegistrationBean<CallerFilter> callerFilter(Gate gate, ServletProblemHandler problems) {
        FilterRegistrationBean<CallerFilter> filter = new FilterRegistrationBean<>(new CallerFilter(gate, problems));
        filter.setOrder(ORDER);
        return filter;
    }

    @Bean
    WebMvcConfigurer callerArguments() {
        return new WebMvcConfigurer() {
            @Override
            public void addArgumentResolvers(List<HandlerMethodArgumentResolver> resolvers) {
                resolvers.add(new Resolver());
            }
        };
    }

    private static final class Resolver implements HandlerMethodArgumentResolver {

        @Override
        public boolean supportsParameter(MethodParameter parameter) {
            return CallerArgument.is(parameter);
        }

        @Override
        public Object resolveArgument(
                MethodParameter parameter,
                @Nullable ModelAndViewContainer container,
                NativeWebRequest request,
                @Nullable WebDataBinderFactory binders) {
            return CallerArgument.of(request.getAttribute(Caller.ATTRIBUTE, RequestAttributes.SCOPE_REQUEST));
        }
    }
}
