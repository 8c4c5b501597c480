package dev.holdfast.benchmark;

import dev.holdfast.launcher.suite.Credentials;
import java.io.IOException;
import java.net.URI;
import java.util.List;

/** The lock services that are tried, and how to be let in. */
record Services(List<URI> places, Credentials credentials) {

    /** A connection to one of them, in turn by the number of who asks. */
    Connection connect(int number, String namespace) throws IOException {
        return new Connection(places.get(number % places.size()), namespace, credentials.header());
    }
}
