package dev.capstan.bridge.operator;

import dev.capstan.bridge.CycleRecord;
import dev.capstan.bridge.Mode;
import java.util.List;
import java.util.Map;

/**
 * What one turn of a loop found and did.
 *
 * @param mode in effect
 * @param found of the targets of the plan
 * @param failures of writes, by the name of the service
 * @param remarks on telemetry, in sentences
 * @param problems that are none of a service's
 */
record Turn(
        Mode mode,
        CapInForce cap,
        List<Found> found,
        Map<String, String> failures,
        CycleRecord<?> record,
        List<String> remarks,
        List<String> problems) {

    /** What is wrong with targets that cannot be capped. */
    List<String> refusals() {
        return found.stream()
                .filter(Found.Refused.class::isInstance)
                .map(Found.Refused.class::cast)
                .map(refused -> refused.name() + ": " + refused.message())
                .toList();
    }
}
