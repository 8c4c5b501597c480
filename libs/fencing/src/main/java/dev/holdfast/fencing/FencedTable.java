package dev.holdfast.fencing;

import java.util.Optional;
import java.util.stream.Stream;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * A table whose rows refuse stale tokens. Each row has a column with the highest token seen for it.
 *
 * <p>A write compares and raises the fence in one statement, so nothing comes between. In a transaction the row stays
 * locked until its end: raise the fence first, then write whatever belongs to the row. All writers of a row must be
 * holders of one lock, or they fence each other off.
 */
public final class FencedTable {
    /** More than once only if the row appears meanwhile. */
    private static final int ATTEMPTS = 3;

    private final JdbcClient jdbc;
    private final String table;
    private final String key;
    private final String fence;

    /**
     * Names the columns. The names become part of SQL: they must not come from outside.
     *
     * @param key the column that identifies a row
     * @param fence the column with the highest token seen, {@code bigint not null default 0}. Null counts as 0
     */
    public FencedTable(JdbcClient jdbc, String table, String key, String fence) {
        this.jdbc = jdbc;
        this.table = table;
        this.key = key;
        this.fence = fence;
    }

    /**
     * Raises the row's fence to this token.
     *
     * @return false if there is no such row
     * @throws StaleTokenException if the row has seen a higher token; nothing was changed
     */
    public boolean raise(Object row, FencingToken token) {
        return update(row, token, "");
    }

    /**
     * Raises the row's fence to this token and sets more of its columns.
     *
     * @param assignments such as {@code "available = available - ?, changed = now()"}: part of SQL, never from outside
     * @param values for the question marks
     * @return false if there is no such row
     * @throws StaleTokenException if the row has seen a higher token; nothing was changed
     * @throws IllegalStateException if the database lets nobody change the row
     */
    public boolean update(Object row, FencingToken token, String assignments, Object... values) {
        String all = assignments.isEmpty() ? fence + " = ?" : assignments + ", " + fence + " = ?";
        String sql = "update %s set %s where %s = ? and coalesce(%s, 0) <= ?".formatted(table, all, key, fence);
        Object[] parameters = Stream.concat(Stream.of(values), Stream.of(token.value(), row, token.value()))
                .toArray();
        for (int i = 0; i < ATTEMPTS; i++) {
            if (jdbc.sql(sql).params(parameters).update() > 0) {
                return true;
            }
            Optional<Long> seen = seen(row);
            if (seen.isEmpty()) {
                return false;
            }
            if (seen.get() > token.value()) {
                throw new StaleTokenException(token, seen.get());
            }
        }
        throw new IllegalStateException("Something keeps " + table + " from being updated: a trigger or a policy");
    }

    private Optional<Long> seen(Object row) {
        return jdbc.sql("select coalesce(%s, 0) from %s where %s = ?".formatted(fence, table, key))
                .param(row)
                .query(Long.class)
                .optional();
    }
}
