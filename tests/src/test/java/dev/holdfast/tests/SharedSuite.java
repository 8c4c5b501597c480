package dev.holdfast.tests;

import dev.holdfast.launcher.story.LockClient;
import dev.holdfast.launcher.suite.Access;
import dev.holdfast.launcher.suite.Suite;
import dev.holdfast.launcher.suite.SuiteOptions;
import java.net.URI;
import java.nio.file.Path;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * Gives tests the one suite of this build: started when the first asks for it, ended after the last. It has its own
 * folder and ports, so that a running demo is not disturbed. Who breaks a part of it mends it.
 */
final class SharedSuite implements ParameterResolver {

    static final Path ROOT = Path.of(System.getProperty("holdfast.root", ".."));
    static final Path RUN = ROOT.resolve("tests/target/run");

    /** May break locks too. */
    static final Access OPERATOR = Access.DEMO
            .withScopes("locks:read", "locks:write", "locks:admin")
            .withNamespaces("tests")
            .withCaller("tests");

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == Suite.class;
    }

    @Override
    public Suite resolveParameter(ParameterContext parameter, ExtensionContext context) {
        return context.getRoot()
                .getStore(ExtensionContext.Namespace.GLOBAL)
                .computeIfAbsent(Suite.class, type -> started(), Suite.class);
    }

    /** A client of a service, in a namespace that tests share. */
    static LockClient locks(Suite suite, URI service) {
        return new LockClient(service, "tests", suite.credentials(OPERATOR));
    }

    private static Suite started() {
        var suite = new Suite(new SuiteOptions(ROOT, RUN, 0, 2, System.out::println));
        try {
            suite.start();
        } catch (InterruptedException interrupt) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(interrupt);
        }
        return suite;
    }
}
