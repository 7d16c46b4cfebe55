package dev.capstan.capping;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

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
            Integer clock = leastEnergyClock(service, lowestMegahertz, stepMegahertz);
            if (clock != null) {
                clocks.put(service.name(), clock);
            }
        }
        return SloClocks.decision(seen, clocks);
    }

    /** The clock of least energy that is predicted to meet the targets; null for a service whose laws are not known. */
    static @Nullable Integer leastEnergyClock(ServiceReading service, int lowestMegahertz, int stepMegahertz) {
        StepLaw steps = service.stepLaw();
        ReplicaLaw draw = service.law();
        if (steps == null || draw == null || !SloClocks.controls(service)) {
            return null;
        }
        int highest = service.replicaPower().maxClockMegahertz();
        int best = highest;
        double least = Double.POSITIVE_INFINITY;
        for (int clock = Math.min(lowestMegahertz, highest);
                clock <= highest;
                clock = clock < highest ? Math.min(clock + stepMegahertz, highest) : highest + 1) {
            double watts = watts(service, steps, draw, clock);
            if (watts < least
                    && SloClocks.meetsTargets(
                            service, steps, clock, service.latency().p99TpotSeconds())) {
                least = watts;
                best = clock;
            }
        }
        return best;
    }

    /** Mean draw of a replica at a clock: it takes in prompts at its peak and decodes by its law. */
    private static double watts(ServiceReading service, StepLaw steps, ReplicaLaw draw, int clock) {
        ReplicaPower power = service.replicaPower();
        int ready = service.replicas().ready();
        double promptShare = steps.promptShare(service.inputTokensPerSecond() / ready, clock);
        double sequences = service.outputTokensPerSecond() / ready * SloClocks.secondsPerToken(service, steps, clock);
        double decodeWatts = Math.min(draw.watts(Math.max(1, sequences)), power.peakWatts()) - power.idleWatts();
        double naturalWatts = promptShare * (power.peakWatts() - power.idleWatts())
                + (1 - promptShare) * Math.min(1, sequences) * decodeWatts;
        return power.idleWatts() + steps.dynamicShare(clock) * naturalWatts;
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
        public CappingPolicy<?> create(Map<String, Double> parameters, long seed) {
            return new DynamoLlmPolicy(
                    (int) value(parameters, "lowest_megahertz"), (int) value(parameters, "step_megahertz"));
        }
    }
}
