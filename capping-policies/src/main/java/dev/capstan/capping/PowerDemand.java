package dev.capstan.capping;

import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Learns what services would draw if nothing limited them, and what they draw beyond their limits.
 *
 * <p>A service that draws close to what its limit allows may want anything up to its highest; one that does not is taken at
 * what it draws and some headroom. Bursts shorter than a board's own controller takes escape its limit, so that power can
 * settle above it; that excess comes off the next limit, as the controllers of servers below a budget do it.
 *
 * @param headroom added to the measured power
 * @param boundRatio share of the worst case at the limit in force from which the limit is taken to hold a service back
 * @param smoothing weight of the newest reading
 * @param settleNanos readings sampled sooner after a limit changed say nothing about it
 */
record PowerDemand(double headroom, double boundRatio, double smoothing, long settleNanos) {

    static final PolicyParameter HEADROOM = new PolicyParameter(
            "headroom", "ratio", 0.1, 0, 1, "Added to measured power to get what a service wants.", "assumption");

    static final PolicyParameter BOUND_RATIO = new PolicyParameter(
            "bound_ratio",
            "ratio",
            0.9,
            0.1,
            1,
            "Share of the worst case at its limit from which a service is taken to be held back by it.",
            "assumption");

    static final PolicyParameter SMOOTHING = new PolicyParameter(
            "smoothing", "ratio", 0.3, 0.01, 1, "Weight of the newest reading in what is learnt.", "assumption");

    static final PolicyParameter SETTLE_SECONDS = new PolicyParameter(
            "settle_seconds",
            "seconds",
            2,
            0,
            600,
            "Time for a limit to land and be read; readings sampled sooner say nothing about it.",
            "assumption");

    static PowerDemand of(Map<String, Double> parameters) {
        return new PowerDemand(
                CataloguedPolicy.value(parameters, HEADROOM.name()),
                CataloguedPolicy.value(parameters, BOUND_RATIO.name()),
                CataloguedPolicy.value(parameters, SMOOTHING.name()),
                (long) (CataloguedPolicy.value(parameters, SETTLE_SECONDS.name()) * 1e9));
    }

    LearntDemand learnt(LearntDemand before, Observation seen) {
        Map<String, LearntDemand.Estimate> estimates = new TreeMap<>();
        for (ServiceReading service : seen.services()) {
            GpuLimitRange range = GpuLimitRange.of(service);
            if (range.replicas() > 0) {
                estimates.put(
                        service.name(), learnt(before.services().get(service.name()), service, range, seen.nowNanos()));
            }
        }
        return new LearntDemand(estimates);
    }

    private LearntDemand.Estimate learnt(
            LearntDemand.@Nullable Estimate last, ServiceReading service, GpuLimitRange range, long nowNanos) {
        double limitWatts = service.replicaPower().enforcedGpuLimitWatts();
        // The first reading is all there is to know.
        double weight = last == null ? 1 : smoothing;
        LearntDemand.Estimate before =
                last == null ? new LearntDemand.Estimate(1, 0, limitWatts, Long.MIN_VALUE) : last;
        double wanted = before.wanted();
        double excess = before.excess();
        long since = limitWatts == before.limitWatts() ? before.limitSinceNanos() : nowNanos;
        boolean settled = nowNanos - service.power().ageNanos() >= since + settleNanos;
        if (service.power().isFresh() && settled) {
            double measuredWatts = service.power().watts();
            double allowedWatts = range.worstCaseWatts(limitWatts);
            double highestWatts = range.highestWatts();
            boolean bound = measuredWatts >= boundRatio * allowedWatts;
            double wantedNow = bound ? 1 : Math.min(1, measuredWatts * (1 + headroom) / highestWatts);
            double excessNow = Math.max(0, measuredWatts - allowedWatts) / highestWatts;
            wanted += weight * (wantedNow - wanted);
            excess += weight * (excessNow - excess);
        }
        return new LearntDemand.Estimate(wanted, excess, limitWatts, since);
    }
}
