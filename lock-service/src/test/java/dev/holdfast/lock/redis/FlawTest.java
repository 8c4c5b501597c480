package dev.holdfast.lock.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.lettuce.core.RedisCommandExecutionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What cannot be had from the Redis of the other tests: clusters, full disks, and errors of other releases. */
class FlawTest {

    @Test
    void aReplicaIsOneUnlessItBelongsToACluster() {
        assertThat(Flaw.in("role:slave\r\ncluster_enabled:0\r\n")).isNotNull();
        assertThat(Flaw.in("role:slave\r\ncluster_enabled:1\r\n")).isNull();
    }

    @Test
    void whatAManagedRedisDoesNotTellIsNotHeldAgainstIt() {
        assertThat(Flaw.in("role:master\r\n")).isNull();
    }

    @ParameterizedTest
    @CsvSource({"MISCONF, disk", "NOREPLICAS, min-replicas-to-write", "OOM, maxmemory", "READONLY, replica"})
    void anErrorIsKnownByItsCodeAlsoWithinThatOfAScript(String code, String words) {
        assertThat(flaw(code + " Not now. script: 5e, on @user_script:97.")).contains(words);
        assertThat(flaw("ERR Error running script (call to f_5e): @user_script:1: @user_script: 1: -" + code + " No."))
                .contains(words);
    }

    @Test
    void aMistakeInAScriptTellsNothingOfRedis() {
        assertThat(Flaw.of(new RedisCommandExecutionException("ERR user_script:1: attempt to index a nil value")))
                .isNull();
    }

    private static String flaw(String error) {
        Flaw flaw = Flaw.of(new RedisCommandExecutionException(error));
        return flaw == null ? "" : flaw.words();
    }
}
