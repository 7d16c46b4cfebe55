package dev.capstan.trace.inspect;

import dev.capstan.trace.CarbonTrace;
import dev.capstan.trace.TraceOrigin;
import dev.capstan.trace.inspect.Finding.Severity;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * What a carbon trace holds, in grams of CO2 equivalent per kilowatt-hour.
 *
 * @param origin where it comes from
 * @param start wall-clock time of nanosecond 0
 * @param zone the grid zone
 * @param signal average or marginal
 * @param scope direct or life-cycle
 * @param rows number of values
 * @param stepSeconds median distance of values; NaN for a single one
 * @param spanSeconds from the first value to the last
 * @param mean over the values
 * @param min lowest
 * @param p10 10 % of the values are at most so high
 * @param p50 the median
 * @param p90 90 % of the values are at most so high
 * @param max highest
 * @param largestStep largest change between two values that follow each other
 * @param irregularSteps steps between values that differ from the median
 * @param frozenRows longest run of one value
 * @param meanByHourUtc mean of each hour of the day in UTC, NaN for an hour without a value
 * @param intensity over time, for the picture
 * @param findings what its user should know, the gravest first
 */
public record CarbonInspection(
        TraceOrigin origin,
        Instant start,
        String zone,
        CarbonTrace.Signal signal,
        CarbonTrace.Scope scope,
        int rows,
        double stepSeconds,
        double spanSeconds,
        double mean,
        double min,
        double p10,
        double p50,
        double p90,
        double max,
        double largestStep,
        int irregularSteps,
        int frozenRows,
        double[] meanByHourUtc,
        Timeline intensity,
        List<Finding> findings)
        implements Inspection {

    /** Lignite, life-cycle, is about 1,100 g/kWh (IPCC AR5 WG III, annex III); no grid is dirtier than its worst plant. */
    private static final double IMPLAUSIBLE = 1500;

    private static final double FROZEN_SECONDS = 12 * 3600;
    private static final double DAY_SECONDS = 86_400;

    public CarbonInspection {
        findings = List.copyOf(findings);
    }

    /** Inspects a trace. */
    public static CarbonInspection of(CarbonTrace trace) {
        GridStatistics seen = GridStatistics.of(trace.start(), trace.timeNanos(), trace.gramsPerKilowattHour());
        List<Finding> findings = new ArrayList<>();
        judge(seen, findings);
        return new CarbonInspection(
                trace.origin(),
                trace.start(),
                trace.zone(),
                trace.signal(),
                trace.scope(),
                trace.size(),
                seen.stepSeconds(),
                seen.spanSeconds(),
                seen.mean(),
                seen.min(),
                seen.quantile(0.1),
                seen.quantile(0.5),
                seen.quantile(0.9),
                seen.max(),
                seen.largestStep(),
                seen.irregularSteps(),
                seen.longestRun().samples(),
                seen.meanByHourUtc(),
                seen.timeline(),
                Finding.sorted(findings));
    }

    private static void judge(GridStatistics seen, List<Finding> findings) {
        if (seen.max() > IMPLAUSIBLE) {
            findings.add(new Finding(
                    Severity.FAULT,
                    "implausible-intensity",
                    "the highest value is " + RequestFindings.number(seen.max()) + " g/kWh",
                    "no grid emits that much; perhaps lbs/MWh taken for g/kWh (divide by 2.2046)"));
        }
        if (seen.min() == 0) {
            findings.add(new Finding(
                    Severity.WARNING,
                    "zero-intensity",
                    "some values are 0 g/kWh",
                    "often a missing value; a carbon-aware policy would move all load there"));
        }
        if (seen.irregularSteps() > 0) {
            findings.add(new Finding(
                    Severity.WARNING,
                    "irregular-steps",
                    seen.irregularSteps() + " steps differ from the usual one",
                    "the value ahead holds over a gap; perhaps hours are missing, or local time changed"));
        }
        Samples.Run run = seen.longestRun();
        if (seen.frozenSeconds() >= FROZEN_SECONDS) {
            findings.add(new Finding(
                    Severity.WARNING,
                    "frozen-intensity",
                    run.samples() + " values in a row are " + run.value() + " g/kWh, from "
                            + RequestFindings.seconds(run.fromNanos() / 1e9) + " on",
                    "an outage of the source, filled with its last value, or a clipped signal"));
        }
        if (seen.spanSeconds() < DAY_SECONDS) {
            findings.add(new Finding(
                    Severity.NOTE,
                    "less-than-a-day",
                    "the trace spans " + RequestFindings.seconds(seen.spanSeconds()),
                    "the shape of a day cannot be seen in it"));
        }
    }
}
