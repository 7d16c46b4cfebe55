package dev.capstan.capping;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * Sets ceilings from a plan of watts per replica: the worst case by default, or, with {@code theta} below 1, closer to
 * what was measured. Lowers at once; raises by one, and only after the same wish several times in a row.
 *
 * <p>Pods that start or drain take watts from the budget for raises, and freeze growth. They never shed a running
 * replica: a starting pod is already counted under its ceiling, and a further replica told to stop would draw until it
 * has drained, so that shedding for draining pods would feed on itself.
 */
public final class ReplicaCapPolicy implements CappingPolicy<ReplicaCapPolicy.State> {

    /**
     * What it learned of each service.
     *
     * @param replicaWatts smoothed power of one replica, by service
     * @param raiseWishes steps in a row that wished a higher ceiling, by service
     */
    public record State(Map<String, Double> replicaWatts, Map<String, Integer> raiseWishes) {

        /** Copies the maps in the order of their keys, so that equal states are written as equal JSON. */
        public State {
            replicaWatts = Collections.unmodifiableMap(new TreeMap<>(replicaWatts));
            raiseWishes = Collections.unmodifiableMap(new TreeMap<>(raiseWishes));
        }
    }

    private final double reserveWatts;
    private final double margin;
    private final double theta;
    private final double smoothing;
    private final int raiseSteps;

    ReplicaCapPolicy(double reserveWatts, double margin, double theta, double smoothing, int raiseSteps) {
        this.reserveWatts = reserveWatts;
        this.margin = margin;
        this.theta = theta;
        this.smoothing = smoothing;
        this.raiseSteps = raiseSteps;
    }

    @Override
    public State initialState() {
        return new State(Map.of(), Map.of());
    }

    @Override
    public Senses senses() {
        return Senses.SERVICES;
    }

    @Override
    public Step<State> step(State state, Observation seen) {
        List<ServiceReading> services = seen.services();
        int count = services.size();
        double[] planWatts = new double[count];
        double[] gainsPerWatt = new double[count];
        Map<String, Double> replicaWatts = new TreeMap<>();
        double budgetWatts = seen.allowedWatts() - seen.overheadWatts() - reserveWatts;
        double raiseBudgetWatts = budgetWatts;
        for (int i = 0; i < count; i++) {
            ServiceReading service = services.get(i);
            double watts = smoothedReplicaWatts(state, service);
            replicaWatts.put(service.name(), watts);
            planWatts[i] = planWatts(watts, service.replicaPower().worstCaseWatts());
            gainsPerWatt[i] = service.weight() / planWatts[i];
            raiseBudgetWatts -=
                    service.replicas().starting() * service.replicaPower().startingWatts()
                            + service.replicas().terminating() * watts;
        }
        int[] highest = CeilingAllocation.originalCeilings(services);
        CeilingAllocation most = CeilingAllocation.share(seen, planWatts, gainsPerWatt, highest, budgetWatts);
        CeilingAllocation wished = CeilingAllocation.share(seen, planWatts, gainsPerWatt, highest, raiseBudgetWatts);

        List<ServiceAction> actions = new ArrayList<>();
        Map<String, Integer> raiseWishes = new TreeMap<>();
        boolean lowered = false;
        for (int i = 0; i < count; i++) {
            String name = services.get(i).name();
            ReplicaCounts replicas = services.get(i).replicas();
            int running = replicas.ready() + replicas.starting();
            int keep = Math.min(most.ceiling(i), Math.max(wished.ceiling(i), running));
            int raiseTo = Math.min(most.ceiling(i), wished.ceiling(i));
            if (replicas.ceiling() > keep) {
                actions.add(ServiceAction.ceiling(name, keep));
                lowered = true;
            } else if (replicas.ceiling() < raiseTo) {
                int wishes = Math.min(raiseSteps, state.raiseWishes().getOrDefault(name, 0) + 1);
                raiseWishes.put(name, wishes);
                if (wishes == raiseSteps) {
                    actions.add(ServiceAction.ceiling(name, replicas.ceiling() + 1));
                }
            }
        }
        String code = !most.feasible() ? "infeasible" : lowered ? "lowered" : actions.isEmpty() ? "steady" : "raised";
        String reason = String.format(
                Locale.ROOT,
                "plan %.0f W of %.0f W for services, %.0f W left for raises%s",
                most.plannedWatts(),
                budgetWatts,
                raiseBudgetWatts - wished.plannedWatts(),
                most.complaint());
        return new Step<>(new State(replicaWatts, raiseWishes), new Decision(actions, code, reason));
    }

    /** Only a complete reading moves it; until the first one the worst case stands in. */
    private double smoothedReplicaWatts(State state, ServiceReading service) {
        Double before = state.replicaWatts().get(service.name());
        ReplicaCounts replicas = service.replicas();
        // Draining pods still serve. Starting ones are left out, so that their draw makes the estimate higher.
        int drawing = replicas.ready() + replicas.terminating();
        if (drawing == 0 || !service.power().isFresh()) {
            return before == null ? service.replicaPower().worstCaseWatts() : before;
        }
        double measured = service.power().watts() / drawing;
        double smoothed = before == null ? measured : before + smoothing * (measured - before);
        return Math.max(service.replicaPower().idleWatts(), smoothed);
    }

    /** Never under what was measured; the margin alone never lifts the plan over the worst case. */
    private double planWatts(double measuredWatts, double worstCaseWatts) {
        double withMargin = Math.min(measuredWatts * (1 + margin), worstCaseWatts);
        return Math.max(Math.max(measuredWatts, withMargin), theta * worstCaseWatts);
    }

    /** Makes the policy {@code replica-cap}. */
    public static final class Factory extends CataloguedPolicy {

        /** For the service loader. */
        public Factory() {
            super(
                    "replica-cap",
                    "Keeps the planned watts of all replicas under the cap; lowers at once, raises step by step.",
                    "Capstan",
                    "structure certain, constants assumptions",
                    List.of("replica ceiling"),
                    true,
                    reserveWatts(),
                    new PolicyParameter(
                            "margin", "ratio", 0.1, 0, 1, "Added to the measured power of a replica.", "assumption"),
                    new PolicyParameter(
                            "theta",
                            "ratio",
                            1,
                            0.01,
                            1,
                            "Least share of the worst case that a replica is planned at; below 1 lends spare watts.",
                            "assumption"),
                    new PolicyParameter(
                            "smoothing",
                            "ratio",
                            0.3,
                            0.01,
                            1,
                            "Weight of the newest reading in the power of a replica.",
                            "assumption"),
                    new PolicyParameter(
                            "raise_steps",
                            "steps",
                            3,
                            1,
                            1000,
                            "Steps in a row that must wish a raise before it is made.",
                            "assumption"));
        }

        @Override
        public CappingPolicy<?> create(Map<String, Double> parameters, long seed) {
            return new ReplicaCapPolicy(
                    value(parameters, "reserve_watts"),
                    value(parameters, "margin"),
                    value(parameters, "theta"),
                    value(parameters, "smoothing"),
                    (int) value(parameters, "raise_steps"));
        }
    }
}
