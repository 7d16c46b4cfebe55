package dev.capstan.bridge.operator;

import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.ConditionBuilder;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The conditions of a status, as the ones before them change; one that stays keeps the time of its last transition. */
final class Conditions {

    static final String READY = "Ready";
    static final String TELEMETRY_FRESH = "TelemetryFresh";
    static final String CAPPING = "Capping";
    static final String CONFLICT = "Conflict";
    static final String CERTIFIED = "Certified";
    static final String DEGRADED = "Degraded";

    private final Map<String, Condition> before = new LinkedHashMap<>();
    private final Map<String, Condition> now = new LinkedHashMap<>();
    private final List<Condition> changed = new ArrayList<>();
    private final long generation;
    private final String time;

    Conditions(@Nullable List<Condition> before, long generation, Instant now) {
        (before == null ? List.<Condition>of() : before).forEach(one -> this.before.put(one.getType(), one));
        this.generation = generation;
        time = now.truncatedTo(ChronoUnit.SECONDS).toString();
    }

    /**
     * Sets a condition.
     *
     * @param reason one word in CamelCase
     * @param message for people
     */
    void set(String type, boolean status, String reason, String message) {
        String text = status ? "True" : "False";
        Condition old = before.get(type);
        boolean same = old != null && text.equals(old.getStatus());
        Condition condition = new ConditionBuilder()
                .withType(type)
                .withStatus(text)
                .withReason(reason)
                .withMessage(message)
                .withObservedGeneration(generation)
                .withLastTransitionTime(old != null && same ? old.getLastTransitionTime() : time)
                .build();
        now.put(type, condition);
        boolean news = old == null
                ? type.equals(READY) || !isAsItShouldBe(condition)
                : !same || !reason.equals(old.getReason());
        if (news) {
            changed.add(condition);
        }
    }

    /** All that were set, in the order of their setting. */
    List<Condition> list() {
        return List.copyOf(now.values());
    }

    /**
     * Those whose status or reason is another than before. Of a cap that had none these are whether it is ready, and what is not as
     * it should be.
     */
    List<Condition> changed() {
        return List.copyOf(changed);
    }

    /** Whether nobody need look into it. */
    static boolean isAsItShouldBe(Condition condition) {
        boolean is = condition.getStatus().equals("True");
        return switch (condition.getType()) {
            case CAPPING -> true;
            case CONFLICT, DEGRADED -> !is;
            default -> is;
        };
    }
}
