package dev.capstan.capping;

import java.util.List;
import java.util.Map;

/** Routes by what one more token costs, behind a filter for the SLO ({@link MarginalRouting}). Holds no cap. */
public final class MarginalEnergyPolicy implements StatelessPolicy {

    private final double tpotSeconds;
    private final MarginalRouting routing;

    MarginalEnergyPolicy(double tpotSeconds, double headroom, double band) {
        this.tpotSeconds = tpotSeconds;
        routing = new MarginalRouting(headroom, band);
    }

    @Override
    public Senses senses() {
        return Senses.SERVICES;
    }

    @Override
    public boolean setsCeilings() {
        return false;
    }

    @Override
    public Decision decide(Observation seen) {
        MarginalRouting.Weights weights = routing.weights(seen, service -> tpotSeconds);
        String code = weights.actions().isEmpty() ? "steady" : "routed";
        String reason = weights.loads().isEmpty()
                ? "no route with a load whose pools are all known"
                : String.join(", ", weights.loads());
        return new Decision(weights.actions(), code, reason);
    }

    /** Makes the policy {@code marginal-energy}. */
    public static final class Factory extends CataloguedPolicy {

        /** For the service loader. */
        public Factory() {
            super(
                    "marginal-energy",
                    "Fills a route's pools in the order of joules per token, each as far as its SLO; holds no cap.",
                    "linear relaxation of the fixed-charge problem; formula of Capstan's own fits of batch and power",
                    "split within one pool's fixed watts of the least, given the laws; filter Capstan's own",
                    List.of("routing weight"),
                    true,
                    new PolicyParameter(
                            "tpot_seconds",
                            "seconds",
                            0.2,
                            0.001,
                            60,
                            "Time per output token up to which a pool is filled.",
                            "MLPerf Inference, Llama-2-70B server: 200 ms"),
                    new PolicyParameter(
                            "headroom",
                            "ratio",
                            MarginalRouting.HEADROOM,
                            0,
                            0.99,
                            "Share of that time kept for load that rises before it is read.",
                            "assumption"),
                    new PolicyParameter(
                            "band",
                            "ratio",
                            MarginalRouting.BAND,
                            0,
                            1,
                            "Changes of all weights up to this are not written.",
                            "assumption"));
        }

        @Override
        public boolean needsRequests() {
            return true;
        }

        @Override
        public boolean holdsCap() {
            return false;
        }

        @Override
        public CappingPolicy<?> create(Map<String, Double> parameters, long seed) {
            return new MarginalEnergyPolicy(
                    value(parameters, "tpot_seconds"), value(parameters, "headroom"), value(parameters, "band"));
        }
    }
}
