package dev.capstan.bridge.journal;

import com.fasterxml.jackson.databind.JsonNode;
import dev.capstan.bridge.Applied;
import dev.capstan.bridge.Mode;
import dev.capstan.capping.Decision;
import dev.capstan.capping.Observation;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One step as the journal holds it.
 *
 * @param step its number, counted by the cap
 * @param leader who made it
 * @param epoch of that leader
 * @param seen what the policy was shown
 * @param before the state it started from
 * @param after the state it left
 * @param applied what came of its actions
 * @param telemetryFailure why no power was read; null where it was
 */
public record JournalStep(
        long step,
        String leader,
        long epoch,
        Mode mode,
        Observation seen,
        JsonNode before,
        Decision decision,
        JsonNode after,
        List<Applied> applied,
        @Nullable String telemetryFailure) {}
