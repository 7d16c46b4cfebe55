package dev.capstan.trace.inspect;

import dev.capstan.trace.PowerRecording;
import dev.capstan.trace.PowerRecording.Gap;
import dev.capstan.trace.PowerSeries;
import dev.capstan.trace.PowerTrace;
import dev.capstan.trace.TraceOrigin;
import dev.capstan.trace.inspect.Finding.Severity;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What a power recording holds.
 *
 * @param origin where it comes from
 * @param start wall-clock time of nanosecond 0, where known
 * @param series one entry for each meter
 * @param findings what its user should know, the gravest first
 */
public record PowerInspection(
        TraceOrigin origin, Optional<Instant> start, List<SeriesInspection> series, List<Finding> findings)
        implements Inspection {

    private static final int FROZEN_SAMPLES = 30;
    private static final double FROZEN_SHARE = 0.05;
    private static final double GAP_SHARE = 0.01;

    /**
     * One meter. Quantiles are of the samples, the mean is over time.
     *
     * @param name of the meter
     * @param samples number of them
     * @param spanSeconds from the first sample to the end of the last
     * @param intervalSeconds median distance of samples; NaN for a single one
     * @param meanWatts over time, each sample holding until the next
     * @param minWatts lowest
     * @param p2Watts 2 % of the samples have at most so much: about idle
     * @param p50Watts the median
     * @param p90Watts 90 % of the samples have at most so much
     * @param p99Watts 99 % of the samples have at most so much
     * @param maxWatts highest
     * @param steps largest rise and fall within a second, ten and forty
     * @param gaps spans without a sample that can be believed
     * @param gapSeconds their length together
     * @param sentinels of the gaps, those where the meter wrote a mark in place of a value
     * @param frozen longest run of one value
     * @param watts power over time, for the picture
     * @param distribution of the samples, for the picture
     */
    public record SeriesInspection(
            String name,
            int samples,
            double spanSeconds,
            double intervalSeconds,
            double meanWatts,
            double minWatts,
            double p2Watts,
            double p50Watts,
            double p90Watts,
            double p99Watts,
            double maxWatts,
            List<Steps> steps,
            int gaps,
            double gapSeconds,
            int sentinels,
            Frozen frozen,
            Timeline watts,
            Histogram distribution) {

        public SeriesInspection {
            steps = List.copyOf(steps);
        }
    }

    /**
     * Largest changes of power between two samples that are at most a window and half a sampling interval apart.
     *
     * @param windowSeconds the window
     * @param riseWatts largest rise; NaN where the meter samples too slowly to tell
     * @param fallWatts largest fall, as a positive number; NaN as for the rise
     */
    public record Steps(double windowSeconds, double riseWatts, double fallWatts) {}

    /**
     * The longest run of samples that are equal to the last digit.
     *
     * @param samples its length
     * @param watts the value
     * @param fromSeconds from nanosecond 0
     * @param seconds from its first sample to its last
     */
    public record Frozen(int samples, double watts, double fromSeconds, double seconds) {}

    public PowerInspection {
        series = List.copyOf(series);
        findings = List.copyOf(findings);
    }

    /** Inspects a recording. */
    public static PowerInspection of(PowerRecording recording) {
        List<SeriesInspection> series =
                recording.series().stream().map(PowerInspection::inspect).toList();
        List<Finding> findings = new ArrayList<>();
        series.forEach(each -> judge(each, findings));
        return new PowerInspection(recording.origin(), recording.start(), series, Finding.sorted(findings));
    }

    private static SeriesInspection inspect(PowerSeries series) {
        PowerTrace power = series.power();
        long[] times = power.timeNanos();
        double[] watts = power.watts();
        double[] sorted = Samples.sorted(watts);
        double interval = Samples.medianIntervalNanos(times);
        long gapNanos = 0;
        int sentinels = 0;
        for (Gap gap : series.gaps()) {
            gapNanos += gap.toNanos() - gap.fromNanos();
            sentinels += gap.reason().startsWith("sentinel") ? 1 : 0;
        }
        Samples.Run run = Samples.longestRun(times, watts);
        return new SeriesInspection(
                series.name(),
                watts.length,
                (power.endNanos() - times[0]) / 1e9,
                interval / 1e9,
                Samples.mean(times, watts, power.endNanos()),
                sorted[0],
                Samples.quantile(sorted, 0.02),
                Samples.quantile(sorted, 0.5),
                Samples.quantile(sorted, 0.9),
                Samples.quantile(sorted, 0.99),
                sorted[sorted.length - 1],
                List.of(
                        steps(times, watts, 1, interval),
                        steps(times, watts, 10, interval),
                        steps(times, watts, 40, interval)),
                series.gaps().size(),
                gapNanos / 1e9,
                sentinels,
                new Frozen(run.samples(), run.value(), run.fromNanos() / 1e9, (run.toNanos() - run.fromNanos()) / 1e9),
                Timeline.of(times, watts, power.endNanos()),
                Samples.histogram(sorted));
    }

    /** Sliding minimum and maximum with monotonic queues, linear in the samples. */
    private static Steps steps(long[] times, double[] watts, int windowSeconds, double intervalNanos) {
        double window = windowSeconds * 1e9;
        // A meter's clock jitters: two samples of one interval are the same step whether 0.99 s or 1.01 s apart.
        if (!(intervalNanos <= 1.5 * window)) {
            return new Steps(windowSeconds, Double.NaN, Double.NaN);
        }
        double reach = window + intervalNanos / 2;
        int[] lows = new int[times.length];
        int[] highs = new int[times.length];
        int lowFrom = 0;
        int lowTo = 0;
        int highFrom = 0;
        int highTo = 0;
        double rise = 0;
        double fall = 0;
        for (int i = 0; i < times.length; i++) {
            while (lowFrom < lowTo && times[i] - times[lows[lowFrom]] > reach) {
                lowFrom++;
            }
            while (highFrom < highTo && times[i] - times[highs[highFrom]] > reach) {
                highFrom++;
            }
            if (lowFrom < lowTo) {
                rise = Math.max(rise, watts[i] - watts[lows[lowFrom]]);
            }
            if (highFrom < highTo) {
                fall = Math.max(fall, watts[highs[highFrom]] - watts[i]);
            }
            while (lowFrom < lowTo && watts[lows[lowTo - 1]] >= watts[i]) {
                lowTo--;
            }
            lows[lowTo++] = i;
            while (highFrom < highTo && watts[highs[highTo - 1]] <= watts[i]) {
                highTo--;
            }
            highs[highTo++] = i;
        }
        return new Steps(windowSeconds, rise, fall);
    }

    private static void judge(SeriesInspection series, List<Finding> findings) {
        String who = series.name() + ": ";
        if (series.sentinels() > 0) {
            findings.add(new Finding(
                    Severity.WARNING,
                    "sentinels",
                    who + series.sentinels() + " spans hold the meter's mark for a missing value",
                    "the value ahead holds over them; energy in them is a guess"));
        }
        if (series.gapSeconds() > GAP_SHARE * series.spanSeconds()) {
            findings.add(new Finding(
                    Severity.WARNING,
                    "gaps",
                    who + series.gaps() + " gaps, " + RequestFindings.seconds(series.gapSeconds()) + " of "
                            + RequestFindings.seconds(series.spanSeconds()),
                    "the value ahead holds over them; cut the recording there if they matter"));
        }
        boolean constant = series.minWatts() == series.maxWatts();
        if (constant && series.samples() > 1) {
            findings.add(new Finding(
                    Severity.FAULT,
                    "constant-power",
                    who + "all samples are " + series.maxWatts() + " W",
                    series.maxWatts() == 0
                            ? "the meter was not connected, or the unit is wrong"
                            : "a limit, a nameplate or a stuck meter, not a measurement; no cap can be judged on it"));
        } else if (series.frozen().samples() >= FROZEN_SAMPLES
                && series.frozen().samples() >= FROZEN_SHARE * series.samples()) {
            findings.add(new Finding(
                    Severity.WARNING,
                    "frozen-power",
                    who + series.frozen().samples() + " samples in a row are "
                            + series.frozen().watts() + " W, from "
                            + RequestFindings.seconds(series.frozen().fromSeconds()) + " on",
                    "a stuck meter or an exporter that repeats its last value; ramps inside are lost"));
        }
        if (series.intervalSeconds() > 1.5) {
            findings.add(new Finding(
                    Severity.NOTE,
                    "slow-sampling",
                    who + "a sample every " + RequestFindings.seconds(series.intervalSeconds()),
                    "what happens between samples cannot be seen: excursions over a cap come out fewer and shorter"
                            + " than they were"));
        }
    }
}
