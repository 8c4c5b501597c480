package dev.holdfast.lock.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ConcurrentModificationException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.springframework.integration.support.locks.DistributedLock;

class HoldfastLockRegistryTest {
    private final MemoryLocks locks = new MemoryLocks();
    private final HoldfastLockRegistry registry = new HoldfastLockRegistry(locks, Duration.ofSeconds(30));

    @Test
    void aHeldLockIsFoundAgainThoughNobodyRefersToItAndAnUnusedOneIsNotKept() {
        WeakReference<DistributedLock> lock = new WeakReference<>(registry.obtain("any"));
        assertThat(registry.obtain("any").tryLock()).isTrue();
        System.gc();

        registry.obtain("any").unlock();

        assertThat(locks.events).containsExactly("acquire any PT30S PT0S", "release any");
        await().until(() -> {
            System.gc();
            return lock.get() == null;
        });
    }

    @Test
    void aLockThatWasLostIsNotLockedAgainAndItsUnlockSaysSo() {
        DistributedLock lock = registry.obtain("any");
        assertThat(lock.tryLock()).isTrue();
        locks.lose();

        assertThatThrownBy(lock::tryLock).isInstanceOf(LeaseLostException.class);
        assertThatThrownBy(lock::unlock).isInstanceOf(ConcurrentModificationException.class);
        assertThatThrownBy(lock::unlock).isInstanceOf(IllegalMonitorStateException.class);
    }

    @Test
    void theLongestWaitIsNoMistake() throws InterruptedException {
        DistributedLock lock = registry.obtain("any");

        assertThat(lock.tryLock(Long.MAX_VALUE, TimeUnit.DAYS)).isTrue();

        lock.unlock();
    }
}
