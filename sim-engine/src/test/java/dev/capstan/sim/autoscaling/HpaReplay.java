package dev.capstan.sim.autoscaling;

import dev.capstan.sim.autoscaling.HpaAudit.Sync;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * The emulated autoscaler on the record of a real one.
 *
 * <p>An instant is known only to within the sync it belongs to: the controller reads its clock several times in one. A
 * sync of which the outcome depends on that lies at the edge of a window; there any outcome that an instant within the
 * reach of a sync gives is accepted, and the replay goes on with the instant that gives the recorded one.
 */
final class HpaReplay {

    private static final long MIN_REACH_NANOS = 2_000_000L;

    private final HpaController controller;
    private final HpaScenario scenario;
    private final List<HpaStage.Bounds> bounds;
    private final List<Sync> syncs;
    private final long[] instantsNanos;
    private final Optional<String> difference;
    private int ambiguous;

    HpaReplay(HpaController controller, HpaScenario scenario, List<HpaStage.Bounds> bounds, List<Sync> syncs) {
        this.controller = controller;
        this.scenario = scenario;
        this.bounds = bounds;
        this.syncs = syncs;
        instantsNanos = new long[syncs.size()];
        difference = replay();
    }

    /** The first sync that is decided otherwise; the replay ends there. */
    Optional<String> difference() {
        return difference;
    }

    /** How many syncs lay at the edge of a window. */
    int ambiguous() {
        return ambiguous;
    }

    private Optional<String> replay() {
        long reach = syncs.stream()
                .mapToLong(sync -> sync.endNanos() - sync.startNanos())
                .reduce(MIN_REACH_NANOS, Math::max);
        for (int i = 0; i < syncs.size(); i++) {
            Sync sync = syncs.get(i);
            long decided = sync.decidedNanos();
            long[] instants = {decided, sync.startNanos(), sync.endNanos(), decided - reach, decided + reach};
            int[] outcomes = new int[instants.length];
            int chosen = 0;
            for (int j = instants.length - 1; j >= 0; j--) {
                instantsNanos[i] = instants[j];
                outcomes[j] = decide(i);
                chosen = outcomes[j] == sync.decision() ? j : chosen;
            }
            instantsNanos[i] = instants[chosen];
            ambiguous += Arrays.stream(outcomes).distinct().count() > 1 ? 1 : 0;
            if (outcomes[chosen] != sync.decision()) {
                return Optional.of(scenario.name() + ", sync " + i + ": " + sync + ", emulated " + outcomes[chosen]);
            }
        }
        return Optional.empty();
    }

    /** Replays everything up to the sync, since an autoscaler remembers, and returns what it decides there. */
    private int decide(int last) {
        HorizontalPodAutoscaler hpa = new HorizontalPodAutoscaler(
                controller, scenario.initialMin(), scenario.initialMax(), scenario.behavior());
        int query = 0;
        int decision = 0;
        for (int i = 0; i <= last; i++) {
            Sync sync = syncs.get(i);
            for (HpaStage.Bounds change : bounds) {
                if (change.fromNanos() < sync.startNanos()) {
                    hpa.setBounds(change.min(), change.max());
                }
            }
            HpaMetric[] metrics = sync.queried() ? scenario.readings(query++) : new HpaMetric[0];
            decision = hpa.decide(
                    instantsNanos[i], sync.specReplicas(), sync.statusReplicas(), scenario.readyReplicas(), metrics);
            // The controller stamps a change once the scale is written, which a rate limit can tell from the decision.
            hpa.wrote(Math.max(instantsNanos[i], sync.endNanos()), decision - sync.specReplicas());
        }
        return decision;
    }
}
