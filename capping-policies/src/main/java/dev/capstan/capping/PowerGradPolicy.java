package dev.capstan.capping;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleUnaryOperator;

/**
 * Shares the watts of the cap out as GPU limits so that one more watt would gain the same performance everywhere. PowerGrad
 * follows measured gradients step by step towards that point; this goes there at once, by bisection on the marginal gain of
 * a concave model of performance under a cap. Source: PowerGrad for the objective; the exact variant is Capstan's.
 *
 * <p>A service gains nothing above what it wants ({@link PowerDemand}). What is left when everyone has that goes out in
 * proportion to what each can still take, so that no limit binds without need.
 */
public final class PowerGradPolicy extends SharedGpuLimits {

    private final CapToPerformance model;

    PowerGradPolicy(double reserveWatts, CapToPerformance model, PowerDemand demand) {
        super(reserveWatts, demand);
        this.model = model;
    }

    @Override
    Shares shares(
            LearntDemand learnt,
            Observation seen,
            List<ServiceReading> services,
            ServiceBounds bounds,
            double budgetWatts) {
        double[] grants = grants(learnt, services, bounds, budgetWatts);
        // The sum is exact but for rounding.
        return new Shares(grants, WaterFilling.sum(grants) <= budgetWatts * (1 + 1e-9));
    }

    /** Watts for each service, all of which have replicas. */
    double[] grants(LearntDemand learnt, List<ServiceReading> services, ServiceBounds bounds, double budgetWatts) {
        int count = services.size();
        double[] lowest = bounds.lowest();
        double[] wanted = bounds.demand();
        DoubleUnaryOperator[] marginals = new DoubleUnaryOperator[count];
        for (int i = 0; i < count; i++) {
            ServiceReading service = services.get(i);
            GpuLimitRange range = GpuLimitRange.of(service);
            marginals[i] = marginal(service, range, learnt.wantedWatts(service, range));
        }
        if (WaterFilling.sum(lowest) >= budgetWatts) {
            return lowest;
        }
        double leftWatts = budgetWatts - WaterFilling.sum(wanted);
        if (leftWatts >= 0) {
            double[] grants = Arrays.copyOf(wanted, count);
            WaterFilling.proRata(grants, bounds.highest(), leftWatts);
            return grants;
        }
        return WaterFilling.equalMarginals(marginals, lowest, wanted, budgetWatts);
    }

    /** Performance of the whole service, its weight for each replica, gained by one more watt. */
    private DoubleUnaryOperator marginal(ServiceReading service, GpuLimitRange range, double wantedWatts) {
        double idleWatts = range.replicas() * service.replicaPower().idleWatts();
        double dynamicWatts = Math.max(1e-9, wantedWatts - idleWatts);
        double worth = service.weight() * range.replicas() / dynamicWatts;
        return watts -> worth * model.slope((watts - idleWatts) / dynamicWatts);
    }

    /** Makes the policy {@code powergrad}. */
    public static final class Factory extends CataloguedPolicy {

        private static final String MODEL = "assumption, as in the profiles of models";

        /** For the service loader. */
        public Factory() {
            super(
                    "powergrad",
                    "Shares the cap out as GPU limits so that one more watt gains the same everywhere.",
                    "PowerGrad; the exact variant is Capstan's",
                    "structure certain, constants of the performance model assumptions",
                    List.of("GPU power limit"),
                    true,
                    reserveWatts(),
                    new PolicyParameter(
                            "kappa", "ratio", 0.5, 0.01, 1, "Share of a step's time that goes with the clock.", MODEL),
                    new PolicyParameter(
                            "gamma",
                            "exponent",
                            2,
                            1,
                            4,
                            "Exponent of dynamic power in the clock; performance is concave from 1 on.",
                            MODEL),
                    PowerDemand.HEADROOM,
                    PowerDemand.BOUND_RATIO,
                    PowerDemand.SMOOTHING,
                    PowerDemand.SETTLE_SECONDS);
        }

        @Override
        public CappingPolicy<?> create(Map<String, Double> parameters, long seed) {
            return new PowerGradPolicy(
                    value(parameters, "reserve_watts"),
                    new CapToPerformance(value(parameters, "kappa"), value(parameters, "gamma")),
                    PowerDemand.of(parameters));
        }
    }
}
