package dev.holdfast.security;

import org.springframework.boot.WebApplicationType;

class SpringMvcTest extends ServiceContract {
    SpringMvcTest() {
        super(WebApplicationType.SERVLET);
    }
}
