package dev.holdfast.lock.client;

import java.util.stream.Stream;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;

/** A program that has the starter on its class path and nothing else. */
@SpringBootConfiguration
@EnableAutoConfiguration
class Program {

    /** Starts the program with the lock service at these ports, in place of a registry. */
    static ConfigurableApplicationContext run(int[] ports, String... settings) {
        SpringApplicationBuilder program = new SpringApplicationBuilder(Program.class)
                .web(WebApplicationType.NONE)
                .properties("spring.application.name=program", "spring.main.banner-mode=off");
        for (int i = 0; i < ports.length; i++) {
            program.properties("spring.cloud.discovery.client.simple.instances.lock-service[%d].uri=http://127.0.0.1:%d"
                    .formatted(i, ports[i]));
        }
        return program.properties("logging.level.root=warn")
                .run(Stream.of(settings).map("--"::concat).toArray(String[]::new));
    }
}
