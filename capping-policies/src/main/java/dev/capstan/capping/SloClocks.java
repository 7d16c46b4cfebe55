package dev.capstan.capping;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What frequency control by SLO has in common: which services it can control, and how their clocks are written. */
final class SloClocks {

    /** Boards take clocks in steps of 15 MHz, so that a lock may be read back as the nearest of them. */
    private static final double READ_BACK_MEGAHERTZ = 7.5;

    private SloClocks() {}

    /** Whether the clock of a service can be chosen by its load. Those that cannot are left alone. */
    static boolean controls(ServiceReading service) {
        return service.stepLaw() != null
                && service.replicaPower().maxClockMegahertz() > 0
                && service.replicas().ready() > 0;
    }

    /** Mean time per token at a clock, by the law, with the tokens that each replica makes now. */
    static double secondsPerToken(ServiceReading service, StepLaw law, double megahertz) {
        int ready = service.replicas().ready();
        return law.secondsPerToken(
                service.outputTokensPerSecond() / ready, service.inputTokensPerSecond() / ready, megahertz);
    }

    /**
     * Whether a clock is predicted to meet both targets. Measured tails are carried over to it by the law: times per token in
     * the ratio of its means, times to first token in that of prompt time over the time that prompts and sequences leave.
     *
     * @param tailTpotSeconds measured tail of time per token; NaN where the law stands alone
     * @return false as well where the load is not known
     */
    static boolean meetsTargets(ServiceReading service, StepLaw law, double clock, double tailTpotSeconds) {
        LatencyReading latency = service.latency();
        double enforced = service.replicaPower().enforcedClockMegahertz();
        double meanSeconds = secondsPerToken(service, law, clock);
        double slower = meanSeconds / secondsPerToken(service, law, enforced);
        // What was measured may be from before the clock of now: the tail is never taken for less than the mean.
        double tpotSeconds = tail(meanSeconds, slower * tailTpotSeconds);
        double promptSlower = law.promptShare(1, clock) / law.promptShare(1, enforced);
        double alphaSlower = law.stepSeconds(0, clock) / law.stepSeconds(0, enforced);
        double ttftSeconds = tail(0, latency.p99TtftSeconds() * promptSlower * slower / alphaSlower);
        return tpotSeconds <= latency.tpotTargetSeconds() && ttftSeconds <= latency.ttftTargetSeconds();
    }

    /** The clock of least energy that is predicted to meet the targets; null for a service whose laws are not known. */
    static @Nullable Integer leastEnergy(ServiceReading service, int lowestMegahertz, int stepMegahertz) {
        StepLaw steps = service.stepLaw();
        ReplicaLaw draw = service.law();
        if (steps == null || draw == null || !controls(service)) {
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
                    && meetsTargets(service, steps, clock, service.latency().p99TpotSeconds())) {
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
        double sequences = service.outputTokensPerSecond() / ready * secondsPerToken(service, steps, clock);
        double decodeWatts = Math.min(draw.watts(Math.max(1, sequences)), power.peakWatts()) - power.idleWatts();
        double naturalWatts = promptShare * (power.peakWatts() - power.idleWatts())
                + (1 - promptShare) * Math.min(1, sequences) * decodeWatts;
        return power.idleWatts() + steps.dynamicShare(clock) * naturalWatts;
    }

    private static double tail(double leastSeconds, double measuredSeconds) {
        return Double.isNaN(measuredSeconds) ? leastSeconds : Math.max(leastSeconds, measuredSeconds);
    }

    /**
     * Writes the clocks that are not in force, and lifts GPU limits: they are the guard's, from when telemetry was lost.
     *
     * @param clocks of the services that are controlled, by name
     */
    static Decision decision(Observation seen, Map<String, Integer> clocks) {
        List<ServiceAction> actions = new ArrayList<>();
        List<String> words = new ArrayList<>();
        boolean lowered = false;
        for (ServiceReading service : seen.services()) {
            Integer wished = clocks.get(service.name());
            if (wished == null) {
                continue;
            }
            ReplicaPower power = service.replicaPower();
            boolean highest = wished >= power.maxClockMegahertz();
            double inForce = highest ? power.maxClockMegahertz() : wished;
            ServiceAction action = new ServiceAction(
                    service.name(), null, null, liftedLimit(power), written(power, wished), null, null, null, false);
            if (!action.isEmpty()) {
                actions.add(action);
            }
            words.add(String.format(Locale.ROOT, "%s %.0f MHz", service.name(), inForce));
            lowered |= !highest;
        }
        String code = clocks.isEmpty() ? "no-law" : lowered ? "lowered" : "highest";
        String reason =
                clocks.isEmpty() ? "no service has a ready replica and a law of its clock" : String.join(", ", words);
        return new Decision(actions, code, reason);
    }

    /** The clock to write for the one that is wished: 0 for the owner's; null where it stands already. */
    static @Nullable Integer written(ReplicaPower power, int wishedMegahertz) {
        boolean highest = wishedMegahertz >= power.maxClockMegahertz();
        double inForce = highest ? power.maxClockMegahertz() : wishedMegahertz;
        boolean stands = Math.abs(power.clockMegahertz() - inForce) <= READ_BACK_MEGAHERTZ;
        return stands ? null : (Integer) (highest ? 0 : wishedMegahertz);
    }

    private static @Nullable Double liftedLimit(ReplicaPower power) {
        return power.gpuLimitWatts() < power.maxGpuLimitWatts() ? (Double) power.maxGpuLimitWatts() : null;
    }
}
