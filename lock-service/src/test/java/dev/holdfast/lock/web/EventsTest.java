package dev.holdfast.lock.web;

import static dev.holdfast.lock.core.LeaseStoreContract.ASKER;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.holdfast.lock.core.LeaseId;
import dev.holdfast.lock.core.LeaseRequest;
import dev.holdfast.lock.core.Leases;
import dev.holdfast.lock.core.LockMode;
import dev.holdfast.lock.core.LockName;
import dev.holdfast.lock.core.LockSpec;
import dev.holdfast.lock.core.Namespace;
import dev.holdfast.lock.core.Owner;
import dev.holdfast.lock.core.Ttl;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.data.redis.connection.RedisConnection;
import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.data.redis.connection.ReturnType;

/** Events as a client sees them. */
class EventsTest extends RedisServiceTest {
    private final List<EventClient> clients = new ArrayList<>();

    @Autowired
    private RedisConnectionFactory redis;

    @Autowired
    private Leases leases;

    @BeforeEach
    void nobodyElseFollows() {
        await().until(() -> leases.followers() == 0);
    }

    @AfterEach
    void hangUp() {
        clients.forEach(EventClient::close);
    }

    private EventClient follow(String query, String... headers) {
        EventClient client = new EventClient(port, "/v1/namespaces/" + namespace + "/events" + query, headers);
        clients.add(client);
        assertThat(client.status()).isEqualTo(200);
        await().until(() -> !client.frames().isEmpty());
        return client;
    }

    private EventClient comeBack(String lastId) {
        return follow("", "Last-Event-ID", lastId);
    }

    private static void awaitEvents(EventClient client, String... summaries) {
        await().untilAsserted(() -> assertThat(client.summaries()).containsExactly(summaries));
    }

    @Test
    void whatHappensIsToldAsItHappens() {
        EventClient client = follow("");
        assertThat(client.header("Content-Type")).startsWith("text/event-stream");
        assertThat(client.header("Cache-Control")).isEqualTo("no-store");
        String holder = newId();
        String waiter = newId();
        long token = put(holder, body("a", "PT30S")).json().path("fencingToken").asLong();
        put(waiter, body("a", "PT30S"), "Prefer", "wait=0");
        delete(holder);
        delete(waiter);

        awaitEvents(client, "granted a", "queued a", "released a", "left a");
        List<EventClient.Frame> events = client.events();
        assertThat(events.getFirst().data().path("leaseId").asString()).isEqualTo(holder);
        assertThat(events.getFirst().data().path("owner").asString()).isEqualTo(holder);
        assertThat(events.getFirst().data().path("locks").toString())
                .isEqualTo("[{\"name\":\"a\",\"mode\":\"exclusive\"}]");
        assertThat(events.getFirst().data().path("fencingToken").asLong()).isEqualTo(token);
        assertThat(events.getFirst().data().path("waitedMillis").asLong(-1)).isZero();
        assertThat(events.getFirst().data().has("heldMillis")).isFalse();
        assertThat(Instant.parse(events.getFirst().data().path("at").asString()))
                .isBetween(Instant.now().minusSeconds(60), Instant.now().plusSeconds(1));
        assertThat(events.get(1).data().has("fencingToken")).isFalse();
        assertThat(events.get(2).data().path("heldMillis").asLong(-1)).isNotNegative();
        assertThat(events.get(3).data().path("waitedMillis").asLong(-1)).isNotNegative();
    }

    @Test
    void onlyLocksUnderThePrefixAreTold() {
        EventClient client = follow("?prefix=a:");
        put(newId(), body("a:1", "PT30S"));
        put(newId(), body("b:1", "PT30S"));
        put(newId(), "{\"locks\":[{\"name\":\"a:2\"},{\"name\":\"b:2\"}],\"ttl\":\"PT30S\"}");

        awaitEvents(client, "granted a:1", "granted a:2");
    }

    @Test
    void whoComesBackMissesNothing() {
        EventClient first = follow("");
        put(newId(), body("a", "PT30S"));
        awaitEvents(first, "granted a");
        first.close();
        put(newId(), body("b", "PT30S"));
        put(newId(), body("c", "PT30S"));

        EventClient second = comeBack(first.lastId());
        put(newId(), body("d", "PT30S"));
        awaitEvents(second, "granted b", "granted c", "granted d");
    }

    @Test
    void whoWasToldNothingYetMissesNothingEither() {
        put(newId(), body("a", "PT30S"));
        EventClient first = follow("");
        first.close();
        put(newId(), body("b", "PT30S"));

        awaitEvents(comeBack(first.lastId()), "granted b");
    }

    @Test
    void aLongReplayComesInFullAndInOrder() {
        put(newId(), body("a", "PT30S"));
        EventClient first = follow("");
        first.close();
        Namespace in = new Namespace(namespace);
        for (int i = 0; i < 1000; i++) {
            LeaseRequest request = request("b" + i);
            leases.ensure(request).toCompletableFuture().join();
            leases.release(in, request.id(), Optional.empty(), ASKER)
                    .toCompletableFuture()
                    .join();
        }

        EventClient second = comeBack(first.lastId());
        List<String> expected = IntStream.range(0, 1000)
                .boxed()
                .flatMap(i -> List.of("granted b" + i, "released b" + i).stream())
                .toList();
        await().untilAsserted(() -> assertThat(second.summaries()).isEqualTo(expected));
    }

    @Test
    void whoKnowsAnEventThatIsNotKeptIsShownWhatIsInUse() {
        for (int i = 100; i < 350; i++) {
            leases.ensure(request("a:" + i)).toCompletableFuture().join();
        }
        put(newId(), body("b", "PT30S"));
        put(newId(), body("a:100", "PT30S"), "Prefer", "wait=0");

        EventClient client = follow("?prefix=a:", "Last-Event-ID", "1-0");
        await().until(() -> client.events().size() >= 3);
        List<EventClient.Frame> pages = client.events();
        assertThat(pages).extracting(EventClient.Frame::name).containsExactly("reset", "more", "more");
        assertThat(pages.stream().flatMap(page -> page.data().path("locks").valueStream()))
                .extracting(lock -> lock.path("name").asString())
                .isEqualTo(IntStream.range(100, 350).mapToObj(i -> "a:" + i).toList());
        assertThat(pages.getFirst().data().path("locks").path(0).path("waiting").asInt())
                .isEqualTo(1);
        assertThat(pages.getFirst().data().path("locks").path(0).path("holders").size())
                .isEqualTo(1);
        // Whoever loses the connection in between is shown all of it again.
        assertThat(pages.subList(0, 2)).extracting(EventClient.Frame::id).containsOnly("");
        assertThat(pages.getLast().id()).isNotEmpty();
        put(newId(), body("a:350", "PT30S"));
        await().untilAsserted(() -> assertThat(client.summaries()).hasSize(4).endsWith("granted a:350"));
    }

    @Test
    void whoHadGotToATrimmedEventIsShownWhatIsInUse() {
        put(newId(), body("a", "PT30S"));
        EventClient first = follow("");
        first.close();
        put(newId(), body("b", "PT30S"));
        try (RedisConnection connection = redis.getConnection()) {
            connection.streamCommands().xTrim(eventsKey(), 1);
        }

        awaitEvents(comeBack(first.lastId()), "reset a");
    }

    @Test
    void whoFollowsWhileTheEventsAreLostIsShownWhatIsInUse() {
        EventClient client = follow("?prefix=a");
        put(newId(), body("a", "PT30S"));
        awaitEvents(client, "granted a");
        try (RedisConnection connection = redis.getConnection()) {
            connection.keyCommands().del(eventsKey());
        }
        await().untilAsserted(() -> assertThat(client.summaries()).containsExactly("granted a", "reset a"));
        put(newId(), body("a1", "PT30S"));
        awaitEvents(client, "granted a", "reset a", "granted a1");
    }

    @Test
    void whoComesToAnEventThatCannotBeReadIsShownWhatIsInUseAndGoesOnBehindIt() {
        EventClient client = follow("");
        put(newId(), body("a", "PT30S"));
        awaitEvents(client, "granted a");
        try (RedisConnection connection = redis.getConnection()) {
            byte[] unreadable = "return redis.call('XADD', KEYS[1], '*', 'e', 'unreadable')".getBytes(UTF_8);
            connection.scriptingCommands().eval(unreadable, ReturnType.VALUE, 1, eventsKey());
        }
        await().untilAsserted(() -> assertThat(client.summaries()).containsExactly("granted a", "reset a"));
        put(newId(), body("b", "PT30S"));
        awaitEvents(client, "granted a", "reset a", "granted b");
    }

    @Test
    void moreThanMayFollowAreRefused() {
        for (int i = 0; i < 8; i++) {
            follow("");
        }
        String path = "/v1/namespaces/" + namespace + "/events";
        Answer refused = get(path);
        assertThat(refused.summary()).isEqualTo("429 too-many-followers");
        assertThat(refused.header("Retry-After")).isEqualTo("1");

        clients.forEach(EventClient::close);
        await().untilAsserted(() -> {
            try (EventClient again = new EventClient(port, path)) {
                assertThat(again.status()).isEqualTo(200);
            }
        });
    }

    /** One that does not read loses its stream; those who read are told all, and it does not get in their way. */
    @Test
    void whoDoesNotReadIsDropped() throws IOException {
        try (Socket slow = new Socket()) {
            slow.setReceiveBufferSize(4096);
            slow.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            slow.getOutputStream()
                    .write(("GET /v1/namespaces/" + namespace + "/events HTTP/1.1\r\nHost: x\r\nAuthorization: "
                                    + BEARER + "\r\n\r\n")
                            .getBytes(UTF_8));
            EventClient client = follow("");
            EventClient quiet = follow("?prefix=quiet");
            String begun = quiet.lastId();
            put(newId(), body("a", "PT30S"));
            awaitEvents(client, "granted a");
            produce(1500);
            await().atMost(Duration.ofSeconds(30)).until(() -> client.events().size() == 1502);

            await().atMost(Duration.ofSeconds(30)).until(() -> leases.followers() == 2);
            slow.setSoTimeout(5_000);
            assertThat(isOver(slow.getInputStream())).isTrue();
            put(newId(), body("b", "PT30S"));
            await().untilAsserted(() -> assertThat(client.summaries()).endsWith("granted b"));

            // Who is told nothing for long learns at least from where to go on.
            await().atMost(Duration.ofSeconds(30)).until(() -> !quiet.lastId().equals(begun));
            assertThat(quiet.events()).isEmpty();
        }
    }

    /** One of 7 KB, of a lease with as many long names as may be, over and over: more than fits into all buffers. */
    private void produce(int times) {
        LockSpec[] locks = IntStream.range(0, 32)
                .mapToObj(i -> new LockSpec(new LockName("l".repeat(190) + i), LockMode.EXCLUSIVE))
                .toArray(LockSpec[]::new);
        leases.ensure(request(locks)).toCompletableFuture().join();
        String again = """
                local event = redis.call('XREVRANGE', KEYS[1], '+', '-', 'COUNT', 1)[1][2]
                for i = 1, 100 do redis.call('XADD', KEYS[1], '*', unpack(event)) end""";
        try (RedisConnection connection = redis.getConnection()) {
            for (int i = 0; i < times / 100; i++) {
                connection.scriptingCommands().eval(again.getBytes(UTF_8), ReturnType.STATUS, 1, eventsKey());
            }
        }
    }

    /** Whether the server has closed the connection, once what had been sent is read. */
    private static boolean isOver(InputStream in) {
        try {
            while (in.read(new byte[65536]) >= 0) {
                // Goes on to the end.
            }
            return true;
        } catch (SocketTimeoutException e) {
            return false;
        } catch (IOException e) {
            return true;
        }
    }

    private LeaseRequest request(String lock) {
        return request(new LockSpec(new LockName(lock), LockMode.EXCLUSIVE));
    }

    private LeaseRequest request(LockSpec... locks) {
        LeaseId id = new LeaseId(UUID.randomUUID());
        return new LeaseRequest(
                new Namespace(namespace),
                id,
                List.of(locks),
                new Owner(id.toString()),
                ASKER,
                new Ttl(Duration.ofSeconds(30)),
                "{}");
    }

    private byte[] eventsKey() {
        return ("hf:{" + namespace + "}:events").getBytes(UTF_8);
    }
}
