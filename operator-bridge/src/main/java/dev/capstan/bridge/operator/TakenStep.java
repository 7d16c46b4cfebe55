package dev.capstan.bridge.operator;

import dev.capstan.bridge.CycleRecord;
import dev.capstan.bridge.resource.CapResource;
import dev.capstan.bridge.resource.PowerCapStatus;

/**
 * A step that is over.
 *
 * @param number counted by the cap
 * @param term of the leader who took it
 * @param status that came of it
 * @param wallNanos how long it took, answers of others awaited
 * @param cpuNanos time of the processor that its thread had in it
 */
record TakenStep(
        CapResource resource,
        CapPlan plan,
        long number,
        Leadership.Term term,
        CycleRecord<?> record,
        PowerCapStatus status,
        long wallNanos,
        long cpuNanos) {}
