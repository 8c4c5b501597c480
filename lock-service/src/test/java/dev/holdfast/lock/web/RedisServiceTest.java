package dev.holdfast.lock.web;

import dev.holdfast.lock.TestRedis;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;

/** The service with a real Redis that stays up. */
abstract class RedisServiceTest extends ServiceTest {

    @DynamicPropertySource
    static void redis(DynamicPropertyRegistry properties) {
        properties.add("spring.data.redis.port", () -> TestRedis.shared().port());
    }
}
