package dev.holdfast.lock.redis;

import dev.holdfast.lock.core.EventId;
import dev.holdfast.lock.core.FencingToken;
import dev.holdfast.lock.core.LeaseEvent;
import dev.holdfast.lock.core.LeaseId;
import dev.holdfast.lock.core.Namespace;
import dev.holdfast.lock.core.Owner;
import io.lettuce.core.StreamMessage;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** An event as an entry of a stream: one field, whose lines {@code open.lua} names under EVENT. */
final class EventEntry {
    private EventEntry() {}

    static byte[] key(Namespace namespace) {
        return RedisLink.bytes("hf:{" + namespace + "}:events");
    }

    /**
     * What came after an event.
     *
     * @param entries those from that event on, itself included
     * @return nothing if it is not among them
     */
    static Optional<List<LeaseEvent>> after(EventId id, int atMost, List<StreamMessage<byte[], byte[]>> entries) {
        if (id.equals(EventId.NONE)) {
            return Optional.of(events(entries.subList(0, Math.min(atMost, entries.size()))));
        }
        if (entries.isEmpty() || !id(entries.getFirst()).equals(id)) {
            return Optional.empty();
        }
        return Optional.of(events(entries.subList(1, entries.size())));
    }

    static EventId id(StreamMessage<byte[], byte[]> entry) {
        return EventId.parse(entry.getId()).orElseThrow();
    }

    private static List<LeaseEvent> events(List<StreamMessage<byte[], byte[]>> entries) {
        return entries.stream().map(EventEntry::event).toList();
    }

    private static LeaseEvent event(StreamMessage<byte[], byte[]> entry) {
        String[] lines = Reply.text(entry.getBody().values().iterator().next()).split("\n", -1);
        return new LeaseEvent(
                id(entry),
                LeaseEvent.Kind.valueOf(lines[0].toUpperCase(Locale.ROOT)),
                LeaseId.parse(lines[1]),
                Reply.locks(lines[2]),
                new Owner(lines[3]),
                lines[4].isEmpty() ? null : new FencingToken(Long.parseLong(lines[4])),
                Duration.ofMillis(Long.parseLong(lines[5])),
                Instant.ofEpochMilli(Long.parseLong(lines[6])));
    }
}
