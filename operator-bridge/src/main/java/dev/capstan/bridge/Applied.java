package dev.capstan.bridge;

import dev.capstan.capping.ServiceAction;
import org.jspecify.annotations.Nullable;

/**
 * What came of one action.
 *
 * @param asked what the policy decided
 * @param effective the values in force after the write; null where it failed
 * @param failure why the write failed; null where it did not
 */
public record Applied(
        ServiceAction asked,
        @Nullable ServiceAction effective,
        @Nullable String failure) {

    public Applied {
        if ((effective == null) == (failure == null)) {
            throw new IllegalArgumentException("an applied action has either effective values or a failure, service "
                    + asked.service() + " had " + (effective == null ? "neither" : "both"));
        }
        if (effective != null && !effective.service().equals(asked.service())) {
            throw new IllegalArgumentException("values read back must be those of service " + asked.service()
                    + ", were those of " + effective.service());
        }
    }

    /** True when every lever is in force as asked. */
    public boolean asAsked() {
        return asked.equals(effective);
    }
}
