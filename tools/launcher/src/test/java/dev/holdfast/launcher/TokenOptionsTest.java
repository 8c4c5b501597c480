package dev.holdfast.launcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.holdfast.launcher.suite.Access;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TokenOptionsTest {

    @Test
    void withoutOptionsItIsTheUsualToken() {
        assertThat(TokenOptions.parse(List.of())).isEqualTo(Access.DEMO);
    }

    @Test
    void scopesAndNamespacesMayBeRepeated() {
        assertThat(TokenOptions.parse(List.of(
                        "--scope",
                        "locks:read locks:admin",
                        "--namespace",
                        "team-a.*",
                        "--scope",
                        "orders:read",
                        "--namespace",
                        "b",
                        "--caller",
                        "alice",
                        "--lifetime",
                        "15m")))
                .isEqualTo(new Access(
                        List.of("locks:read", "locks:admin", "orders:read"),
                        List.of("team-a.*", "b"),
                        "alice",
                        Duration.ofMinutes(15)));
    }

    @ParameterizedTest
    @CsvSource({
        "--scopes x, unknown argument --scopes: see ./demo --help",
        "--scope locks:all, there is no scope locks:all",
        "--scope, --scope needs a value",
        "--namespace, --namespace needs a value",
        "--caller, --caller needs a value",
        "--lifetime 60, --lifetime needs a number with its unit",
        "--lifetime 0s, --lifetime needs a number with its unit",
        "--lifetime, --lifetime needs a number with its unit"
    })
    void whatIsWrongIsSaid(String arguments, String message) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> TokenOptions.parse(List.of(arguments.split(" "))))
                .withMessageStartingWith(message);
    }
}
