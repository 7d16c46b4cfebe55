package dev.capstan.bridge;

import dev.capstan.capping.Observation;
import dev.capstan.capping.Step;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * All there is to know of one cycle: what a journal keeps, and what a replay needs to decide it again.
 *
 * @param mode the mode it ran in
 * @param seen what the policy was shown
 * @param before the state it started from
 * @param step the state that the next cycle starts from, and the decision
 * @param applied what came of the actions, in the order of the decision; empty unless the mode is
 *     {@link Mode#ENFORCE}
 * @param telemetryFailure why the power source did not answer; null where it did
 */
public record CycleRecord<S extends Record>(
        Mode mode,
        Observation seen,
        S before,
        Step<S> step,
        List<Applied> applied,
        @Nullable String telemetryFailure) {

    public CycleRecord {
        applied = List.copyOf(applied);
    }
}
