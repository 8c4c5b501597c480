package dev.holdfast.lock.client;

import dev.holdfast.fencing.FencedTable;
import dev.holdfast.fencing.FencingToken;
import java.util.List;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;

/** What a lock guards: a row of a PostgreSQL that remembers, in order, under which token each write to it was made. */
final class GuardedRow implements AutoCloseable {
    private static final String APPEND = "tokens = tokens || ?::bigint";

    private final SingleConnectionDataSource connection;
    private final JdbcClient jdbc;
    private final FencedTable table;
    private final boolean guarded;

    /** @param guarded false writes whatever the token, as a resource does that does not look at it */
    GuardedRow(String address, boolean guarded) {
        connection = new SingleConnectionDataSource(
                "jdbc:postgresql://" + address + "/resource", "postgres", "postgres", true);
        jdbc = JdbcClient.create(connection);
        table = new FencedTable(jdbc, "resource", "id", "fence");
        this.guarded = guarded;
    }

    /** Makes the row. */
    void create() {
        jdbc.sql("drop table if exists resource").update();
        jdbc.sql("create table resource (id text primary key, fence bigint not null default 0,"
                        + " tokens bigint[] not null default '{}')")
                .update();
        jdbc.sql("insert into resource (id) values ('row')").update();
    }

    /** @throws dev.holdfast.fencing.StaleTokenException if it is guarded and has seen a higher token */
    void write(long token) {
        if (guarded) {
            table.update("row", new FencingToken(token), APPEND, token);
        } else {
            jdbc.sql("update resource set " + APPEND).param(token).update();
        }
    }

    int writes() {
        return jdbc.sql("select cardinality(tokens) from resource")
                .query(Integer.class)
                .single();
    }

    /** The tokens of all writes, in the order in which they were made. */
    List<Long> tokens() {
        return jdbc.sql("select unnest(tokens) from resource")
                .query((row, number) -> row.getLong(1))
                .list();
    }

    @Override
    public void close() {
        connection.destroy();
    }
}
