package dev.capstan.capping;

import java.util.ArrayList;
import java.util.List;

/**
 * The most that a power rises by within one latency of the loop, as readings have shown it. It fades with time.
 *
 * @param share of the worst case
 * @param recent readings of the last latency, the oldest first
 */
record LearntRise(double share, List<Sample> recent) {

    /** A reading, by the instant of its newest sample. */
    record Sample(long atNanos, double watts) {}

    /** Copies the list. */
    LearntRise {
        recent = List.copyOf(recent);
    }

    /** Nothing was read yet: this is what it is taken for. */
    static LearntRise assumed(double share) {
        return new LearntRise(share, List.of());
    }

    /**
     * What a reading adds.
     *
     * @param power fresh
     * @param latencyNanos time within which a rise counts
     * @param worstCaseWatts what the rise is a share of
     * @param keptShare of what was known, after the time since the reading before
     */
    LearntRise with(PowerReading power, long nowNanos, long latencyNanos, double worstCaseWatts, double keptShare) {
        Sample newest = new Sample(nowNanos - power.ageNanos(), power.watts());
        List<Sample> samples = new ArrayList<>();
        for (Sample sample : recent) {
            if (sample.atNanos() >= newest.atNanos() - latencyNanos && sample.atNanos() < newest.atNanos()) {
                samples.add(sample);
            }
        }
        samples.add(newest);
        double rise = (newest.watts() - lowestWatts(samples)) / worstCaseWatts;
        return new LearntRise(Math.min(1, Math.max(rise, keptShare * share)), samples);
    }

    /** The lowest of the recent readings; infinite without any. */
    double lowestWatts() {
        return lowestWatts(recent);
    }

    private static double lowestWatts(List<Sample> samples) {
        double lowest = Double.POSITIVE_INFINITY;
        for (Sample sample : samples) {
            lowest = Math.min(lowest, sample.watts());
        }
        return lowest;
    }
}
