package dev.holdfast.defaults.problem;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.jackson.autoconfigure.JacksonAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.context.runner.ReactiveWebApplicationContextRunner;
import reactor.netty.http.server.HttpServer;

class ReactiveProblemAutoConfigurationTest {

    private static final AutoConfigurations CONFIGURATIONS =
            AutoConfigurations.of(JacksonAutoConfiguration.class, ReactiveProblemAutoConfiguration.class);

    @Test
    void aReactiveServiceAnswersWithProblems() {
        new ReactiveWebApplicationContextRunner()
                .withConfiguration(CONFIGURATIONS)
                .run(context -> assertThat(context).hasSingleBean(ReactiveProblemHandler.class));
    }

    @Test
    void aServiceOfAnotherKindIsLeftAlone() {
        new ApplicationContextRunner().withConfiguration(CONFIGURATIONS).run(context -> assertThat(context)
                .doesNotHaveBean(ReactiveProblemHandler.class));
    }

    @Test
    void aServiceWithoutReactorNettyIsLeftAlone() {
        new ReactiveWebApplicationContextRunner()
                .withConfiguration(CONFIGURATIONS)
                .withClassLoader(new FilteredClassLoader(HttpServer.class))
                .run(context -> assertThat(context).hasNotFailed().doesNotHaveBean("reactiveProblemHandler"));
    }
}
