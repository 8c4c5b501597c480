package dev.holdfast.defaults;

import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;

/** Says which settings it was started with. */
@Configuration(proxyBeanMethods = false)
class SampleService {

    public static void main(String[] args) {
        try (ConfigurableApplicationContext context =
                HoldfastApplication.run(SampleService.class, "sample-service", args)) {
            Environment settings = context.getEnvironment();
            System.out.println("name=" + settings.getProperty("spring.application.name"));
            System.out.println("shared=" + settings.getProperty("sample.shared"));
            System.out.println("both=" + settings.getProperty("sample.both"));
            System.out.println("argument=" + settings.getProperty("sample.argument"));
            System.out.println("folder=" + settings.getProperty("sample.folder"));
        }
    }
}
