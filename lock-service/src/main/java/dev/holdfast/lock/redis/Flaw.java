package dev.holdfast.lock.redis;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Why a Redis cannot be used, in words for callers and for whoever runs it.
 *
 * @param elsewhere whether another Redis may answer under the same address by now
 */
record Flaw(String words, boolean elsewhere) {
    static final Flaw NOT_CONNECTED = new Flaw("There is no connection to Redis.", false);

    static final Flaw SILENT = new Flaw("Redis does not answer.", false);

    static final Flaw UNTOLD = new Flaw("Redis does not say what it is: it must answer INFO.", false);

    private static final Flaw REPLICA = new Flaw(
            "The Redis under this address is a replica: waiting for a master, or for an address that leads to one.",
            true);
    private static final Flaw LOADING = new Flaw("Redis is still loading its data.", false);
    private static final Flaw REFUSED = new Flaw(
            "Redis refuses this user: check spring.data.redis.username and password, and that its ACL allows INFO, scripts and hf:*.",
            false);
    private static final Flaw FULL =
            new Flaw("Redis is out of memory: raise maxmemory, or lower the limits of namespaces.", false);
    private static final Flaw DISK = new Flaw(
            "Redis takes no writes, since it cannot save its data: look at its disk and at its own log.", false);
    private static final Flaw ALONE = new Flaw(
            "Redis takes no writes, since it has fewer replicas than its min-replicas-to-write asks for.", false);

    /** Of these a Redis that is asked by INFO says nothing. */
    private static final Set<Flaw> OF_WRITES = Set.of(FULL, DISK, ALONE);

    /** By the code of an error. */
    private static final Map<String, Flaw> BY_ERROR = Map.of(
            "READONLY", REPLICA,
            "MASTERDOWN", REPLICA,
            "LOADING", LOADING,
            "NOAUTH", REFUSED,
            "WRONGPASS", REFUSED,
            "NOPERM", REFUSED,
            "OOM", FULL,
            "MISCONF", DISK,
            "NOREPLICAS", ALONE);

    /** At the beginning of an error; Redis 6 puts what a script met into an error of its own, after a dash. */
    private static final Pattern CODE = Pattern.compile("(?:^|-)([A-Z]+) ");

    private static final Pattern VERSION = Pattern.compile("VERSION (\\w+) understood (\\w+).*", Pattern.DOTALL);

    /** What speaks against using a Redis that says this of itself, by INFO. */
    static @Nullable Flaw in(String info) {
        List<String> lines = Arrays.asList(info.split("\r?\n"));
        // In a cluster any node may have answered, and calls go to masters by themselves.
        if (lines.contains("role:slave") && !lines.contains("cluster_enabled:1")) {
            return REPLICA;
        }
        if (lines.contains("loading:1")) {
            return LOADING;
        }
        return lines.stream()
                .filter(line -> line.startsWith("maxmemory_policy:"))
                .map(line -> line.substring(line.indexOf(':') + 1).strip())
                .filter(policy -> !policy.equals("noeviction"))
                .map(Flaw::evicting)
                .findFirst()
                .orElse(null);
    }

    private static Flaw evicting(String policy) {
        return new Flaw(
                "Redis may evict locks that are held: set its maxmemory-policy to noeviction, it is " + policy + ".",
                false);
    }

    /** What an error of Redis means; null if it does not tell of Redis as a whole. */
    static @Nullable Flaw of(Throwable error) {
        return CODE.matcher(message(error))
                .results()
                .map(code -> BY_ERROR.get(code.group(1)))
                .filter(Objects::nonNull)
                .findFirst()
                .orElse(null);
    }

    /** Whether only calls that write are told of it. */
    boolean isOfWrites() {
        return OF_WRITES.contains(this);
    }

    /** What an error means if it is about the data of one namespace: they are of a version that no script here knows. */
    static @Nullable String ofData(Throwable error) {
        Matcher version = VERSION.matcher(message(error));
        return version.matches()
                ? "Its data are of version " + version.group(1) + ", and this release understands " + version.group(2)
                        + ": run a release that understands them."
                : null;
    }

    private static String message(Throwable error) {
        return String.valueOf(error.getMessage());
    }
}
