package dev.capstan.bridge.operator;

import dev.capstan.bridge.resource.PowerCapStatus;
import dev.capstan.bridge.target.Lever;
import dev.capstan.bridge.target.TargetState;
import dev.capstan.capping.PowerReading;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** Puts a turn into conditions and targets of a status. */
final class TurnReport {

    private TurnReport() {}

    /** Sets all conditions but {@link Conditions#CERTIFIED}. */
    static void conditions(Conditions conditions, Turn turn, HeldServices held) {
        PowerReading power = turn.record().seen().rootPower();
        conditions.set(
                Conditions.TELEMETRY_FRESH,
                power.isFresh(),
                Words.camel(power.quality()),
                turn.remarks().isEmpty()
                        ? "power is " + Math.round(power.watts()) + " W"
                        : String.join("; ", turn.remarks()));
        boolean capping = !held.holds().isEmpty();
        conditions.set(
                Conditions.CAPPING,
                capping,
                capping ? "CeilingsLowered" : "NothingHeld",
                capping
                        ? "held: " + String.join(", ", held.holds().keySet())
                        : "every service has its owner's maximum");
        Map<String, String> conflicts = held.conflicts();
        conditions.set(
                Conditions.CONFLICT,
                !conflicts.isEmpty(),
                conflicts.isEmpty() ? "None" : "PutBack",
                conflicts.isEmpty()
                        ? "nobody puts ceilings back"
                        : conflicts.entrySet().stream()
                                .map(one -> one.getKey() + " by " + one.getValue())
                                .collect(Collectors.joining("; ", "ceilings are put back: ", "")));
        List<String> refusals = turn.refusals();
        degraded(conditions, turn, refusals);
        ready(conditions, turn, refusals);
    }

    private static void degraded(Conditions conditions, Turn turn, List<String> refusals) {
        List<String> reasons = new ArrayList<>(refusals);
        turn.failures().forEach((service, message) -> reasons.add(service + ": " + message));
        reasons.addAll(turn.problems());
        if (turn.record().step().decision().code().equals("infeasible")) {
            reasons.add(turn.record().step().decision().reason());
        }
        conditions.set(
                Conditions.DEGRADED,
                !reasons.isEmpty(),
                reasons.isEmpty() ? "None" : refusals.isEmpty() ? "NotAsDecided" : "TargetRefused",
                reasons.isEmpty() ? "all levers work" : String.join("; ", reasons));
    }

    private static void ready(Conditions conditions, Turn turn, List<String> refusals) {
        CapInForce cap = turn.cap();
        if (cap.watts() == null) {
            conditions.set(
                    Conditions.READY,
                    false,
                    "NoLimit",
                    cap.problem() == null ? "the limit is not known" : cap.problem());
        } else if (refusals.size() == turn.found().size()) {
            conditions.set(
                    Conditions.READY, false, "NoTargets", "no target can be capped: " + String.join("; ", refusals));
        } else {
            conditions.set(Conditions.READY, true, "Running", "in mode " + Words.camel(turn.mode()));
        }
    }

    /**
     * The targets of a status: those of the plan in its order, then what is held of others.
     *
     * @param failures of writes, by the name of the service
     */
    static List<PowerCapStatus.Target> targets(
            Collection<Found> found, HeldServices held, Map<String, String> failures) {
        List<PowerCapStatus.Target> targets = new ArrayList<>();
        for (Found one : found) {
            targets.add(
                    one instanceof Service service
                            ? target(service, held, failures)
                            : new PowerCapStatus.Target(
                                    one.name(),
                                    ((Found.Refused) one).message(),
                                    null,
                                    null,
                                    held.holds().get(one.name())));
        }
        Set<String> names = found.stream().map(Found::name).collect(Collectors.toSet());
        held.holds().forEach((name, hold) -> {
            if (!names.contains(name)) {
                targets.add(new PowerCapStatus.Target(name, "is selected no more", null, null, hold));
            }
        });
        return targets;
    }

    private static PowerCapStatus.Target target(Service service, HeldServices held, Map<String, String> failures) {
        TargetState there = service.state();
        Lever lever = service.lever();
        List<String> messages = new ArrayList<>();
        if (!there.hasLanded()) {
            messages.add("the ceiling of " + there.ceiling() + " has not arrived in " + lever.landing()
                    + ", which still has " + there.landed());
        }
        if (there.paused()) {
            messages.add("the autoscaler is paused: its replicas follow no ceiling");
        }
        if (!lever.foreign().isEmpty()) {
            messages.add("also managed by " + String.join(", ", lever.foreign()) + ", which should ignore the field "
                    + lever.ceilingPath());
        }
        String failure = failures.get(service.name());
        if (failure != null) {
            messages.add(failure);
        }
        Set<String> others = held.others(service);
        if (!others.isEmpty()) {
            messages.add("also held by " + String.join(", ", others));
        }
        return new PowerCapStatus.Target(
                service.name(),
                messages.isEmpty() ? null : String.join("; ", messages),
                there.ceiling(),
                there.ready(),
                held.holds().get(service.name()));
    }
}
