package dev.holdfast.fencing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.testing.TestPostgres;
import java.util.UUID;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.http.HttpStatus;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DriverManagerDataSource;

class FencedTableTest {
    private static final TestPostgres POSTGRES = new TestPostgres("resource");
    private static final JdbcClient JDBC = JdbcClient.create(new DriverManagerDataSource(
            "jdbc:postgresql://" + POSTGRES.address() + "/resource", "postgres", "postgres"));

    private final FencedTable stock = new FencedTable(JDBC, "stock", "sku", "fence");
    private final String sku = UUID.randomUUID().toString();

    @BeforeAll
    static void createTable() {
        JDBC.sql("create table stock (sku text primary key, pieces bigint not null, fence bigint not null default 0)")
                .update();
    }

    @AfterAll
    static void stop() {
        POSTGRES.close();
    }

    @BeforeEach
    void oneRow() {
        JDBC.sql("insert into stock values (?, 10)").param(sku).update();
    }

    @Test
    void takesTheSameTokenAgainAndAnyHigherOne() {
        assertThat(stock.raise(sku, new FencingToken(7))).isTrue();
        assertThat(stock.update(sku, new FencingToken(7), "pieces = pieces - ?", 3))
                .isTrue();
        assertThat(stock.update(sku, new FencingToken(9), "pieces = pieces - ?", 4))
                .isTrue();

        assertThat(row()).isEqualTo("3 9");
    }

    @Test
    void refusesALowerTokenAndChangesNothing() {
        stock.raise(sku, new FencingToken(9));

        assertThatThrownBy(() -> stock.update(sku, new FencingToken(8), "pieces = ?", 0))
                .isInstanceOfSatisfying(StaleTokenException.class, stale -> {
                    assertThat(stale.getStatusCode()).isEqualTo(HttpStatus.CONFLICT);
                    assertThat(stale.token()).isEqualTo(8);
                    assertThat(stale.fence()).isEqualTo(9);
                });
        assertThatThrownBy(() -> stock.raise(sku, new FencingToken(8))).isInstanceOf(StaleTokenException.class);
        assertThat(row()).isEqualTo("10 9");
    }

    @Test
    void knowsARowThatDoesNotExistFromOneThatRefuses() {
        assertThat(stock.raise("nowhere", new FencingToken(1))).isFalse();
    }

    @Test
    void aRowWithoutAFenceTakesAnyToken() {
        JDBC.sql("create table unfenced (id text primary key, fence bigint)").update();
        JDBC.sql("insert into unfenced values ('a', null)").update();
        FencedTable unfenced = new FencedTable(JDBC, "unfenced", "id", "fence");

        assertThat(unfenced.raise("a", new FencingToken(7))).isTrue();
        assertThatThrownBy(() -> unfenced.raise("a", new FencingToken(6))).isInstanceOf(StaleTokenException.class);
    }

    @Test
    @Timeout(10)
    void aRowThatTheDatabaseDoesNotLetChangeIsNotTriedForEver() {
        JDBC.sql("create table frozen (id text primary key, fence bigint not null default 0)")
                .update();
        JDBC.sql("insert into frozen values ('a', 0)").update();
        JDBC.sql("create rule keep as on update to frozen do instead nothing").update();

        assertThatThrownBy(() -> new FencedTable(JDBC, "frozen", "id", "fence").raise("a", new FencingToken(7)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("frozen");
    }

    @Test
    void keepsTheHighestOfTokensThatComeAtOnce() {
        LongStream.rangeClosed(1, 50).parallel().forEach(token -> {
            try {
                stock.raise(sku, new FencingToken(token));
            } catch (StaleTokenException e) {
                assertThat(e.fence()).isGreaterThan(token);
            }
        });

        assertThat(row()).isEqualTo("10 50");
    }

    private String row() {
        return JDBC.sql("select pieces || ' ' || fence from stock where sku = ?")
                .param(sku)
                .query(String.class)
                .single();
    }
}
