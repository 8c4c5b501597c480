package dev.holdfast.inventory;

import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;

/** The service with a real PostgreSQL that stays up. */
abstract class PostgresServiceTest extends ServiceTest {

    @DynamicPropertySource
    static void postgres(DynamicPropertyRegistry properties) {
        properties.add("HOLDFAST_POSTGRES", TestPostgres.shared()::address);
    }
}
