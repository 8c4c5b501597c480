package dev.holdfast.inventory;

import dev.holdfast.testing.TestPostgres;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;

/** The service with a real PostgreSQL that stays up and ends with this JVM. */
abstract class PostgresServiceTest extends ServiceTest {

    private static final TestPostgres POSTGRES = new TestPostgres("inventory");

    @DynamicPropertySource
    static void postgres(DynamicPropertyRegistry properties) {
        properties.add("HOLDFAST_POSTGRES", POSTGRES::address);
    }
}
