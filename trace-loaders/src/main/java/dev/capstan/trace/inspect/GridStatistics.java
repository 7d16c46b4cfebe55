package dev.capstan.trace.inspect;

import java.time.Instant;

/**
 * Statistics of values of a grid zone over the hours.
 *
 * @param stepSeconds median distance of values; NaN for a single one
 * @param irregularSteps steps between values that differ from the median
 * @param sorted the values, ascending
 * @param meanByHourUtc NaN for an hour without a value
 */
record GridStatistics(
        double stepSeconds,
        double spanSeconds,
        double mean,
        double[] sorted,
        double largestStep,
        int irregularSteps,
        Samples.Run longestRun,
        double[] meanByHourUtc,
        Timeline timeline) {

    static GridStatistics of(Instant start, long[] times, double[] values) {
        double step = Samples.medianIntervalNanos(times);
        double sum = 0;
        double largestStep = 0;
        int irregular = 0;
        double[] hourSums = new double[24];
        int[] hourCounts = new int[24];
        for (int i = 0; i < values.length; i++) {
            sum += values[i];
            if (i > 0) {
                largestStep = Math.max(largestStep, Math.abs(values[i] - values[i - 1]));
                irregular += times[i] - times[i - 1] == step ? 0 : 1;
            }
            long secondOfDay = Math.floorMod(start.plusNanos(times[i]).getEpochSecond(), 86_400L);
            hourSums[(int) (secondOfDay / 3600)] += values[i];
            hourCounts[(int) (secondOfDay / 3600)]++;
        }
        for (int hour = 0; hour < hourSums.length; hour++) {
            hourSums[hour] /= hourCounts[hour];
        }
        long last = times[times.length - 1];
        return new GridStatistics(
                step / 1e9,
                last / 1e9,
                sum / values.length,
                Samples.sorted(values),
                largestStep,
                irregular,
                Samples.longestRun(times, values),
                hourSums,
                Timeline.of(times, values, last + 1));
    }

    double min() {
        return sorted[0];
    }

    double max() {
        return sorted[sorted.length - 1];
    }

    double quantile(double quantile) {
        return Samples.quantile(sorted, quantile);
    }

    /** How long one value stood, in seconds. */
    double frozenSeconds() {
        return (longestRun.toNanos() - longestRun.fromNanos()) / 1e9;
    }
}
