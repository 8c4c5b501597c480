package dev.holdfast.security;

import dev.holdfast.defaults.problem.ServletProblemHandler;
import org.springframework.boot.actuate.autoconfigure.web.ManagementContextConfiguration;
import org.springframework.boot.actuate.autoconfigure.web.ManagementContextType;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;

/** The gate of a servlet service's Actuator, which on a port of its own has none of the service's filters. */
@ManagementContextConfiguration(value = ManagementContextType.CHILD, proxyBeanMethods = false)
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
class ServletManagementSecurity {

    @Bean
    FilterRegistrationBean<CallerFilter> managementCallerFilter(Gate gate, ServletProblemHandler problems) {
        return new FilterRegistrationBean<>(new CallerFilter(gate, problems));
    }
}
