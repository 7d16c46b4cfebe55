package dev.capstan.capping;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The clock of least energy among those that meet the SLO: of the steps of clock, those remain whose predicted 99th
 * percentiles of time to first token and per token meet the owner's targets at the load of now; of these the one that draws
 * least; the highest where none remains. Source: the instance tier of Stojkovic et al., "DynamoLLM", HPCA 2025, from
 * second-hand accounts. Its pool and cluster tiers, which change the parallelism and number of instances, are left out.
 *
 * <p>The paper reads energy and latency from profiles taken offline. Here the owner's laws ({@link StepLaw}, {@link
 * ReplicaLaw}) stand for these, and measured tails are carried over to another clock by the law: times per token in the ratio
 * of its means, times to first token in that of prompt time over the time that prompts and sequences leave. It saves energy
 * and holds no cap.
 */
public final class DynamoLlmPolicy implements StatelessPolicy, SloClockPolicy<Stateless> {

    private final int lowestMegahertz;
    private final int stepMegahertz;

    DynamoLlmPolicy(int lowestMegahertz, int stepMegahertz) {
        this.lowestMegahertz = lowestMegahertz;
        this.stepMegahertz = stepMegahertz;
    }

    @Override
    public Decision decide(Observation seen) {
        Map<String, Integer> clocks = new TreeMap<>();
        for (ServiceReading service : seen.services()) {
            Integer clock = SloClocks.leastEnergy(service, lowestMegahertz, stepMegahertz);
            if (clock != null) {
                clocks.put(service.name(), clock);
            }
        }
        return SloClocks.decision(seen, clocks);
    }

    /** Makes the policy {@code dynamollm}. */
    public static final class Factory extends CataloguedPolicy {

        private static final String SOURCE = "Stojkovic et al., HPCA 2025";

        /** For the service loader. */
        public Factory() {
            super(
                    "dynamollm",
                    "Locks the clock of least energy whose predicted tails meet the SLO. Saves energy, holds no cap.",
                    "Stojkovic et al., DynamoLLM, HPCA 2025 (second-hand accounts), its instance tier",
                    "structure and period high, clocks medium; profiles are the owner's laws",
                    List.of("GPU clock"),
                    true,
                    new PolicyParameter(
                            "lowest_megahertz", "megahertz", 800, 100, 10_000, "Lowest clock that is tried.", SOURCE),
                    new PolicyParameter(
                            "step_megahertz",
                            "megahertz",
                            200,
                            15,
                            10_000,
                            "From one clock that is tried to the next; the highest is always tried.",
                            SOURCE));
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
            return new DynamoLlmPolicy(
                    (int) value(parameters, "lowest_megahertz"), (int) value(parameters, "step_megahertz"));
        }
    }
}
