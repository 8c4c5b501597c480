package dev.holdfast.lock.client;

import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.springframework.integration.support.locks.DistributedLock;
import org.springframework.integration.support.locks.LockRegistry;

/**
 * Spring Integration's locks at the lock service. Those of one key are one lock, which its thread may lock again.
 */
final class HoldfastLockRegistry implements LockRegistry<DistributedLock> {
    private static final int FEW = 100;

    private final Locks locks;
    private final Duration ttl;
    /** What nobody refers to any more may go, unless it is held: who gives it back may ask for it again. */
    private final Map<String, WeakReference<DistributedLock>> known = new HashMap<>();

    private final Set<DistributedLock> held = ConcurrentHashMap.newKeySet();

    private int most = FEW;

    /** @param ttl of locks that are taken without one */
    HoldfastLockRegistry(Locks locks, Duration ttl) {
        this.locks = locks;
        this.ttl = ttl;
    }

    @Override
    public synchronized DistributedLock obtain(Object key) {
        String name = LockNames.of(key.toString());
        WeakReference<DistributedLock> reference = known.get(name);
        DistributedLock lock = reference == null ? null : reference.get();
        if (lock == null) {
            forgetUnused();
            lock = new IntegrationLock(locks, name, ttl, held);
            known.put(name, new WeakReference<>(lock));
        }
        return lock;
    }

    private void forgetUnused() {
        if (known.size() >= most) {
            known.values().removeIf(reference -> reference.get() == null);
            most = Math.max(FEW, known.size() * 2);
        }
    }
}
