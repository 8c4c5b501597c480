package dev.holdfast.security;

import org.springframework.boot.WebApplicationType;

class WebFluxTest extends ServiceContract {
    WebFluxTest() {
        super(WebApplicationType.REACTIVE);
    }
}
