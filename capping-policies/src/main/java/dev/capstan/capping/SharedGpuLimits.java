package dev.capstan.capping;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * A policy that shares the watts of the cap out to the services and enforces each share as the power limit of its GPUs,
 * whose worst case fits it. How it shares is what subclasses differ in.
 */
abstract class SharedGpuLimits implements CappingPolicy<LearntDemand> {

    private final double reserveWatts;
    private final PowerDemand demand;

    SharedGpuLimits(double reserveWatts, PowerDemand demand) {
        this.reserveWatts = reserveWatts;
        this.demand = demand;
    }

    /**
     * Shares out watts.
     *
     * @param watts of each service
     * @param feasible false where not even the lowest limits fit
     */
    record Shares(double[] watts, boolean feasible) {}

    /** Shares a budget out to services, all of which have replicas. */
    abstract Shares shares(LearntDemand learnt, Observation seen, List<ServiceReading> services, double budgetWatts);

    @Override
    public final LearntDemand initialState() {
        return LearntDemand.NOTHING;
    }

    @Override
    public final Senses senses() {
        return Senses.SERVICES;
    }

    @Override
    public final boolean limitsGpuPower() {
        return true;
    }

    @Override
    public final Step<LearntDemand> step(LearntDemand state, Observation seen) {
        LearntDemand learnt = demand.learnt(state, seen);
        List<ServiceReading> services = seen.services().stream()
                .filter(service -> GpuLimitRange.of(service).replicas() > 0)
                .toList();
        double budgetWatts = seen.allowedWatts() - seen.overheadWatts() - reserveWatts;
        Shares shares = shares(learnt, seen, services, budgetWatts);
        List<ServiceAction> actions = new ArrayList<>();
        for (int i = 0; i < services.size(); i++) {
            ServiceReading service = services.get(i);
            double limit = learnt.limitFor(service, GpuLimitRange.of(service), shares.watts()[i]);
            ServiceAction action = GpuLimitRange.toward(service, limit);
            if (action != null) {
                actions.add(action);
            }
        }
        String code = !shares.feasible() ? "floor-reached" : actions.isEmpty() ? "steady" : "shared";
        String reason = String.format(
                Locale.ROOT,
                "%.0f W of %.0f W for services",
                WaterFilling.sum(shares.watts()),
                Math.max(0, budgetWatts));
        return new Step<>(learnt, new Decision(actions, code, reason));
    }
}
