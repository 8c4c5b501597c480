package dev.holdfast.defaults.registry;

import static org.assertj.core.api.Assertions.assertThat;

import com.netflix.appinfo.ApplicationInfoManager;
import com.netflix.appinfo.HealthCheckHandler;
import com.netflix.appinfo.InstanceInfo;
import com.netflix.appinfo.InstanceInfo.InstanceStatus;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.availability.ApplicationAvailabilityAutoConfiguration;
import org.springframework.boot.availability.AvailabilityChangeEvent;
import org.springframework.boot.availability.ReadinessState;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.cloud.commons.util.InetUtils;
import org.springframework.cloud.commons.util.InetUtilsProperties;
import org.springframework.cloud.netflix.eureka.EurekaInstanceConfigBean;
import org.springframework.cloud.netflix.eureka.InstanceInfoFactory;
import org.springframework.context.ApplicationContext;

class RegistryReadinessAutoConfigurationTest {

    private final ApplicationContextRunner service = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    ApplicationAvailabilityAutoConfiguration.class, RegistryReadinessAutoConfiguration.class));
    private final ApplicationContextRunner registering =
            service.withBean(ApplicationInfoManager.class, RegistryReadinessAutoConfigurationTest::starting);

    @Test
    void anInstanceThatStartsIsNotUpBeforeItIsReady() {
        registering.run(context -> {
            assertThat(reported(context)).isEqualTo(InstanceStatus.STARTING);

            AvailabilityChangeEvent.publish(context, ReadinessState.ACCEPTING_TRAFFIC);
            assertThat(reported(context)).isEqualTo(InstanceStatus.UP);
            assertThat(registered(context)).isEqualTo(InstanceStatus.UP);
        });
    }

    @Test
    void anInstanceThatGoesIsDownAtOnce() {
        registering.run(context -> {
            AvailabilityChangeEvent.publish(context, ReadinessState.ACCEPTING_TRAFFIC);
            AvailabilityChangeEvent.publish(context, ReadinessState.REFUSING_TRAFFIC);

            assertThat(registered(context)).isEqualTo(InstanceStatus.DOWN);
            assertThat(reported(context)).isEqualTo(InstanceStatus.DOWN);
        });
    }

    @Test
    void aServiceThatDoesNotRegisterHasNothingToReport() {
        service.run(context -> assertThat(context).doesNotHaveBean(HealthCheckHandler.class));
    }

    @Test
    void aServiceWithoutEurekaStarts() {
        service.withClassLoader(new FilteredClassLoader("com.netflix"))
                .run(context -> assertThat(context).hasNotFailed().doesNotHaveBean("registryReadiness"));
    }

    private static InstanceStatus reported(ApplicationContext context) {
        return context.getBean(HealthCheckHandler.class).getStatus(registered(context));
    }

    private static InstanceStatus registered(ApplicationContext context) {
        return context.getBean(ApplicationInfoManager.class).getInfo().getStatus();
    }

    private static ApplicationInfoManager starting() {
        EurekaInstanceConfigBean config = new EurekaInstanceConfigBean(new InetUtils(new InetUtilsProperties()));
        InstanceInfo instance = new InstanceInfoFactory().create(config);
        return new ApplicationInfoManager(config, instance, null);
    }
}
