package dev.capstan.capping;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The lowest clock whose projected latencies meet the SLO: the sequences that run and wait make the batch of the coming
 * steps, the law of a step ({@link StepLaw}) their time at a clock, and a binary search finds the lowest clock at which the
 * mean time per token and the end of a newcomer meet the owner's targets; the highest where none does. Source: "throttLL'eM",
 * HPCA 2025, from second-hand accounts.
 *
 * <p>Simplified: the paper projects batch and KV cache for each coming iteration from the predicted length of each request.
 * No length of a request is observed here, so the batch is that of now for all of them, the law stands for the learnt model of
 * iterations per second, and a newcomer has the mean length of those that ended. Its end is due by the target of the first
 * token and that of each further one together. The paper decides at every arrival, this at every interval. Admission and
 * changes of parallelism are left out. It saves energy and holds no cap.
 */
public final class ThrottLlemPolicy implements StatelessPolicy, SloClockPolicy<Stateless> {

    private final int lowestMegahertz;
    private final int stepMegahertz;
    private final double margin;

    ThrottLlemPolicy(int lowestMegahertz, int stepMegahertz, double margin) {
        this.lowestMegahertz = lowestMegahertz;
        this.stepMegahertz = stepMegahertz;
        this.margin = margin;
    }

    @Override
    public Decision decide(Observation seen) {
        Map<String, Integer> clocks = new TreeMap<>();
        for (ServiceReading service : seen.services()) {
            StepLaw law = service.stepLaw();
            if (law != null && SloClocks.controls(service)) {
                clocks.put(service.name(), lowestFeasible(service, law));
            }
        }
        return SloClocks.decision(seen, clocks);
    }

    /** Latencies fall with the clock, so that a binary search finds it. */
    private int lowestFeasible(ServiceReading service, StepLaw law) {
        int highest = service.replicaPower().maxClockMegahertz();
        int lowest = Math.min(lowestMegahertz, highest);
        int misses = -1;
        int meets = (highest - lowest + stepMegahertz - 1) / stepMegahertz;
        while (meets - misses > 1) {
            int middle = (misses + meets) / 2;
            if (meetsTargets(service, law, lowest + middle * stepMegahertz)) {
                meets = middle;
            } else {
                misses = middle;
            }
        }
        return Math.min(highest, lowest + meets * stepMegahertz);
    }

    /** False as well where the load is not known. */
    private boolean meetsTargets(ServiceReading service, StepLaw law, int clock) {
        LatencyReading latency = service.latency();
        double seconds = (1 + margin) * projected(service, law, clock);
        return seconds <= latency.tpotTargetSeconds() && endsInTime(service, law, clock, seconds);
    }

    /** Time per token with the batch of now and whoever waits for it. */
    private static double projected(ServiceReading service, StepLaw law, double clock) {
        int ready = service.replicas().ready();
        GatewayReading gateway = service.gateway();
        double most = gateway.maxConcurrencyLimit() == 0 ? Double.POSITIVE_INFINITY : gateway.enforcedConcurrency();
        double batch = Math.min(most, (service.runningRequests() + service.waitingRequests()) / ready);
        double rest = 1 - law.promptShare(service.inputTokensPerSecond() / ready, clock);
        return rest > 0 ? law.stepSeconds(batch, clock) / rest : Double.POSITIVE_INFINITY;
    }

    /**
     * Whether a newcomer ends in time: whoever waits is served before it, as fast as requests end now, slowed down by the
     * clock; then come its own tokens. Not judged before the first request has ended.
     */
    private static boolean endsInTime(ServiceReading service, StepLaw law, int clock, double secondsPerToken) {
        LatencyReading latency = service.latency();
        if (!(latency.requestsPerSecond() > 0)) {
            return true;
        }
        double gaps = Math.max(0, service.outputTokensPerSecond() / latency.requestsPerSecond() - 1);
        double slower = projected(service, law, clock)
                / projected(service, law, service.replicaPower().enforcedClockMegahertz());
        double waitSeconds = slower * service.waitingRequests() / latency.requestsPerSecond();
        return waitSeconds + gaps * secondsPerToken <= latency.ttftTargetSeconds() + gaps * latency.tpotTargetSeconds();
    }

    /** Makes the policy {@code throttllem}. */
    public static final class Factory extends CataloguedPolicy {

        /** For the service loader. */
        public Factory() {
            super(
                    "throttllem",
                    "Locks the lowest clock whose projected latencies meet the SLO. Saves energy, holds no cap.",
                    "throttLL'eM, HPCA 2025 (second-hand accounts)",
                    "structure high, clocks medium; projection simplified, its model is the owner's law",
                    List.of("GPU clock"),
                    true,
                    new PolicyParameter(
                            "lowest_megahertz",
                            "megahertz",
                            800,
                            100,
                            10_000,
                            "Lowest clock that is tried; time to first token is not judged, and suffers under it.",
                            "assumption: that of DynamoLLM"),
                    new PolicyParameter(
                            "step_megahertz",
                            "megahertz",
                            15,
                            15,
                            10_000,
                            "From one clock to the next.",
                            "steps of the boards"),
                    new PolicyParameter(
                            "margin",
                            "ratio",
                            0.058,
                            0,
                            10,
                            "Added to projected times per token for the error of the law.",
                            "throttLL'eM, HPCA 2025: largest mean error of its model"));
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
            return new ThrottLlemPolicy(
                    (int) value(parameters, "lowest_megahertz"),
                    (int) value(parameters, "step_megahertz"),
                    value(parameters, "margin"));
        }
    }
}
