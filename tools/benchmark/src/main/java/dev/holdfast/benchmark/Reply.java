package dev.holdfast.benchmark;

import java.io.IOException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** An answer of the lock service. */
record Reply(int status, String body) {

    private static final JsonMapper JSON = JsonMapper.builder().build();

    JsonNode json() {
        return JSON.readTree(body);
    }

    /** This answer, which must say that the lease is held: just granted, or before, by a request that was repeated. */
    Reply granted() throws IOException {
        return status == 200 ? this : expect(201);
    }

    /** This answer, which must have the status. */
    Reply expect(int expected) throws IOException {
        if (status != expected) {
            throw new IOException("answered " + status + " in place of " + expected + ": " + body);
        }
        return this;
    }
}
