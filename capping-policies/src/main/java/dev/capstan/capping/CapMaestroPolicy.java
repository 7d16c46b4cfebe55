package dev.capstan.capping;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * CapMaestro: budgets down the tree of power domains, strictly by priority ({@link BudgetTree}), enforced as the power limit
 * of each service's GPUs, whose worst case fits its budget. Source: Li et al., "A Scalable Priority-Aware Approach to
 * Managing Data Center Server Power", HPCA 2019; abstract read, algorithm recalled.
 *
 * <p>Caveats: an observation knows one feed, so the second pass that returns the stranded power of servers with two feeds is
 * left out. What a domain under the root draws besides its services is taken from its meter, or as the overhead of the
 * whole where that is silent.
 */
public final class CapMaestroPolicy implements CappingPolicy<LearntDemand> {

    private final double reserveWatts;
    private final PowerDemand demand;

    CapMaestroPolicy(double reserveWatts, PowerDemand demand) {
        this.reserveWatts = reserveWatts;
        this.demand = demand;
    }

    @Override
    public LearntDemand initialState() {
        return LearntDemand.NOTHING;
    }

    @Override
    public Class<LearntDemand> stateType() {
        return LearntDemand.class;
    }

    @Override
    public Senses senses() {
        return Senses.SERVICES;
    }

    @Override
    public boolean limitsGpuPower() {
        return true;
    }

    @Override
    public Step<LearntDemand> step(LearntDemand state, Observation seen) {
        LearntDemand learnt = demand.learnt(state, seen);
        List<ServiceReading> services = seen.services().stream()
                .filter(service -> GpuLimitRange.of(service).replicas() > 0)
                .toList();
        BudgetTree tree = tree(learnt, seen, services);
        double budgetWatts = seen.allowedWatts() - seen.overheadWatts() - reserveWatts;
        double[] grants = tree.share(budgetWatts);
        List<ServiceAction> actions = new ArrayList<>();
        for (int i = 0; i < grants.length; i++) {
            ServiceReading service = services.get(i);
            ServiceAction action =
                    GpuLimitRange.toward(service, learnt.limitFor(service, GpuLimitRange.of(service), grants[i]));
            if (action != null) {
                actions.add(action);
            }
        }
        String code = !tree.feasible() ? "floor-reached" : actions.isEmpty() ? "steady" : "shared";
        String reason = String.format(
                Locale.ROOT, "%.0f W of %.0f W for services", WaterFilling.sum(grants), Math.max(0, budgetWatts));
        return new Step<>(learnt, new Decision(actions, code, reason));
    }

    private static BudgetTree tree(LearntDemand learnt, Observation seen, List<ServiceReading> services) {
        List<Integer> priorities = services.stream()
                .map(ServiceReading::priority)
                .distinct()
                .sorted(Comparator.reverseOrder())
                .toList();
        BudgetTree.Leaf[] leaves = new BudgetTree.Leaf[services.size()];
        for (int i = 0; i < leaves.length; i++) {
            ServiceReading service = services.get(i);
            GpuLimitRange range = GpuLimitRange.of(service);
            leaves[i] = new BudgetTree.Leaf(
                    BudgetTree.place(seen, service.domain()),
                    priorities.indexOf(service.priority()),
                    range.lowestWatts(),
                    learnt.wantedWatts(service, range),
                    range.highestWatts());
        }
        return BudgetTree.of(seen, leaves, priorities.size());
    }

    /** Makes the policy {@code capmaestro}. */
    public static final class Factory extends CataloguedPolicy {

        /** For the service loader. */
        public Factory() {
            super(
                    "capmaestro",
                    "Budgets down the tree of power domains by strict priority, enforced as GPU limits.",
                    "Li et al., CapMaestro, HPCA 2019 (abstract read, algorithm recalled)",
                    "structure medium; headroom and bound ratio assumptions; one feed only",
                    List.of("GPU power limit"),
                    true,
                    reserveWatts(),
                    PowerDemand.HEADROOM,
                    PowerDemand.BOUND_RATIO,
                    PowerDemand.SMOOTHING,
                    PowerDemand.SETTLE_SECONDS);
        }

        @Override
        public CappingPolicy<?> create(Map<String, Double> parameters, long seed) {
            return new CapMaestroPolicy(value(parameters, "reserve_watts"), PowerDemand.of(parameters));
        }
    }
}
