package dev.holdfast.lock;

import dev.holdfast.lock.core.EventRules;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Events.
 *
 * @param kept how many of the last events of a namespace are kept for those who come back; 0 switches events off
 * @param maxFollowers how many may follow events at one instance
 */
@ConfigurationProperties("holdfast.events")
record EventSettings(
        @DefaultValue("10000") int kept,
        @DefaultValue("500") int maxFollowers) {

    EventSettings {
        if (kept < 0 || maxFollowers < 1) {
            throw new IllegalArgumentException(
                    "holdfast.events.kept must not be negative, and max-followers must be at least 1");
        }
    }

    EventRules rules() {
        return new EventRules(kept, maxFollowers);
    }
}
