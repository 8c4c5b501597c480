package dev.holdfast.defaults.prefer;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.http.HttpHeaders;

class WaitPreferenceTest {

    private static final Duration LONGEST = Duration.ofSeconds(30);

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    wait=20                          | 20
                    WAIT = "7" ; x=1                 | 7
                    respond-async, wait=0            | 0
                    wait=31                          | 30
                    wait=99999999999999999999999     | 30
                    """)
    void aWaitIsInSecondsAndAtMostTheLongest(String prefer, long seconds) {
        assertThat(WaitPreference.of(headers(prefer), LONGEST)).contains(Duration.ofSeconds(seconds));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "wait", "wait=", "wait=-1", "wait=soon", "wait=1.5", "waiting=1"})
    void whatIsNotANumberIsIgnored(String prefer) {
        assertThat(WaitPreference.of(headers(prefer), LONGEST)).isEmpty();
    }

    @Test
    void aWaitTakesThePlaceOfTheOneThatWasThere() {
        HttpHeaders headers = headers("respond-async, wait=20");
        headers.add("prefer", "handling=strict");

        WaitPreference.set(headers, Duration.ofMillis(4_900));

        assertThat(headers.get("Prefer")).containsExactly("respond-async", "handling=strict", "wait=4");
    }

    private static HttpHeaders headers(String prefer) {
        HttpHeaders headers = new HttpHeaders();
        headers.set("Prefer", prefer);
        return headers;
    }
}
