package dev.capstan.capping;

import java.util.List;
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
public final class CapMaestroPolicy extends SharedGpuLimits {

    CapMaestroPolicy(double reserveWatts, PowerDemand demand) {
        super(reserveWatts, demand);
    }

    @Override
    Shares shares(
            LearntDemand learnt,
            Observation seen,
            List<ServiceReading> services,
            ServiceBounds bounds,
            double budgetWatts) {
        BudgetTree tree = tree(seen, services, bounds);
        return new Shares(tree.share(budgetWatts), tree.feasible());
    }

    private static BudgetTree tree(Observation seen, List<ServiceReading> services, ServiceBounds bounds) {
        List<Integer> priorities = BudgetTree.priorities(services);
        BudgetTree.Leaf[] leaves = new BudgetTree.Leaf[services.size()];
        for (int i = 0; i < leaves.length; i++) {
            ServiceReading service = services.get(i);
            leaves[i] = new BudgetTree.Leaf(
                    BudgetTree.place(seen, service.domain()),
                    priorities.indexOf(service.priority()),
                    bounds.lowest()[i],
                    bounds.demand()[i],
                    bounds.highest()[i]);
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
