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

    /**
     * Shares the watts of the site out to services, all of which have replicas.
     *
     * @param bounds of each service
     */
    abstract Shares shares(
            LearntDemand learnt,
            Observation seen,
            List<ServiceReading> services,
            ServiceBounds bounds,
            double budgetWatts);

    /** What the limits of its GPUs can hold each service to, and what it wants. */
    static ServiceBounds bounds(LearntDemand learnt, List<ServiceReading> services) {
        double[] lowest = new double[services.size()];
        double[] wanted = new double[lowest.length];
        double[] highest = new double[lowest.length];
        for (int i = 0; i < lowest.length; i++) {
            GpuLimitRange range = GpuLimitRange.of(services.get(i));
            lowest[i] = range.lowestWatts();
            wanted[i] = learnt.wantedWatts(services.get(i), range);
            highest[i] = range.highestWatts();
        }
        return new ServiceBounds(lowest, wanted, highest);
    }

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
        ServiceBounds bounds = bounds(learnt, services).within(seen, services, budgetWatts);
        Shares shares = shares(learnt, seen, services, bounds, budgetWatts);
        List<ServiceAction> actions = new ArrayList<>();
        for (int i = 0; i < services.size(); i++) {
            ServiceReading service = services.get(i);
            double limit = learnt.limitFor(service, GpuLimitRange.of(service), shares.watts()[i]);
            ServiceAction action = GpuLimitRange.toward(service, limit);
            if (action != null) {
                actions.add(action);
            }
        }
        String code =
                !shares.feasible() || !bounds.feasible() ? "floor-reached" : actions.isEmpty() ? "steady" : "shared";
        String reason = String.format(
                Locale.ROOT,
                "%.0f W of %.0f W for services%s",
                WaterFilling.sum(shares.watts()),
                Math.max(0, budgetWatts),
                bounds.complaint());
        return new Step<>(learnt, new Decision(actions, code, reason));
    }
}
