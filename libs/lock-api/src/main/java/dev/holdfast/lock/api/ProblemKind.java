package dev.holdfast.lock.api;

import java.util.Arrays;
import java.util.Optional;

/** The kinds of problem of the lock API, and those that any service here may answer with. */
public enum ProblemKind implements ProblemType {
    MALFORMED_REQUEST(
            400,
            false,
            "The request cannot be read",
            "Its path, a header or its body is not well formed: not JSON, a field twice, an unknown field.",
            "Mend what the detail names. Sending the same again gives the same answer."),
    UNAUTHENTICATED(
            401,
            false,
            "Who calls is not known",
            "The request has no bearer token, or one that does not stand: expired, of another issuer, for another "
                    + "audience, or not signed by the issuer's key. WWW-Authenticate says which.",
            "Get a new token from the issuer and send it as Authorization: Bearer <token>."),
    FORBIDDEN(
            403,
            false,
            "The token does not allow this",
            "The token stands, but lacks the scope or the namespace that the detail names.",
            "Ask the issuer for a token that has it."),
    LEASE_OF_ANOTHER(
            403,
            false,
            "The lease belongs to another caller",
            "A lease is its caller's, who acquired it or queued for it. Neither its id nor its token nor its owner lets "
                    + "anyone else renew or release it.",
            "Call as the one who acquired it; an operator's token has the scope locks:admin."),
    NOT_FOUND(
            404,
            false,
            "Nothing is known under this name",
            "No such path, or nothing has this name: no lease, no lock that is held or waited for, no order, no stock.",
            "Check the path. A lock that nobody holds or waits for is not listed: it is free."),
    EVENTS_OFF(
            404,
            false,
            "There are no events",
            "Events are switched off here: the setting holdfast.events.kept is 0.",
            "Watch a lock by GET with If-None-Match and Prefer: wait, or have events switched on."),
    METHOD_NOT_ALLOWED(
            405,
            false,
            "The method does not apply here",
            "The path exists, but not for this method; the Allow header names those it has.",
            "Use one of the allowed methods."),
    NOT_ACCEPTABLE(
            406,
            false,
            "No acceptable form",
            "The Accept header excludes application/json, or for events text/event-stream.",
            "Accept it, and application/problem+json."),
    REQUEST_TIMEOUT(
            408,
            true,
            "The request did not come to its end",
            "Its body stopped coming, and the connection is closed.",
            "Send the same request again."),
    BODY_TOO_LARGE(
            413,
            false,
            "The body is too large",
            "A request body may have 16 KiB, a lease's metadata 2 KiB.",
            "Keep large data elsewhere and put its address into the metadata."),
    UNSUPPORTED_MEDIA_TYPE(
            415,
            false,
            "The body is of another type",
            "A body is application/json in UTF-8, without a content encoding.",
            "Send Content-Type: application/json and no Content-Encoding."),

    INVALID_NAMESPACE(
            422,
            false,
            "Not a namespace",
            "A namespace is [a-z0-9][a-z0-9._-]{0,62}.",
            "Choose a name of these characters."),
    INVALID_LEASE_ID(
            422,
            false,
            "Not a lease id",
            "A lease id is a UUID in its usual form of 36 characters, best a UUIDv7.",
            "Make a new UUID for each lease."),
    INVALID_LOCK_NAME(
            422,
            false,
            "Not a lock name",
            "A lock name is [A-Za-z0-9._:-]{1,200} and neither . nor .., so that it is a path segment as it stands.",
            "Choose a name of these characters, or hash the one you have."),
    INVALID_LOCKS(
            422,
            false,
            "Not a list of locks",
            "locks is a list of 1 to 32 objects {name, mode, permits, of}, no name twice.",
            "Mend the list."),
    INVALID_MODE(
            422,
            false,
            "Not a mode",
            "mode is \"exclusive\", which is the default, \"shared\" or \"permits\".",
            "Choose one of these, or leave mode out."),
    INVALID_PERMITS(
            422,
            false,
            "Not permits",
            "With mode \"permits\", and only with it, go permits and of: this many permits of so many that the lock has, "
                    + "whole numbers with 1 <= permits <= of <= 1,000,000.",
            "Give both, or neither and another mode."),
    INVALID_TTL(
            422,
            false,
            "Not a time to live",
            "ttl is required: an ISO 8601 duration in quotes such as \"PT30S\", from 100 ms to the namespace's maximum.",
            "Choose a duration of a few times your renewal interval."),
    INVALID_OWNER(
            422,
            false,
            "Not an owner",
            "owner is a label of 1 to 128 printable characters.",
            "Choose a shorter label, or leave it out: the lease id is the default."),
    INVALID_METADATA(
            422,
            false,
            "Not metadata",
            "metadata is a JSON object of at most 2 KiB.",
            "Keep large data elsewhere and put its address into the metadata."),
    INVALID_PAGE(
            422,
            false,
            "Not a page",
            "prefix and cursor have the characters of a lock name, at most 200 of them.",
            "Leave the cursor out to begin, then send the nextCursor of the page before."),

    INVALID_GRACE(
            422,
            false,
            "Not a grace",
            "grace is required: an ISO 8601 duration in quotes such as \"PT30S\", from 0 to 1 hour.",
            "Choose how long holders have to finish their work. PT0S takes the lock at once."),
    INVALID_REASON(
            422,
            false,
            "Not a reason",
            "reason is required: 1 to 200 printable characters, which the audit log keeps.",
            "Say why the lock is broken."),

    LOCK_HELD(
            409,
            true,
            "The lock is held",
            "Another lease holds the lock or is ahead in its queue, and this request did not ask to wait.",
            "Send Prefer: wait=20 to queue for it, or try again later under the same id."),

    DEADLOCK(
            409,
            true,
            "To wait for this would be to wait for oneself",
            "The cycle names who waits for which lock, each for the next and the last for the first. "
                    + "Two actors under one owner look like one, so a shared label can make a cycle that is none.",
            "Release what the owner holds and begin again, take all locks in one lease, or give each actor its own owner."),
    MODE_MISMATCH(
            409,
            true,
            "The lock is in use in another way",
            "A lock that is held or waited for by permits is not locked as a whole meanwhile, nor the other way round.",
            "Give each lock one meaning; or try again when the lock is free."),
    CAPACITY_MISMATCH(
            409,
            true,
            "The lock has another number of permits",
            "Those who hold the lock or wait for it say another number of permits that there are.",
            "Let all who use the lock say the same number; to change it, let them all give it back first."),

    LEASE_EXPIRED(
            410,
            false,
            "The lease has expired",
            "It was not renewed in time, or its place in the queue was given up: no request for it came in time.",
            "Stop the work that relied on it. To go on, acquire again under a new id."),
    LEASE_REVOKED(
            410,
            false,
            "The lease was revoked",
            "An operator broke the lock.",
            "Stop the work that relied on it. To go on, acquire again under a new id."),
    LEASE_RELEASED(
            410,
            false,
            "The lease was released",
            "It was deleted, perhaps before its PUT arrived. Ids are single-use.",
            "Acquire again under a new id."),

    STALE_TOKEN(
            412,
            false,
            "The lease is not held under this token",
            "If-Match names another token than the lease has now, or the lease still waits.",
            "Stop the work that relied on this token."),
    LEASE_UNKNOWN(
            412,
            false,
            "The lease is unknown",
            "If-Match asks to renew, and the store knows no lease under this id: it ended long ago or the store lost it.",
            "Stop the work that relied on it. To go on, acquire again under a new id."),

    LEASE_ID_REUSED(
            422,
            false,
            "The lease id is in use for something else",
            "A lease is its set of locks and its owner; this id stands for another set or another owner.",
            "Make a new UUID for each lease."),
    LEASE_ID_STALE(
            422,
            false,
            "The lease id is too old or too far ahead",
            "The time in this UUIDv7 is more than 2 minutes ago or more than 24 hours ahead, and no lease has it: "
                    + "this may be a delayed duplicate of a request whose lease has long ended.",
            "Make a new UUID when you send the request, and check the clock."),

    QUEUE_FULL(
            429,
            true,
            "The queue is full",
            "As many waiters as a lock may have wait for it.",
            "Try again after Retry-After, with fewer waiters."),
    QUOTA_EXCEEDED(
            429,
            true,
            "The namespace is at its limit",
            "As many leases as a namespace may have are held, wait or have just ended.",
            "Try again after Retry-After; release leases you no longer need."),
    TOO_MANY_FOLLOWERS(
            429,
            true,
            "Too many follow events here",
            "As many as may follow events at one instance already do.",
            "Try again after Retry-After, perhaps at another instance; follow once for many, and close what you no longer read."),

    RATE_LIMITED(
            429,
            true,
            "Too many requests",
            "The caller has sent more requests than its rate allows; others are not slowed by it.",
            "Try again after Retry-After, and send fewer at a time."),

    INTERNAL_ERROR(
            500,
            true,
            "Something went wrong here",
            "An error that nobody expected; it is in the log under the id that the detail names.",
            "Retry the same id. If it stays, give the error id to whoever runs this."),
    ISSUER_UNAVAILABLE(
            503,
            true,
            "The issuer's keys cannot be had",
            "Whether the token stands cannot be said: the issuer did not give the keys by which to verify it. Nothing was "
                    + "done.",
            "Send the same request again after Retry-After."),
    STORE_UNAVAILABLE(
            503,
            true,
            "The store did not confirm",
            "The outcome is unknown: the lease may or may not have been granted, the order or the stock changed.",
            "Retry the same lease id or the same Idempotency-Key after Retry-After; a lease may be given up by DELETE."),
    SERVICE_UNAVAILABLE(
            503,
            true,
            "No instance answers",
            "The gateway knows no instance that can take this request; whether one took it is unknown.",
            "Retry the same request after Retry-After.");

    private final int status;
    private final boolean retryable;
    private final String title;
    private final String meaning;
    private final String remedy;

    ProblemKind(int status, boolean retryable, String title, String meaning, String remedy) {
        this.status = status;
        this.retryable = retryable;
        this.title = title;
        this.meaning = meaning;
        this.remedy = remedy;
    }

    @Override
    public int status() {
        return status;
    }

    @Override
    public boolean retryable() {
        return retryable;
    }

    @Override
    public String title() {
        return title;
    }

    @Override
    public String meaning() {
        return meaning;
    }

    @Override
    public String remedy() {
        return remedy;
    }

    public static Optional<ProblemKind> ofSlug(String slug) {
        return Arrays.stream(values()).filter(kind -> kind.slug().equals(slug)).findFirst();
    }
}
