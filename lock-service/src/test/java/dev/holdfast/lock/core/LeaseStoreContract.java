package dev.holdfast.lock.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.holdfast.lock.core.LeaseStore.Patience;
import dev.holdfast.lock.core.Outcome.Busy;
import dev.holdfast.lock.core.Outcome.Deadlock;
import dev.holdfast.lock.core.Outcome.Ended;
import dev.holdfast.lock.core.Outcome.Ending;
import dev.holdfast.lock.core.Outcome.Full;
import dev.holdfast.lock.core.Outcome.Held;
import dev.holdfast.lock.core.Outcome.Limit;
import dev.holdfast.lock.core.Outcome.Mismatch;
import dev.holdfast.lock.core.Outcome.Reason;
import dev.holdfast.lock.core.Outcome.Refused;
import dev.holdfast.lock.core.Outcome.Waiting;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** What every store must do, told by two instances, "here" and "there". Time moves by the store's clock. */
public abstract class LeaseStoreContract {
    /** Who asks for leases in tests that are not about who asks. */
    public static final Asker ASKER = new Asker("caller", false);

    public static final EventRules EVENTS = new EventRules(200, 10);
    private static final Limits LIMITS = new Limits(Duration.ofHours(24), null, Limits.METADATA_CAP, 300, 160, 5, 400);
    private static final Duration A_MINUTE = Duration.ofMinutes(1);
    private static final Duration A_MOMENT = Duration.ofMillis(1);

    private final Map<LeaseId, String> labels = new HashMap<>();
    private final Namespace small = new Namespace("small-" + UUID.randomUUID());
    protected final LeaseRules rules = new LeaseRules(
            LIMITS,
            Map.of(small, new Limits(Duration.ofHours(24), Duration.ofMinutes(2), Limits.METADATA_CAP, 7, 3, 2, 9)));
    protected Namespace ns = new Namespace("t-" + UUID.randomUUID());
    private Instance here;
    private Instance there;

    /** Opens an instance of the store, which tells the signals. */
    protected abstract LeaseStore open(LeaseStore.Signals signals);

    protected abstract void close(LeaseStore store);

    /** Lets the store's clock run on. */
    protected abstract void advance(Duration time);

    /** The store's time. */
    protected abstract Instant now();

    /** The store loses all its data, as after a restart without persistence. Its clock runs on. */
    protected abstract void wipe();

    @BeforeEach
    void openBoth() {
        here = new Instance();
        there = new Instance();
    }

    @AfterEach
    void closeBoth() {
        close(here.store);
        close(there.store);
    }

    @Nested
    class A_free_lock {
        @Test
        void isGrantedAtOnce() {
            Held held = here.hold("a", lease("x"));
            assertThat(held.justGranted()).isTrue();
            assertThat(held.lease().expiry().left()).isBetween(Duration.ofSeconds(55), A_MINUTE);
            assertThat(held.lease().owner()).isEqualTo(new Owner("x"));
        }

        @Test
        void isGrantedToWhoeverAsksFirstAtWhicheverInstance() {
            here.hold("a", lease("x"));
            assertThat(there.tryFor("a", lease("y"))).isInstanceOf(Busy.class);
        }

        @Test
        void isNotListed() {
            here.release(here.hold("a", lease("x")));
            assertThat(here.locks("")).isEmpty();
            assertThat(done(here.store.lock(ns, new LockName("a")))).isEmpty();
        }
    }

    @Nested
    class A_lease_of_another_caller {
        private final Asker other = new Asker("other", false);
        private final Asker admin = new Asker("operator", true);
        private final Refused ofAnother = new Refused(Reason.OF_ANOTHER);

        @Test
        void isNeitherRenewedNorReleasedNorDowngradedWhateverTheOtherKnows() {
            LeaseId id = lease("x");
            Held held = here.hold("a", id);
            LeaseRequest theirs = by(other, request(id, "a"));
            assertThat(done(there.store.ensure(theirs, new Patience.Refuse()))).isEqualTo(ofAnother);
            assertThat(done(there.store.renew(theirs, held.token()))).isEqualTo(ofAnother);
            assertThat(done(there.store.renew(by(other, request(id, shared("a"))), held.token())))
                    .isEqualTo(ofAnother);
            assertThat(done(there.store.release(ns, id, Optional.of(held.token()), other)))
                    .isEqualTo(ofAnother);
            assertThat(done(there.store.release(ns, id, Optional.empty(), other)))
                    .isEqualTo(ofAnother);
            assertThat(((Held) here.tryFor("a", id)).lease().renewals()).isEqualTo(1);
        }

        @Test
        void isNotToldWhetherItIsAnotherLockOrOwner() {
            LeaseId id = lease("x");
            here.hold("a", id);
            assertThat(done(there.store.ensure(by(other, request(id, "b")), new Patience.Refuse())))
                    .isEqualTo(ofAnother);
        }

        @Test
        void keepsItsPlaceAndItsOfferForItself() {
            Held holder = here.hold("a", lease("x"));
            LeaseRequest waiter = request(lease("y"), "a");
            done(here.store.ensure(waiter, new Patience.Queue(Duration.ZERO)));
            assertThat(done(there.store.ensure(by(other, waiter), new Patience.Queue(Duration.ZERO))))
                    .isEqualTo(ofAnother);
            assertThat(done(there.store.release(ns, waiter.id(), Optional.empty(), other)))
                    .isEqualTo(ofAnother);
            here.release(holder);
            assertThat(done(there.store.ensure(by(other, waiter), new Patience.Refuse())))
                    .isEqualTo(ofAnother);
            assertThat(done(here.store.ensure(waiter, new Patience.Refuse()))).isInstanceOf(Held.class);
        }

        @Test
        void isRenewedAndReleasedByWhoMayAndStaysWhoseItIs() {
            LeaseId id = lease("x");
            Held held = here.hold("a", id);
            Held renewed = (Held) done(there.store.renew(by(admin, request(id, "a")), held.token()));
            assertThat(renewed.lease().caller()).isEqualTo("caller");
            assertThat(done(there.store.release(ns, id, Optional.empty(), admin)))
                    .isEqualTo(new Ended(Ending.RELEASED, null, true));
        }

        /** The release before knew no callers, and called all of them by one name. */
        @Test
        void isWhoeversAsksFirstIfItsCallerWasNotKnown() {
            Asker unknown = new Asker("anonymous", false);
            LeaseId renewed = lease("x");
            LeaseId released = lease("y");
            here.store.ensure(by(unknown, request(renewed, "a")), new Patience.Refuse());
            here.store.ensure(by(unknown, request(released, "b")), new Patience.Refuse());
            here.store.ensure(by(admin, request(renewed, "a")), new Patience.Refuse());
            assertThat(((Held) here.tryFor("a", renewed)).lease().caller()).isEqualTo("caller");
            assertThat(done(there.store.release(ns, renewed, Optional.empty(), other)))
                    .isEqualTo(ofAnother);
            assertThat(done(there.store.release(ns, released, Optional.empty(), other)))
                    .isInstanceOf(Ended.class);
        }

        private LeaseRequest by(Asker asker, LeaseRequest request) {
            return new LeaseRequest(
                    request.namespace(),
                    request.id(),
                    request.locks(),
                    request.owner(),
                    asker,
                    request.ttl(),
                    request.metadata());
        }
    }

    @Nested
    class A_held_lock {
        @Test
        void isRefusedWithItsHoldersAndQueuesNobody() {
            Held held = here.hold("a", lease("x"));
            Busy busy = (Busy) here.tryFor("a", lease("y"));
            assertThat(busy.holders())
                    .extracting(Lease::id)
                    .containsExactly(held.lease().id());
            assertThat(here.lock("a").waiting()).isZero();
        }

        @Test
        void doesNotUseUpTheIdOfWhoeverIsRefused() {
            Held held = here.hold("a", lease("x"));
            LeaseId id = lease("y");
            here.tryFor("a", id);
            here.release(held);
            assertThat(here.tryFor("a", id)).isInstanceOf(Held.class);
        }

        @Test
        void isListedWithItsHolder() {
            here.hold("a:1", lease("x"));
            here.hold("a:2", lease("y"));
            here.hold("b", lease("z"));
            assertThat(here.locks("a:")).extracting(lock -> lock.name().value()).containsExactly("a:1", "a:2");
            assertThat(here.lock("a:2").holders()).extracting(Lease::owner).containsExactly(new Owner("y"));
        }

        @Test
        void changesItsRevisionWithItsHoldersQueueAndMetadataOnly() {
            LeaseId id = lease("x");
            here.hold("a", id);
            long granted = here.lock("a").revision();
            here.hold("a", id);
            assertThat(here.lock("a").revision()).isEqualTo(granted);
            here.waitFor("a", lease("y"));
            long queued = here.lock("a").revision();
            assertThat(queued).isGreaterThan(granted);
            done(here.store.ensure(request(id, "{\"step\":2}", "a"), new Patience.Refuse()));
            assertThat(here.lock("a").revision()).isGreaterThan(queued);
            assertThat(here.lock("a").holders().getFirst().metadata()).isEqualTo("{\"step\":2}");
        }
    }

    @Nested
    class A_held_lease {
        @Test
        void isRenewedUnderItsTokenWhenItIsEnsuredAgain() {
            LeaseId id = lease("x");
            Held first = here.hold("a", id);
            advance(Duration.ofSeconds(50));
            Held again = there.hold("a", id);
            assertThat(again.justGranted()).isFalse();
            assertThat(again.token()).isEqualTo(first.token());
            assertThat(again.lease().renewals()).isEqualTo(1);
            advance(Duration.ofSeconds(50));
            assertThat(here.find(id)).isInstanceOf(Held.class);
        }

        @Test
        void changesTheRevisionOfItsLockInTheVeryCallThatEndsIt() {
            here.hold("a", lease("x"));
            here.waitFor("a", lease("w"));
            done(here.store.ensure(request(lease("y"), "a"), new Patience.Queue(Duration.ofSeconds(59))));
            long before = here.lock("a").revision();
            advance(A_MINUTE.plusMillis(1));
            assertThat(here.lock("a").holders()).isEmpty();
            long after = here.lock("a").revision();
            assertThat(after).isGreaterThan(before);
            assertThat(here.lock("a").revision()).isEqualTo(after);
        }

        @Test
        void isRenewedByItsToken() {
            LeaseId id = lease("x");
            Held held = here.hold("a", id);
            assertThat(done(there.store.renew(request(id, "a"), held.token()))).isInstanceOf(Held.class);
        }

        @Test
        void isNotRenewedByAnotherToken() {
            LeaseId id = lease("x");
            Held held = here.hold("a", id);
            FencingToken other = new FencingToken(held.token().value() + 1);
            assertThat(done(here.store.renew(request(id, "a"), other))).isEqualTo(new Refused(Reason.STALE_TOKEN));
            assertThat(done(here.store.release(ns, id, Optional.of(other), ASKER)))
                    .isEqualTo(new Refused(Reason.STALE_TOKEN));
        }

        @Test
        void standsForItsLocksAndItsOwner() {
            LeaseId id = lease("x");
            here.hold("a", id);
            assertThat(here.tryFor("b", id)).isEqualTo(new Refused(Reason.ID_REUSED));
            LeaseRequest otherOwner =
                    new LeaseRequest(ns, id, specs("a"), new Owner("someone else"), ASKER, new Ttl(A_MINUTE), "{}");
            assertThat(done(here.store.ensure(otherOwner, new Patience.Refuse())))
                    .isEqualTo(new Refused(Reason.ID_REUSED));
        }

        @Test
        void expiresOnTimeByTheStoresClock() {
            LeaseId id = lease("x");
            here.hold("a", id);
            advance(A_MINUTE.minusSeconds(1));
            assertThat(here.find(id)).isInstanceOf(Held.class);
            advance(Duration.ofSeconds(2));
            assertThat(here.find(id)).isEqualTo(new Ended(Ending.EXPIRED, false));
        }

        @Test
        void tellsEveryCallWhenItIsDue() {
            here.hold("a", lease("x"));
            assertThat(here.due.poll())
                    .satisfies(due -> assertThat(due.left()).isBetween(Duration.ofSeconds(55), A_MINUTE));
        }
    }

    @Nested
    class An_expired_lease {
        private final LeaseId id = lease("x");

        @BeforeEach
        void expire() {
            here.hold("a", id);
            advance(A_MINUTE.plusMillis(5));
        }

        @Test
        void cannotBeRenewedByItsFormerHolder() {
            assertThat(here.tryFor("a", id)).isEqualTo(new Ended(Ending.EXPIRED, false));
            assertThat(done(here.store.renew(request(id, "a"), new FencingToken(1))))
                    .isEqualTo(new Ended(Ending.EXPIRED, false));
        }

        @Test
        void cannotBeReleasedByItsFormerHolderWhoMustKnow() {
            assertThat(here.release(id)).isEqualTo(new Ended(Ending.EXPIRED, false));
        }

        @Test
        void tellsWhetherOthersHeldTheLockSince() {
            Held other = here.hold("a", lease("y"));
            assertThat(here.find(id)).isEqualTo(new Ended(Ending.EXPIRED, true));
            here.release(other);
            assertThat(here.find(id)).isEqualTo(new Ended(Ending.EXPIRED, true));
        }

        @Test
        void tellsOfAnotherThatHasEndedOnlyNow() {
            here.hold("a", lease("y"));
            advance(A_MINUTE.plusMillis(5));
            assertThat(here.find(id)).isEqualTo(new Ended(Ending.EXPIRED, true));
        }

        @Test
        void stillStandsForItsLocks() {
            assertThat(here.tryFor("b", id)).isEqualTo(new Refused(Reason.ID_REUSED));
        }

        @Test
        void isKnownAsSuchForTwoMinutes() {
            here.find(id);
            advance(LeaseRules.ENDED_WINDOW.minusSeconds(1));
            assertThat(here.find(id)).isInstanceOf(Ended.class);
            advance(A_MINUTE.plusSeconds(2));
            assertThat(here.find(id)).isEqualTo(new Refused(Reason.UNKNOWN));
        }

        @Test
        void hasEndedEvenWhenMoreAreDueThanACallEnds() {
            List<LeaseId> ids = new ArrayList<>();
            for (int i = 0; i < 250; i++) {
                LeaseId each = lease("o" + i);
                ids.add(each);
                here.hold("many:" + i, each);
            }
            advance(A_MINUTE.plusMillis(5));
            assertThat(here.tryFor("many:249", ids.get(249))).isEqualTo(new Ended(Ending.EXPIRED, false));
            done(here.store.sweep(ns));
            done(here.store.sweep(ns));
            assertThat(here.locks("many:")).isEmpty();
        }
    }

    @Nested
    class A_queue {
        @Test
        void servesThoseWhoWaitInTheOrderInWhichTheyCame() {
            Held held = here.hold("a", lease("x"));
            List<LeaseId> waiters = List.of(lease("1"), lease("2"), lease("3"));
            for (int i = 0; i < 3; i++) {
                Instance instance = i % 2 == 0 ? here : there;
                assertThat(instance.waitFor("a", waiters.get(i)).position()).isEqualTo(i + 1);
            }
            FencingToken last = held.token();
            here.release(held);
            for (LeaseId id : waiters) {
                Held next = here.hold("a", id);
                assertThat(next.justGranted()).isTrue();
                assertThat(next.token()).isGreaterThan(last);
                last = next.token();
                here.release(next);
            }
        }

        @Test
        void isNotOvertakenByANewcomer() {
            Held held = here.hold("a", lease("x"));
            LeaseId waiter = lease("1");
            here.waitFor("a", waiter);
            here.release(held);
            assertThat(here.tryFor("a", lease("2"))).isInstanceOf(Busy.class);
            assertThat(here.waitFor("a", lease("3")).position()).isEqualTo(1);
            assertThat(here.hold("a", waiter).justGranted()).isTrue();
        }

        @Test
        void movesUpWhenSomeoneLeaves() {
            here.hold("a", lease("x"));
            LeaseId first = lease("1");
            LeaseId second = lease("2");
            here.waitFor("a", first);
            here.waitFor("a", second);
            assertThat(here.release(first)).isEqualTo(new Ended(Ending.RELEASED, null, true));
            assertThat(here.waitFor("a", second).position()).isEqualTo(1);
        }

        @Test
        void showsWhoWaits() {
            here.hold("a", lease("x"));
            here.waitFor("a", lease("1"));
            here.waitFor("a", lease("2"));
            LockState lock = here.lock("a");
            assertThat(lock.waiting()).isEqualTo(2);
            assertThat(lock.waiters()).extracting(Lease::owner).containsExactly(new Owner("1"), new Owner("2"));
        }

        @Test
        void takesNoMoreThanItMay() {
            here.hold("a", lease("x"));
            for (int i = 0; i < LIMITS.maxWaiters(); i++) {
                here.waitFor("a", lease("w" + i));
            }
            LeaseId id = lease("late");
            assertThat(here.queue("a", id)).isEqualTo(new Full(Limit.WAITERS, 5));
            assertThat(here.find(id)).isEqualTo(new Refused(Reason.UNKNOWN));
        }
    }

    @Nested
    class A_place_in_a_queue {
        private final LeaseId id = lease("w");

        @BeforeEach
        void queue() {
            here.hold("a", lease("x"));
            here.waitFor("a", id);
        }

        @Test
        void outlivesItsLastRequestByTenSeconds() {
            advance(LeaseRules.PLACE_GRACE.minusMillis(500));
            assertThat(here.find(id)).isInstanceOf(Waiting.class);
            advance(Duration.ofSeconds(1));
            assertThat(here.find(id)).isEqualTo(new Ended(Ending.EXPIRED, null));
            assertThat(here.lock("a").waiting()).isZero();
        }

        @Test
        void isKeptByPollsAtAnyInstance() {
            for (int i = 0; i < 5; i++) {
                advance(Duration.ofSeconds(8));
                there.waitFor("a", id);
            }
            assertThat(here.find(id)).isInstanceOf(Waiting.class);
        }

        @Test
        void isPolledByATryToo() {
            advance(Duration.ofSeconds(8));
            assertThat(here.tryFor("a", id)).isInstanceOf(Waiting.class);
            advance(Duration.ofSeconds(8));
            assertThat(here.find(id)).isInstanceOf(Waiting.class);
        }

        @Test
        void isKeptWhileARequestIsOpenAndTheGraceAfter() {
            done(here.store.ensure(request(id, "a"), new Patience.Queue(Duration.ofSeconds(30))));
            advance(Duration.ofSeconds(39));
            assertThat(here.find(id)).isInstanceOf(Waiting.class);
        }

        @Test
        void isCutToTheGraceWhenItsRequestIsGone() {
            done(here.store.ensure(request(id, "a"), new Patience.Queue(Duration.ofSeconds(30))));
            done(here.store.abandon(ns, id));
            advance(Duration.ofSeconds(9));
            assertThat(here.find(id)).isInstanceOf(Waiting.class);
            advance(Duration.ofSeconds(2));
            assertThat(here.find(id)).isInstanceOf(Ended.class);
        }

        @Test
        void isKeptByARequestThatIsOpenElsewhere() {
            Patience thirty = new Patience.Queue(Duration.ofSeconds(30));
            done(here.store.ensure(request(id, "a"), thirty));
            done(there.store.ensure(request(id, "a"), thirty));
            // Whichever came first, a retry must not lose the place of the request it replaces.
            done(there.store.abandon(ns, id));
            advance(Duration.ofSeconds(39));
            assertThat(here.find(id)).isInstanceOf(Waiting.class);
            advance(Duration.ofSeconds(2));
            assertThat(here.find(id)).isInstanceOf(Ended.class);
        }

        @Test
        void isNoLeaseThatATokenCouldRenew() {
            assertThat(done(here.store.renew(request(id, "a"), new FencingToken(1))))
                    .isEqualTo(new Refused(Reason.STALE_TOKEN));
        }
    }

    @Nested
    class A_place_that_is_over {
        @Test
        void isPassedOverByAHandOffThatComesInTheSameCall() {
            // 99 leases and the holder are due before the waiter, more than one call ends.
            for (int i = 0; i < 99; i++) {
                here.hold("many:" + i, lease("o" + i));
            }
            here.hold("a", lease("x"));
            advance(A_MINUTE.minusSeconds(10));
            LeaseId over = lease("over");
            LeaseId live = lease("live");
            here.waitFor("a", over);
            done(here.store.ensure(request(live, "a"), new Patience.Queue(Duration.ofSeconds(30))));
            advance(Duration.ofSeconds(15));
            done(here.store.sweep(ns));
            done(here.store.sweep(ns));
            here.awaitChanged(live);
            assertThat(here.find(over)).isEqualTo(new Ended(Ending.EXPIRED, null));
        }

        @Test
        void countsForNoLimit() {
            here.hold("a", lease("x"));
            for (int i = 0; i < LIMITS.maxWaiters(); i++) {
                here.waitFor("a", lease("w" + i));
            }
            advance(LeaseRules.PLACE_GRACE.plusMillis(1));
            assertThat(here.queue("a", lease("next"))).isInstanceOf(Waiting.class);
        }
    }

    @Nested
    class A_hand_off {
        private final LeaseId holder = lease("x");
        private final LeaseId waiter = lease("1");
        private final LeaseId next = lease("2");

        @BeforeEach
        void queueThere() {
            here.hold("a", holder);
            done(there.store.ensure(request(waiter, "a"), new Patience.Queue(Duration.ofSeconds(30))));
            done(there.store.ensure(request(next, "a"), new Patience.Queue(Duration.ofSeconds(30))));
        }

        @Test
        void isSignalledToTheInstanceWhereTheRequestWaits() {
            here.release(holder);
            there.awaitChanged(waiter);
            assertThat(here.changed).isEmpty();
            assertThat(there.changed).isEmpty();
        }

        @Test
        void isSignalledToEveryInstanceWhereARequestWaits() {
            done(here.store.ensure(request(waiter, "a"), new Patience.Queue(Duration.ofSeconds(30))));
            here.release(holder);
            here.awaitChanged(waiter);
            there.awaitChanged(waiter);
            assertThat(there.hold("a", waiter).justGranted()).isTrue();
            // The other one shall answer as well.
            here.awaitChanged(waiter);
            assertThat(here.hold("a", waiter).justGranted()).isFalse();
        }

        @Test
        void isSignalledByAnExpiryToo() {
            advance(Duration.ofSeconds(35));
            done(there.store.ensure(request(waiter, "a"), new Patience.Queue(Duration.ofSeconds(30))));
            advance(Duration.ofSeconds(26));
            done(here.store.sweep(ns));
            there.awaitChanged(waiter);
        }

        @Test
        void isToldAgainByASweepWhenTheSignalWasLost() {
            here.release(holder);
            there.awaitChanged(waiter);
            done(there.store.sweep(ns));
            there.awaitChanged(waiter);
            done(here.store.sweep(ns));
            assertThat(here.changed).isEmpty();
        }

        @Test
        void grantsNothingUntilItIsConfirmed() {
            here.release(holder);
            assertThat(here.find(waiter)).isInstanceOf(Waiting.class);
            assertThat(here.lock("a").holders()).isEmpty();
            assertThat(here.lock("a").waiters()).extracting(Lease::id).containsExactly(waiter, next);
        }

        @Test
        void startsTheFullTtlWhenItIsConfirmed() {
            here.release(holder);
            advance(Duration.ofSeconds(4));
            Held held = there.hold("a", waiter);
            assertThat(held.justGranted()).isTrue();
            assertThat(held.lease().expiry().left()).isGreaterThan(Duration.ofSeconds(58));
            advance(Duration.ofSeconds(59));
            assertThat(here.find(waiter)).isInstanceOf(Held.class);
        }

        @Test
        void thatNobodyConfirmsGoesToTheNextAfterFiveSeconds() {
            here.release(holder);
            there.awaitChanged(waiter);
            advance(LeaseRules.CLAIM_GRACE.plusMillis(5));
            done(here.store.sweep(ns));
            there.awaitChanged(waiter);
            there.awaitChanged(next);
            assertThat(here.find(waiter)).isEqualTo(new Ended(Ending.EXPIRED, null));
            assertThat(there.hold("a", next).justGranted()).isTrue();
        }

        @Test
        void tellsAWaiterWhoseLeaseWasReleasedElsewhere() {
            here.release(waiter);
            there.awaitChanged(waiter);
            assertThat(there.queue("a", waiter)).isEqualTo(new Ended(Ending.RELEASED, null));
        }
    }

    @Nested
    class Several_locks {
        @Test
        void areGrantedTogether() {
            Held both = here.hold(lease("x"), "b", "a");
            assertThat(both.lease().locks())
                    .extracting(spec -> spec.name().value())
                    .containsExactly("a", "b");
            assertThat(here.tryFor("a", lease("y"))).isInstanceOf(Busy.class);
            assertThat(here.tryFor("b", lease("y"))).isInstanceOf(Busy.class);
        }

        @Test
        void areNotHeldWhileOneIsMissing() {
            Held a = here.hold("a", lease("x"));
            LeaseId both = lease("both");
            assertThat(here.tryForAll(both, "a", "b")).isInstanceOf(Busy.class);
            here.waitForAll(both, "a", "b");
            assertThat(here.lock("b").holders()).isEmpty();
            assertThat(here.tryFor("b", lease("late"))).isInstanceOf(Busy.class);
            here.release(a);
            assertThat(here.hold(both, "a", "b").justGranted()).isTrue();
        }

        @Test
        void areNotStarvedByThoseWhoWantOne() {
            Held a = here.hold("a", lease("x"));
            Held b = here.hold("b", lease("y"));
            LeaseId both = lease("both");
            LeaseId later = lease("later");
            here.waitForAll(both, "a", "b");
            here.waitFor("a", later);
            here.release(a);
            assertThat(here.find(later)).isInstanceOf(Waiting.class);
            here.release(b);
            Held granted = here.hold(both, "a", "b");
            here.release(granted);
            assertThat(here.hold("a", later).justGranted()).isTrue();
        }

        @Test
        void letOthersPassWhenTheirWaiterLeaves() {
            here.hold("a", lease("x"));
            LeaseId both = lease("both");
            LeaseId single = lease("single");
            here.waitForAll(both, "a", "b");
            here.waitFor("b", single);
            here.release(both);
            assertThat(here.hold("b", single).justGranted()).isTrue();
        }
    }

    @Nested
    class A_shared_lock {
        @Test
        void isHeldByManyAtATime() {
            here.hold(lease("x"), shared("a"));
            there.hold(lease("y"), shared("a"));
            assertThat(here.lock("a").holders())
                    .extracting(Lease::owner)
                    .containsExactlyInAnyOrder(new Owner("x"), new Owner("y"));
            assertThat(here.lock("a").use()).isEqualTo(new LockState.Whole(LockMode.Whole.SHARED));
        }

        @Test
        void isNotHeldExclusivelyMeanwhile() {
            LeaseId x = lease("x");
            LeaseId y = lease("y");
            here.hold(x, shared("a"));
            here.hold(y, shared("a"));
            LeaseId writer = lease("writer");
            assertThat(((Busy) here.tryFor("a", writer)).holders())
                    .extracting(Lease::id)
                    .containsExactly(x, y);
            here.waitFor("a", writer);
            here.release(x);
            assertThat(here.find(writer)).isInstanceOf(Waiting.class);
            assertThat(here.lock("a").holders()).hasSize(1);
            here.release(y);
            assertThat(here.hold("a", writer).justGranted()).isTrue();
            assertThat(here.tryFor(lease("late"), shared("a"))).isInstanceOf(Busy.class);
        }

        @Test
        void doesNotStarveAWriterByNewReaders() {
            LeaseId reader = lease("reader");
            here.hold(reader, shared("a"));
            LeaseId writer = lease("writer");
            here.waitFor("a", writer);
            LeaseId late = lease("late");
            assertThat(here.tryFor(late, shared("a"))).isInstanceOf(Busy.class);
            assertThat(here.waitFor(late, shared("a")).position()).isEqualTo(2);
            here.release(reader);
            here.release(here.hold("a", writer));
            assertThat(here.hold(late, shared("a")).justGranted()).isTrue();
        }

        @Test
        void goesToAllReadersAtTheHeadOfTheQueueAtOnce() {
            Held held = here.hold("a", lease("x"));
            List<LeaseId> readers = List.of(lease("1"), lease("2"), lease("3"));
            readers.forEach(id -> here.waitFor(id, shared("a")));
            LeaseId writer = lease("writer");
            here.waitFor("a", writer);
            LeaseId behind = lease("behind");
            assertThat(here.waitFor(behind, shared("a")).position()).isEqualTo(5);
            here.release(held);
            readers.forEach(
                    id -> assertThat(here.hold(id, shared("a")).justGranted()).isTrue());
            assertThat(here.find(writer)).isInstanceOf(Waiting.class);
            assertThat(here.find(behind)).isInstanceOf(Waiting.class);
        }

        @Test
        void letsReadersPassWhenAWriterLeavesTheQueue() {
            here.hold(lease("x"), shared("a"));
            LeaseId writer = lease("writer");
            LeaseId reader = lease("reader");
            here.waitFor("a", writer);
            here.waitFor(reader, shared("a"));
            here.release(writer);
            assertThat(here.hold(reader, shared("a")).justGranted()).isTrue();
        }

        @Test
        void letsReadersPassWhenAWriterGivesUpItsPlace() {
            here.hold(lease("x"), shared("a"));
            here.waitFor("a", lease("writer"));
            LeaseId reader = lease("reader");
            done(here.store.ensure(request(reader, shared("a")), new Patience.Queue(Duration.ofSeconds(30))));
            advance(LeaseRules.PLACE_GRACE.plusMillis(1));
            done(here.store.sweep(ns));
            here.awaitChanged(reader);
        }

        @Test
        void isGivenToMoreThanAHundredWaitersInCallsThatFollowAtOnce() {
            LeaseId holder = lease("x");
            here.hold(holder, many("a"));
            List<LeaseId> readers = new ArrayList<>();
            for (int lock = 0; lock < 30; lock++) {
                for (int i = 0; i < LIMITS.maxWaiters(); i++) {
                    LeaseId reader = lease("r" + lock + "." + i);
                    here.waitFor(reader, shared("a" + lock));
                    readers.add(reader);
                }
            }
            here.release(holder);
            assertThat(lastDue(here).left()).isZero();
            done(there.store.sweep(ns));
            for (int i = 0; i < readers.size(); i++) {
                LockSpec lock = shared("a" + i / LIMITS.maxWaiters());
                assertThat(there.hold(readers.get(i), lock).justGranted()).isTrue();
            }
        }

        @Test
        void namesAsManyHoldersAsThereAreOnlyUpToALimit() {
            for (int i = 0; i < 150; i++) {
                here.hold(lease("x" + i), shared("a"));
            }
            assertThat(here.lock("a").holders()).hasSize(100);
        }

        private LockSpec[] many(String prefix) {
            LockSpec[] specs = new LockSpec[30];
            for (int i = 0; i < specs.length; i++) {
                specs[i] = exclusive(prefix + i);
            }
            return specs;
        }

        private Countdown lastDue(Instance instance) {
            return List.copyOf(instance.due).getLast();
        }
    }

    @Nested
    class A_downgrade {
        private final LeaseId id = lease("x");
        private Held held;

        @BeforeEach
        void hold() {
            held = here.hold("a", id);
        }

        @Test
        void keepsTheLeaseUnderItsTokenAndLetsOthersShare() {
            LeaseId reader = lease("reader");
            LeaseId writer = lease("writer");
            done(there.store.ensure(request(reader, shared("a")), new Patience.Queue(Duration.ofSeconds(30))));
            here.waitFor("a", writer);
            Held shared = (Held) done(here.store.renew(request(id, shared("a")), held.token()));
            assertThat(shared.token()).isEqualTo(held.token());
            assertThat(shared.lease().isFencing()).isFalse();
            there.awaitChanged(reader);
            assertThat(there.hold(reader, shared("a")).justGranted()).isTrue();
            assertThat(here.find(writer)).isInstanceOf(Waiting.class);
            assertThat(here.hold(id, shared("a")).justGranted()).isFalse();
        }

        @Test
        void isARenewalWhenItIsRepeated() {
            done(here.store.renew(request(id, shared("a")), held.token()));
            assertThat(done(here.store.renew(request(id, shared("a")), held.token())))
                    .isInstanceOf(Held.class);
        }

        @Test
        void needsTheToken() {
            assertThat(here.tryFor(id, shared("a"))).isEqualTo(new Refused(Reason.ID_REUSED));
            FencingToken other = new FencingToken(held.token().value() + 1);
            assertThat(done(here.store.renew(request(id, shared("a")), other)))
                    .isEqualTo(new Refused(Reason.STALE_TOKEN));
            assertThat(here.tryFor(lease("reader"), shared("a"))).isInstanceOf(Busy.class);
        }

        @Test
        void doesNotGoBack() {
            done(here.store.renew(request(id, shared("a")), held.token()));
            assertThat(done(here.store.renew(request(id, "a"), held.token()))).isEqualTo(new Refused(Reason.ID_REUSED));
        }

        @Test
        void ofALeaseThatIsOverIsTold() {
            advance(A_MINUTE.plusMillis(1));
            assertThat(done(here.store.renew(request(id, shared("a")), held.token())))
                    .isEqualTo(new Ended(Ending.EXPIRED, false));
        }
    }

    @Nested
    class A_lock_with_permits {
        @Test
        void isHeldByAsManyAsItHasPermitsFor() {
            here.hold(lease("x"), permits(2, 5, "a"));
            here.hold(lease("y"), permits(3, 5, "a"));
            assertThat(here.lock("a").use()).isEqualTo(new LockState.Permits(5, 5));
            assertThat(here.tryFor(lease("z"), permits(1, 5, "a"))).isInstanceOf(Busy.class);
        }

        @Test
        void isNotTakenByASmallRequestBeforeALargeOneThatWaits() {
            LeaseId x = lease("x");
            here.hold(x, permits(2, 5, "a"));
            here.hold(lease("y"), permits(2, 5, "a"));
            LeaseId large = lease("large");
            LeaseId small = lease("small");
            here.waitFor(large, permits(3, 5, "a"));
            assertThat(here.tryFor(small, permits(1, 5, "a"))).isInstanceOf(Busy.class);
            here.waitFor(small, permits(1, 5, "a"));
            here.release(x);
            assertThat(here.hold(large, permits(3, 5, "a")).justGranted()).isTrue();
            assertThat(here.find(small)).isInstanceOf(Waiting.class);
        }

        @Test
        void goesToAllAtTheHeadWhoFit() {
            LeaseId x = lease("x");
            here.hold(x, permits(5, 5, "a"));
            List<LeaseId> waiters = List.of(lease("1"), lease("2"), lease("3"));
            waiters.forEach(id -> here.waitFor(id, permits(2, 5, "a")));
            here.release(x);
            assertThat(here.hold(waiters.get(0), permits(2, 5, "a")).justGranted())
                    .isTrue();
            assertThat(here.hold(waiters.get(1), permits(2, 5, "a")).justGranted())
                    .isTrue();
            assertThat(here.find(waiters.get(2))).isInstanceOf(Waiting.class);
        }

        @Test
        void hasOneCapacityAndOneFamilyWhileItIsInUse() {
            LeaseId x = lease("x");
            here.hold(x, permits(1, 5, "a"));
            assertThat(here.tryFor(lease("y"), permits(1, 6, "a"))).isEqualTo(new Mismatch(new LockName("a"), true));
            assertThat(here.tryFor("a", lease("y"))).isEqualTo(new Mismatch(new LockName("a"), false));
            assertThat(here.tryFor(lease("y"), shared("a"))).isEqualTo(new Mismatch(new LockName("a"), false));
            here.hold("b", lease("z"));
            assertThat(here.tryFor(lease("y"), permits(1, 6, "b"))).isEqualTo(new Mismatch(new LockName("b"), false));
            here.release(x);
            assertThat(here.tryFor(lease("y"), permits(1, 6, "a"))).isInstanceOf(Held.class);
        }

        @Test
        void mayBeUsedOtherwiseInTheVeryCallThatEndsItsLastHolder() {
            here.hold(lease("x"), permits(1, 5, "a"));
            advance(A_MINUTE.plusMillis(5));
            assertThat(here.hold("a", lease("y")).justGranted()).isTrue();
        }
    }

    @Nested
    class Several_locks_of_several_modes {
        @Test
        void areGrantedTogether() {
            Held all = here.hold(lease("x"), exclusive("a"), shared("b"), permits(2, 3, "c"));
            assertThat(all.lease().locks()).containsExactly(exclusive("a"), shared("b"), permits(2, 3, "c"));
            assertThat(here.tryFor(lease("y"), shared("b"), permits(1, 3, "c"))).isInstanceOf(Held.class);
            assertThat(here.tryFor(lease("z"), shared("a"))).isInstanceOf(Busy.class);
            here.release(all);
            assertThat(here.locks("")).extracting(lock -> lock.name().value()).containsExactly("b", "c");
        }

        @Test
        void letThosePassWhoFitBesideThemWhileTheyWait() {
            Held b = here.hold("b", lease("y"));
            LeaseId both = lease("both");
            here.waitFor(both, shared("a"), exclusive("b"));
            assertThat(here.tryFor(lease("reader"), shared("a"))).isInstanceOf(Held.class);
            LeaseId writer = lease("writer");
            assertThat(here.tryFor("a", writer)).isInstanceOf(Busy.class);
            here.release(b);
            assertThat(here.hold(both, shared("a"), exclusive("b")).justGranted())
                    .isTrue();
        }

        @Test
        void passThoseWhoWaitForSomethingElseAndFitBesideThem() {
            Held a = here.hold("a", lease("x"));
            Held b = here.hold("b", lease("y"));
            LeaseId stuck = lease("stuck");
            LeaseId reader = lease("reader");
            LeaseId two = lease("two");
            here.waitFor(stuck, shared("a"), exclusive("b"));
            here.waitFor(reader, shared("a"));
            here.waitFor(two, shared("a"), shared("c"));
            here.release(a);
            assertThat(here.hold(reader, shared("a")).justGranted()).isTrue();
            assertThat(here.hold(two, shared("a"), shared("c")).justGranted()).isTrue();
            assertThat(here.find(stuck)).isInstanceOf(Waiting.class);
            here.release(b);
            assertThat(here.hold(stuck, shared("a"), exclusive("b")).justGranted())
                    .isTrue();
        }
    }

    @Nested
    class A_lock_that_is_broken {
        private final LeaseId id = lease("x");
        private final Duration grace = Duration.ofSeconds(20);

        @BeforeEach
        void breakIt() {
            here.hold(id, "a", "b");
            assertThat(done(there.store.revoke(ns, new LockName("a"), grace)))
                    .extracting(Lease::id)
                    .containsExactly(id);
        }

        @Test
        void isRenewedUntilTheGraceIsOverAndToldSo() {
            advance(Duration.ofSeconds(19));
            Held held = here.hold(id, "a", "b");
            assertThat(held.lease().expiry().left()).isLessThanOrEqualTo(Duration.ofSeconds(1));
            assertThat(Objects.requireNonNull(held.lease().revocation()).left())
                    .isLessThanOrEqualTo(Duration.ofSeconds(1));
            assertThat(here.lock("b").holders().getFirst().revocation()).isNotNull();
            advance(Duration.ofSeconds(1).plusMillis(1));
            assertThat(here.tryForAll(id, "a", "b")).isEqualTo(new Ended(Ending.REVOKED, false));
            assertThat(here.release(id)).isEqualTo(new Ended(Ending.REVOKED, false));
            assertThat(here.locks("")).isEmpty();
        }

        @Test
        void goesToTheNextInOrderWhoIsNotRevoked() {
            LeaseId next = lease("next");
            done(there.store.ensure(request(next, "a"), new Patience.Queue(Duration.ofSeconds(30))));
            advance(grace);
            done(here.store.sweep(ns));
            there.awaitChanged(next);
            there.hold("a", next);
            advance(grace);
            assertThat(here.find(next)).isInstanceOf(Held.class);
        }

        @Test
        void mayStillBeReleased() {
            assertThat(here.release(id)).isEqualTo(new Ended(Ending.RELEASED, null, true));
        }

        @Test
        void isTakenAtOnceWithoutGrace() {
            done(here.store.revoke(ns, new LockName("b"), Duration.ZERO));
            assertThat(here.find(id)).isEqualTo(new Ended(Ending.REVOKED, false));
            assertThat(here.tryFor("a", lease("y"))).isInstanceOf(Held.class);
        }

        @Test
        void doesNotGetALongerGraceByBeingBrokenAgain() {
            done(here.store.revoke(ns, new LockName("b"), Duration.ofMinutes(30)));
            advance(grace);
            assertThat(here.find(id)).isEqualTo(new Ended(Ending.REVOKED, false));
        }

        @Test
        void isNoneWhenNobodyHoldsIt() {
            assertThat(done(here.store.revoke(ns, new LockName("free"), grace))).isEmpty();
        }
    }

    @Nested
    class A_deadlock {
        @Test
        void isRefusedWithItsCycleBeforeItBegins() {
            here.hold("a", lease("ann"));
            here.hold("b", lease("bob"));
            here.waitFor("b", lease("ann"));
            LeaseId closing = lease("bob");
            assertThat(here.queue("a", closing)).isEqualTo(cycle("bob", "a", "ann", "b"));
            assertThat(here.lock("a").waiting()).isZero();
            // The id is as good as before.
            assertThat(here.tryFor("c", closing)).isInstanceOf(Held.class);
        }

        @Test
        void mayHaveManySteps() {
            for (int i = 0; i < 20; i++) {
                here.hold("l" + i, lease("o" + i));
            }
            for (int i = 0; i < 19; i++) {
                here.waitFor("l" + (i + 1), lease("o" + i));
            }
            assertThat(here.queue("l0", lease("o19")))
                    .isInstanceOfSatisfying(Deadlock.class, deadlock -> assertThat(deadlock.cycle())
                            .hasSize(20));
        }

        @Test
        void runsThroughThoseWhoWaitAheadToo() {
            here.hold("a", lease("ann"));
            LeaseId both = lease("both");
            here.waitForAll(both, "a", "b");
            assertThat(here.queue("b", lease("ann"))).isEqualTo(cycle("ann", "b", "both", "a"));
        }

        @Test
        void runsThroughOwnersWhoDidNotNameThemselves() {
            here.hold("a", lease("ann"));
            LeaseId nameless = new LeaseId(UUID.randomUUID());
            here.waitForAll(nameless, "a", "b");
            assertThat(here.queue("b", lease("ann"))).isEqualTo(cycle("ann", "b", nameless.toString(), "a"));
        }

        @Test
        void isNoneWithOneself() {
            here.hold("a", lease("ann"));
            assertThat(here.queue("a", lease("ann"))).isInstanceOf(Waiting.class);
        }

        @Test
        void isNoneAmongThoseWhoShare() {
            here.hold(lease("ann"), shared("a"));
            here.hold(lease("bob"), shared("a"));
            here.hold("b", lease("bob"));
            here.waitFor("b", lease("ann"));
            assertThat(here.tryFor(lease("bob"), shared("a"))).isInstanceOf(Held.class);
        }

        @Test
        void isSeenAmongReadersWhoBothWantToWrite() {
            here.hold(lease("ann"), shared("a"));
            here.hold(lease("bob"), shared("a"));
            here.waitFor("a", lease("ann"));
            assertThat(here.queue("a", lease("bob"))).isEqualTo(cycle("bob", "a", "ann", "a"));
        }

        @Test
        void isSeenAmongThoseWhoTakePermits() {
            here.hold(lease("ann"), permits(2, 3, "p"));
            here.hold(lease("bob"), permits(1, 3, "p"));
            here.waitFor(lease("ann"), permits(1, 3, "p"));
            assertThat(here.queueFor(lease("bob"), permits(2, 3, "p"))).isEqualTo(cycle("bob", "p", "ann", "p"));
        }

        @Test
        void isNoLongerLookedForAfterAThousandEdges() {
            LockSpec[] crowded =
                    IntStream.range(0, 9).mapToObj(i -> shared("crowded" + i)).toArray(LockSpec[]::new);
            for (int i = 0; i < 110; i++) {
                here.hold(lease("reader" + i), crowded);
            }
            here.hold("b", lease("bob"));
            here.waitFor("b", lease("ann"));
            for (int i = 0; i < 8; i++) {
                here.hold(lease("busy" + i), shared("a"));
                here.waitFor("crowded" + i, lease("busy" + i));
            }
            Held seen = here.hold(lease("ann"), shared("a"));
            assertThat(here.queue("a", lease("bob"))).isEqualTo(cycle("bob", "a", "ann", "b"));

            here.release(seen);
            here.hold(lease("busy8"), shared("a"));
            here.waitFor("crowded8", lease("busy8"));
            here.hold(lease("ann"), shared("a"));
            assertThat(here.queue("a", lease("bob"))).isInstanceOf(Waiting.class);
        }

        @Test
        void isNoneWhenTheWaitIsOver() {
            here.hold("a", lease("ann"));
            Held bobs = here.hold("b", lease("bob"));
            LeaseId waiter = lease("ann");
            here.waitFor("b", waiter);
            here.release(waiter);
            assertThat(here.queue("a", lease("bob"))).isInstanceOf(Waiting.class);
            here.release(bobs);
        }

        private Deadlock cycle(String... ownersAndLocks) {
            List<Deadlock.Step> steps = new ArrayList<>();
            for (int i = 0; i < ownersAndLocks.length; i += 2) {
                steps.add(new Deadlock.Step(owner(ownersAndLocks[i]), new LockName(ownersAndLocks[i + 1])));
            }
            return new Deadlock(steps);
        }

        private Owner owner(String label) {
            return new Owner(label);
        }
    }

    @Nested
    class A_token {
        @Test
        void isGreaterThanEveryTokenBeforeInTheNamespace() {
            long last = 0;
            for (int i = 0; i < 50; i++) {
                Held held = (i % 2 == 0 ? here : there).hold("a" + i % 7, lease("x" + i));
                assertThat(held.token().value()).isGreaterThan(last);
                last = held.token().value();
                here.release(held);
            }
        }

        @Test
        void doesNotGoBackWhenTheStoreLosesItsData() {
            advance(Duration.ofHours(1));
            Held before = here.hold("a", lease("x"));
            wipe();
            advance(Duration.ofHours(-1));
            // Only the instance remembers.
            Held after = here.hold("a", lease("y"));
            assertThat(after.token()).isGreaterThan(before.token());
        }

        @Test
        void doesNotGoBackForAnInstanceThatSawNothing() {
            Held before = here.hold("a", lease("x"));
            wipe();
            Held after = there.hold("a", lease("y"));
            assertThat(after.token()).isGreaterThan(before.token());
        }

        @Test
        void risesWhileTheStoresClockStandsBehind() {
            advance(Duration.ofHours(1));
            Held before = here.hold("a", lease("x"));
            advance(Duration.ofHours(-1).plus(A_MOMENT));
            assertThat(there.hold("b", lease("y")).token()).isGreaterThan(before.token());
            advance(Duration.ofHours(1));
        }
    }

    @Nested
    class A_store_that_lost_its_data {
        @Test
        void tellsEveryInstanceThatUsedTheNamespace() {
            here.hold("a", lease("x"));
            done(there.store.sweep(ns));
            wipe();
            done(here.store.sweep(ns));
            done(there.store.sweep(ns));
            assertThat(here.lost).containsExactly(ns);
            assertThat(there.lost).containsExactly(ns);
        }

        @Test
        void knowsNoLease() {
            LeaseId id = lease("x");
            Held held = here.hold("a", id);
            wipe();
            assertThat(here.find(id)).isEqualTo(new Refused(Reason.UNKNOWN));
            assertThat(done(here.store.renew(request(id, "a"), held.token()))).isEqualTo(new Refused(Reason.UNKNOWN));
        }

        @Test
        void isToldOnlyOnce() {
            here.hold("a", lease("x"));
            wipe();
            here.hold("a", lease("y"));
            here.hold("b", lease("z"));
            assertThat(here.lost).hasSize(1);
        }
    }

    @Nested
    class An_id {
        @Test
        void thatWasReleasedIsNotUsedAgain() {
            LeaseId id = lease("x");
            here.release(here.hold("a", id));
            assertThat(here.tryFor("a", id)).isEqualTo(new Ended(Ending.RELEASED, false));
            assertThat(here.release(id)).isEqualTo(new Ended(Ending.RELEASED, false));
        }

        @Test
        void thatWasReleasedBeforeItsRequestCameIsOver() {
            LeaseId id = lease("x");
            assertThat(here.release(id)).isEqualTo(new Ended(Ending.RELEASED, null));
            assertThat(here.tryFor("a", id)).isEqualTo(new Ended(Ending.RELEASED, null));
            assertThat(here.tryFor("a", lease("y"))).isInstanceOf(Held.class);
        }

        @Test
        void madeTooLongAgoIsRefused() {
            LeaseId old = mintedAt(now().minus(LeaseRules.ENDED_WINDOW).minusSeconds(1));
            assertThat(here.tryFor("a", old)).isEqualTo(new Refused(Reason.ID_STALE));
            assertThat(here.tryFor("a", mintedAt(now().minusSeconds(110)))).isInstanceOf(Held.class);
        }

        @Test
        void madeTooFarAheadIsRefused() {
            assertThat(here.tryFor("a", mintedAt(now().plus(Duration.ofHours(25)))))
                    .isEqualTo(new Refused(Reason.ID_STALE));
            assertThat(here.tryFor("a", mintedAt(now().plus(Duration.ofHours(23)))))
                    .isInstanceOf(Held.class);
        }

        @Test
        void ofALeaseThatLivesDoesNotGrowTooOld() {
            LeaseId id = mintedAt(now());
            for (int i = 0; i < 5; i++) {
                here.hold("a", id);
                advance(Duration.ofSeconds(50));
            }
            assertThat(here.find(id)).isInstanceOf(Held.class);
        }

        @Test
        void thatIsUnknownIsNeverAcquiredByARenewal() {
            assertThat(done(here.store.renew(request(lease("x"), "a"), new FencingToken(1))))
                    .isEqualTo(new Refused(Reason.UNKNOWN));
            assertThat(done(here.store.release(ns, lease("x"), Optional.of(new FencingToken(1)), ASKER)))
                    .isEqualTo(new Refused(Reason.UNKNOWN));
            assertThat(here.locks("")).isEmpty();
        }
    }

    @Nested
    class A_namespace {
        @Test
        void hasNoMoreWaitersThanItMayForAllOfItsLocks() {
            ns = small;
            LeaseId both = lease("both");
            here.hold(lease("x"), "a", "b");
            here.waitForAll(both, "a", "b");
            here.waitFor("a", lease("w1"));
            LeaseId last = lease("w2");
            here.waitFor("b", last);
            here.hold("c", lease("y"));
            Full full = new Full(Limit.QUEUED, 3);
            assertThat(there.queue("c", lease("late"))).isEqualTo(full);
            assertThat(there.queueFor(lease("late"), shared("c"))).isEqualTo(full);
            // Whoever waits already may go on.
            assertThat(there.queue("b", last)).isInstanceOf(Waiting.class);

            here.release(both);
            here.waitFor("c", lease("in place of one who left"));
            assertThat(there.queue("c", lease("late"))).isEqualTo(full);

            here.release(last);
            here.waitFor(lease("w3"), shared("c"));
            assertThat(there.queue("b", lease("late"))).isEqualTo(full);

            advance(LeaseRules.PLACE_GRACE.plusMillis(1));
            for (int i = 0; i < 2; i++) {
                here.waitFor("c", lease("in place of one whose place is over"));
            }
            here.waitFor(lease("the third"), shared("b"));
            assertThat(there.queue("a", lease("late"))).isEqualTo(full);
        }

        @Test
        void doesNotCountThoseAsWaitingToWhomALockIsOffered() {
            ns = small;
            LeaseId holder = lease("x");
            here.hold("a", holder);
            done(here.store.ensure(request(lease("w1"), "a"), new Patience.Queue(Duration.ofSeconds(5))));
            here.hold("b", lease("y"));
            here.waitFor("b", lease("w2"));
            here.waitFor(lease("w3"), shared("b"));
            here.release(holder);
            assertThat(here.waitFor("a", lease("w4")).position()).isEqualTo(1);
            assertThat(here.queue("a", lease("w5"))).isEqualTo(new Full(Limit.QUEUED, 3));
            // Nobody takes the offer, and the next one gets it.
            advance(LeaseRules.CLAIM_GRACE.plusMillis(1));
            done(here.store.sweep(ns));
            here.waitFor("a", lease("w6"));
            assertThat(here.queue("a", lease("w7"))).isEqualTo(new Full(Limit.QUEUED, 3));
        }

        @Test
        void isHeldToItsOwnLimits() {
            ns = small;
            LeaseId holder = lease("x");
            assertThat(Objects.requireNonNull(here.hold("a", holder).lease().holdEnd())
                            .left())
                    .isLessThanOrEqualTo(Duration.ofMinutes(2));
            here.waitFor("a", lease("w1"));
            here.waitFor("a", lease("w2"));
            assertThat(here.queue("a", lease("w3"))).isEqualTo(new Full(Limit.WAITERS, 2));
            assertThat(here.queueFor(lease("w3"), shared("a"))).isEqualTo(new Full(Limit.WAITERS, 2));
            for (int i = 0; i < 4; i++) {
                here.hold("more:" + i, lease("y" + i));
            }
            assertThat(here.tryFor("late", lease("z"))).isEqualTo(new Full(Limit.LEASES, 7));
            for (int i = 0; i < 9; i++) {
                here.release(lease("unknown"));
            }
            assertThat(here.release(lease("unknown"))).isEqualTo(new Full(Limit.ENDED, 9));
            advance(Duration.ofSeconds(59));
            assertThat(here.hold("a", holder).lease().expiry().left()).isGreaterThan(Duration.ofSeconds(55));
            advance(Duration.ofSeconds(59));
            assertThat(here.hold("a", holder).lease().expiry().left()).isLessThanOrEqualTo(Duration.ofSeconds(2));

            ns = new Namespace("t-" + UUID.randomUUID());
            assertThat(here.hold("a", lease("x")).lease().holdEnd()).isNull();
        }

        @Test
        void hasNoMoreLeasesThanItMay() {
            for (int i = 0; i < LIMITS.maxLeases(); i++) {
                here.hold("a" + i, lease("x" + i));
            }
            assertThat(here.tryFor("more", lease("late"))).isEqualTo(new Full(Limit.LEASES, 300));
        }

        @Test
        void remembersNoMoreEndedLeasesThanItMay() {
            LeaseId held = lease("held");
            here.hold("held", held);
            for (int i = 0; i < LIMITS.maxEnded(); i++) {
                here.release(lease("x" + i));
            }
            assertThat(here.tryFor("a", lease("late"))).isEqualTo(new Full(Limit.ENDED, 400));
            assertThat(here.release(lease("unknown"))).isEqualTo(new Full(Limit.ENDED, 400));
            // What is held can be renewed and given back none the less.
            assertThat(here.hold("held", held).justGranted()).isFalse();
            assertThat(here.release(held)).isEqualTo(new Ended(Ending.RELEASED, null, true));
            advance(LeaseRules.ENDED_WINDOW.multipliedBy(2));
            assertThat(here.tryFor("a", lease("later"))).isInstanceOf(Held.class);
        }

        @Test
        void isPagedThrough() {
            List<String> names = new ArrayList<>();
            for (int i = 0; i < 250; i++) {
                names.add("p:%03d".formatted(i));
                here.hold(names.get(i), lease("x" + i));
            }
            here.hold("other", lease("y"));
            List<String> seen = new ArrayList<>();
            Optional<String> cursor = Optional.of("");
            while (cursor.isPresent()) {
                LockPage page = done(here.store.locks(ns, "p:", cursor.get()));
                page.locks().forEach(lock -> seen.add(lock.name().value()));
                cursor = Optional.ofNullable(page.next());
            }
            assertThat(seen).isEqualTo(names);
        }

        @Test
        void isListedWhileItHasLeasesAndUntilItIsForgotten() {
            Held held = here.hold("a", lease("x"));
            assertThat(done(there.store.namespaces())).contains(ns);
            assertThat(done(here.store.sweep(ns))).isTrue();
            here.release(held);
            assertThat(done(here.store.sweep(ns))).isFalse();
            done(here.store.forget(ns));
            assertThat(done(there.store.namespaces())).doesNotContain(ns);
            here.hold("a", lease("y"));
            assertThat(done(there.store.namespaces())).contains(ns);
        }

        @Test
        void knowsNothingOfAnother() {
            Held held = here.hold("a", lease("x"));
            Namespace other = new Namespace("other-" + UUID.randomUUID());
            assertThat(done(here.store.find(other, held.lease().id()))).isEqualTo(new Refused(Reason.UNKNOWN));
            assertThat(done(here.store.locks(other, "", "")).locks()).isEmpty();
        }
    }

    protected LeaseId lease(String label) {
        LeaseId id = new LeaseId(UUID.randomUUID());
        labels.put(id, label);
        return id;
    }

    private static LeaseId mintedAt(Instant time) {
        long random = UUID.randomUUID().getMostSignificantBits() & 0xFFF;
        return new LeaseId(new UUID(
                (time.toEpochMilli() << 16) | 0x7000 | random, UUID.randomUUID().getLeastSignificantBits()));
    }

    private static List<LockSpec> specs(String... names) {
        return Arrays.stream(names).map(LeaseStoreContract::exclusive).toList();
    }

    @Nested
    class Events {
        @Test
        void tellOfAGrantAndARelease() {
            Instant granted = now();
            Held held = here.hold("a", lease("x"));
            advance(Duration.ofSeconds(3));
            here.release(held);
            assertThat(happened()).containsExactly("granted x 0", "released x 3000");
            assertThat(there.events()).allSatisfy(event -> {
                assertThat(event.lease()).isEqualTo(held.lease().id());
                assertThat(event.locks()).containsExactly(exclusive("a"));
                assertThat(event.owner()).isEqualTo(new Owner("x"));
                assertThat(event.token()).isEqualTo(held.token());
            });
            assertThat(there.events())
                    .extracting(LeaseEvent::at)
                    .containsExactly(millis(granted), millis(granted.plusSeconds(3)));
        }

        @Test
        void tellOfAWaiterFromItsArrivalToItsEnd() {
            Held held = here.hold("a", lease("x"));
            LeaseId waiter = lease("w");
            there.waitFor("a", waiter);
            advance(Duration.ofSeconds(2));
            here.release(held);
            advance(Duration.ofSeconds(1));
            Held next = there.hold("a", waiter);
            there.release(next);
            assertThat(happened())
                    .containsExactly("granted x 0", "queued w 0", "released x 2000", "granted w 3000", "released w 0");
            assertThat(here.events())
                    .extracting(LeaseEvent::token)
                    .containsExactly(held.token(), null, held.token(), next.token(), next.token());
        }

        @Test
        void tellOfOneForWhichARequestIsOpenTheSame() {
            Held held = here.hold("a", lease("x"));
            LeaseRequest waiter = request(lease("w"), "a");
            done(here.store.ensure(waiter, new Patience.Queue(Duration.ofSeconds(20))));
            advance(Duration.ofSeconds(2));
            here.release(held);
            done(here.store.ensure(waiter, new Patience.Queue(Duration.ofSeconds(18))));
            assertThat(happened()).containsExactly("granted x 0", "queued w 0", "released x 2000", "granted w 2000");
        }

        @Test
        void nameAllLocksOfTheLease() {
            LockSpec[] locks = {exclusive("a"), permits(2, 10, "b"), shared("c")};
            here.release(here.hold(lease("x"), locks));
            assertThat(happened()).containsExactly("granted x 0", "released x 0");
            assertThat(here.events())
                    .allSatisfy(event -> assertThat(event.locks()).containsExactly(locks));
        }

        @Test
        void tellOfAnExpiryBeforeWhatFollowsFromIt() {
            here.hold("a", lease("x"));
            advance(A_MINUTE.plusSeconds(1));
            here.hold("a", lease("y"));
            assertThat(happened()).containsExactly("granted x 0", "expired x 61000", "granted y 0");
        }

        @Test
        void tellOfPlacesThatAreGivenUpAndOfPlacesThatAreLost() {
            here.hold("a", lease("x"));
            LeaseId first = lease("1");
            here.waitFor("a", first);
            here.waitFor("a", lease("2"));
            here.release(first);
            advance(LeaseRules.PLACE_GRACE.plus(A_MOMENT));
            done(here.store.sweep(ns));
            assertThat(happened())
                    .containsExactly("granted x 0", "queued 1 0", "queued 2 0", "left 1 0", "lapsed 2 10001");
        }

        @Test
        void tellOfAnOfferThatNobodyTook() {
            Held held = here.hold("a", lease("x"));
            here.waitFor("a", lease("w"));
            here.release(held);
            advance(LeaseRules.CLAIM_GRACE.plus(A_MOMENT));
            done(here.store.sweep(ns));
            assertThat(happened()).containsExactly("granted x 0", "queued w 0", "released x 0", "lapsed w 5001");
        }

        @Test
        void tellOfARevocationOnceItHasTakenTheLock() {
            here.hold("a", lease("x"));
            done(here.store.revoke(ns, new LockName("a"), Duration.ofSeconds(10)));
            assertThat(happened()).containsExactly("granted x 0");
            advance(Duration.ofSeconds(10));
            done(here.store.sweep(ns));
            here.hold("a", lease("y"));
            done(here.store.revoke(ns, new LockName("a"), Duration.ZERO));
            assertThat(happened()).containsExactly("granted x 0", "revoked x 10000", "granted y 0", "revoked y 0");
        }

        @Test
        void tellOfADowngrade() {
            LeaseId id = lease("x");
            Held held = here.hold("a", id);
            done(here.store.renew(request(id, shared("a")), held.token()));
            assertThat(happened()).containsExactly("granted x 0", "downgraded x 0");
            assertThat(here.events().getLast().locks()).containsExactly(shared("a"));
        }

        @Test
        void doNotTellOfWhatChangedNothing() {
            LeaseId id = lease("x");
            Held held = here.hold("a", id);
            here.hold("a", id);
            done(here.store.renew(request(id, "a"), held.token()));
            LeaseId waiter = lease("w");
            here.tryFor("a", waiter);
            here.waitFor("a", waiter);
            there.waitFor("a", waiter);
            here.find(waiter);
            here.release(lease("unknown"));
            here.release(held);
            here.release(held);
            assertThat(happened()).containsExactly("granted x 0", "queued w 0", "released x 0");
        }

        @Test
        void areReplayedFromAnyThatIsKept() {
            for (int i = 0; i < 3; i++) {
                here.release(here.hold("a", lease("x" + i)));
            }
            List<LeaseEvent> all = here.events();
            assertThat(all).extracting(LeaseEvent::id).isSorted().doesNotHaveDuplicates();
            for (int i = 0; i < all.size(); i++) {
                assertThat(there.eventsAfter(all.get(i).id())).hasValue(all.subList(i + 1, all.size()));
            }
            assertThat(done(here.store.eventsAfter(ns, all.getFirst().id(), 2))).hasValue(all.subList(1, 3));
            assertThat(done(here.store.eventsAfter(ns, EventId.NONE, 2))).hasValue(all.subList(0, 2));
            assertThat(done(here.store.lastEvent(ns))).isEqualTo(all.getLast().id());
        }

        @Test
        void areNotReplayedFromOneThatIsUnknown() {
            assertThat(done(here.store.lastEvent(ns))).isEqualTo(EventId.NONE);
            assertThat(here.eventsAfter(EventId.NONE)).hasValue(List.of());
            assertThat(here.eventsAfter(new EventId(1, 0))).isEmpty();
            here.hold("a", lease("x"));
            EventId last = here.events().getLast().id();
            assertThat(here.eventsAfter(last)).hasValue(List.of());
            assertThat(here.eventsAfter(new EventId(1, 0))).isEmpty();
            assertThat(here.eventsAfter(new EventId(last.time(), last.number() + 1)))
                    .isEmpty();
        }

        @Test
        void areNotReplayedFromOneOfAnEarlierLifeOfTheStore() {
            here.hold("a", lease("x"));
            EventId last = here.events().getLast().id();
            wipe();
            assertThat(here.eventsAfter(last)).isEmpty();
            here.hold("a", lease("y"));
            assertThat(here.eventsAfter(last)).isEmpty();
            assertThat(happened()).containsExactly("granted y 0");
        }

        @Test
        void areKeptInABoundedNumber() {
            here.hold("b", lease("y"));
            EventId first = here.events().getFirst().id();
            for (int i = 0; i < EVENTS.kept(); i++) {
                here.release(here.hold("a", lease("x" + i)));
            }
            assertThat(here.events()).hasSizeBetween(EVENTS.kept(), EVENTS.kept() * 3 / 2);
            assertThat(here.eventsAfter(first)).isEmpty();
        }

        @Test
        void areOfTheirNamespace() {
            here.hold("a", lease("x"));
            EventId last = here.events().getLast().id();
            ns = new Namespace("t-" + UUID.randomUUID());
            assertThat(here.events()).isEmpty();
            assertThat(here.eventsAfter(last)).isEmpty();
        }

        /** {@code granted x 0}: what happened, the owner, and how long it had lasted in ms. */
        private List<String> happened() {
            return here.events().stream()
                    .map(event -> "%s %s %d"
                            .formatted(
                                    event.kind().name().toLowerCase(Locale.ROOT),
                                    event.owner(),
                                    event.lasted().toMillis()))
                    .toList();
        }

        private static Instant millis(Instant time) {
            return time.truncatedTo(ChronoUnit.MILLIS);
        }
    }

    protected static LockSpec exclusive(String name) {
        return new LockSpec(new LockName(name), LockMode.EXCLUSIVE);
    }

    protected static LockSpec shared(String name) {
        return new LockSpec(new LockName(name), LockMode.SHARED);
    }

    protected static LockSpec permits(int permits, int of, String name) {
        return new LockSpec(new LockName(name), new LockMode.Permits(permits, of));
    }

    protected LeaseRequest request(LeaseId id, LockSpec... locks) {
        return new LeaseRequest(ns, id, List.of(locks), owner(id), ASKER, new Ttl(A_MINUTE), "{}");
    }

    protected LeaseRequest request(LeaseId id, String... names) {
        return request(id, "{}", names);
    }

    private LeaseRequest request(LeaseId id, String metadata, String[] names) {
        return new LeaseRequest(ns, id, specs(names), owner(id), ASKER, new Ttl(A_MINUTE), metadata);
    }

    private LeaseRequest request(LeaseId id, String metadata, String name) {
        return request(id, metadata, new String[] {name});
    }

    private Owner owner(LeaseId id) {
        return new Owner(labels.getOrDefault(id, id.toString()));
    }

    protected static <T> T done(CompletionStage<T> stage) {
        return stage.toCompletableFuture().orTimeout(10, TimeUnit.SECONDS).join();
    }

    /** One instance of the service, as far as a store sees it. */
    private final class Instance implements LeaseStore.Signals {
        final Queue<LeaseId> changed = new ConcurrentLinkedQueue<>();
        final Queue<Countdown> due = new ConcurrentLinkedQueue<>();
        final Queue<Namespace> lost = new ConcurrentLinkedQueue<>();
        final LeaseStore store = open(this);

        Held hold(String name, LeaseId id) {
            return hold(id, name);
        }

        Held hold(LeaseId id, String... names) {
            return (Held) done(store.ensure(request(id, names), new Patience.Refuse()));
        }

        Held hold(LeaseId id, LockSpec... locks) {
            return (Held) tryFor(id, locks);
        }

        Outcome tryFor(LeaseId id, LockSpec... locks) {
            return done(store.ensure(request(id, locks), new Patience.Refuse()));
        }

        Outcome queueFor(LeaseId id, LockSpec... locks) {
            return done(store.ensure(request(id, locks), new Patience.Queue(Duration.ZERO)));
        }

        Waiting waitFor(LeaseId id, LockSpec... locks) {
            return (Waiting) done(store.ensure(request(id, locks), new Patience.Queue(Duration.ZERO)));
        }

        Outcome tryFor(String name, LeaseId id) {
            return tryForAll(id, name);
        }

        Outcome tryForAll(LeaseId id, String... names) {
            return done(store.ensure(request(id, names), new Patience.Refuse()));
        }

        Outcome queue(String name, LeaseId id) {
            return done(store.ensure(request(id, name), new Patience.Queue(Duration.ZERO)));
        }

        Waiting waitFor(String name, LeaseId id) {
            return waitForAll(id, name);
        }

        Waiting waitForAll(LeaseId id, String... names) {
            return (Waiting) done(store.ensure(request(id, names), new Patience.Queue(Duration.ZERO)));
        }

        Outcome find(LeaseId id) {
            return done(store.find(ns, id));
        }

        Outcome release(LeaseId id) {
            return done(store.release(ns, id, Optional.empty(), ASKER));
        }

        Outcome release(Held held) {
            return release(held.lease().id());
        }

        LockState lock(String name) {
            return done(store.lock(ns, new LockName(name))).orElseThrow();
        }

        List<LockState> locks(String prefix) {
            return done(store.locks(ns, prefix, "")).locks();
        }

        List<LeaseEvent> events() {
            return eventsAfter(EventId.NONE).orElseThrow();
        }

        Optional<List<LeaseEvent>> eventsAfter(EventId id) {
            return done(store.eventsAfter(ns, id, 1000));
        }

        void awaitChanged(LeaseId id) {
            await().atMost(Duration.ofSeconds(5)).until(() -> id.equals(changed.poll()));
        }

        @Override
        public void changed(Namespace namespace, LeaseId id) {
            changed.add(id);
        }

        @Override
        public void due(Namespace namespace, Countdown deadline) {
            due.add(deadline);
        }

        @Override
        public void lost(Namespace namespace) {
            lost.add(namespace);
        }
    }
}
