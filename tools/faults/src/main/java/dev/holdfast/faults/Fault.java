package dev.holdfast.faults;

import dev.holdfast.launcher.suite.Instance;
import java.time.Duration;

/** What is done to a process, and how it is mended. */
enum Fault {
    /** SIGKILL, and a new process. */
    KILL {
        @Override
        void strike(Instance instance) {
            instance.kill();
        }

        @Override
        void mend(Instance instance) {
            instance.start();
        }
    },
    /** SIGTERM, and a new process. */
    TERMINATE {
        @Override
        void strike(Instance instance) {
            instance.terminate();
        }

        @Override
        void mend(Instance instance) {
            instance.start();
        }
    },
    /** SIGSTOP, and SIGCONT: its connections stay open, its leases run out. */
    PAUSE {
        @Override
        void strike(Instance instance) {
            instance.pause();
        }

        @Override
        void mend(Instance instance) {
            instance.resume();
        }
    };

    /** How long the process is away, at most, before it is mended: longer than the TTL of an order's lease. */
    static final Duration LONGEST = Duration.ofSeconds(5);

    abstract void strike(Instance instance);

    abstract void mend(Instance instance);
}
