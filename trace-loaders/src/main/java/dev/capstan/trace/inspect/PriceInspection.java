package dev.capstan.trace.inspect;

import dev.capstan.trace.PriceTrace;
import dev.capstan.trace.TraceOrigin;
import dev.capstan.trace.inspect.Finding.Severity;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What a price trace holds, in its currency per megawatt-hour.
 *
 * @param origin where it comes from
 * @param start wall-clock time of nanosecond 0
 * @param zone the bidding zone
 * @param currency three letters of ISO 4217
 * @param rows number of values
 * @param stepSeconds median distance of values; NaN for a single one
 * @param spanSeconds from the first value to the last
 * @param mean over the values
 * @param min lowest
 * @param p10 10 % of the values are at most so high
 * @param p50 the median
 * @param p90 90 % of the values are at most so high
 * @param max highest
 * @param negativeShare share of the values below 0
 * @param largestStep largest change between two values that follow each other
 * @param irregularSteps steps between values that differ from the median
 * @param frozenRows longest run of one value
 * @param meanByHourUtc mean of each hour of the day in UTC, NaN for an hour without a value
 * @param price over time, for the picture
 * @param findings what its user should know, the gravest first
 */
public record PriceInspection(
        TraceOrigin origin,
        Instant start,
        String zone,
        String currency,
        int rows,
        double stepSeconds,
        double spanSeconds,
        double mean,
        double min,
        double p10,
        double p50,
        double p90,
        double max,
        double negativeShare,
        double largestStep,
        int irregularSteps,
        int frozenRows,
        double[] meanByHourUtc,
        Timeline price,
        List<Finding> findings)
        implements Inspection {

    private static final double FROZEN_SECONDS = 24 * 3600;
    private static final double DAY_SECONDS = 86_400;

    public PriceInspection {
        findings = List.copyOf(findings);
    }

    /** Inspects a trace. */
    public static PriceInspection of(PriceTrace trace) {
        GridStatistics seen = GridStatistics.of(trace.start(), trace.timeNanos(), trace.perMegawattHour());
        long negative = Arrays.stream(trace.perMegawattHour())
                .filter(value -> value < 0)
                .count();
        List<Finding> findings = new ArrayList<>();
        judge(seen, negative, trace.currency(), findings);
        return new PriceInspection(
                trace.origin(),
                trace.start(),
                trace.zone(),
                trace.currency(),
                trace.size(),
                seen.stepSeconds(),
                seen.spanSeconds(),
                seen.mean(),
                seen.min(),
                seen.quantile(0.1),
                seen.quantile(0.5),
                seen.quantile(0.9),
                seen.max(),
                negative / (double) trace.size(),
                seen.largestStep(),
                seen.irregularSteps(),
                seen.longestRun().samples(),
                seen.meanByHourUtc(),
                seen.timeline(),
                Finding.sorted(findings));
    }

    private static void judge(GridStatistics seen, long negative, String currency, List<Finding> findings) {
        double size = Math.max(Math.abs(seen.min()), Math.abs(seen.max()));
        if (size == 0) {
            findings.add(new Finding(
                    Severity.FAULT,
                    "no-price",
                    "all prices are 0",
                    "a missing column; no policy can be judged by cost on it"));
        } else if (size < 1) {
            findings.add(new Finding(
                    Severity.WARNING,
                    "tiny-prices",
                    "no price is as much as 1 " + currency + "/MWh",
                    "perhaps they are per kilowatt-hour: multiply by 1000"));
        }
        if (negative > 0) {
            findings.add(new Finding(
                    Severity.NOTE,
                    "negative-prices",
                    "prices below 0: " + negative + " of " + seen.sorted().length + ", the lowest "
                            + RequestFindings.number(seen.min()) + " " + currency + "/MWh",
                    "usual where wind and sun are plenty; a policy that goes by cost then earns by drawing power"));
        }
        if (seen.irregularSteps() > 0) {
            findings.add(new Finding(
                    Severity.WARNING,
                    "irregular-steps",
                    seen.irregularSteps() + " steps differ from the usual one",
                    "the value ahead holds over a gap; perhaps hours are missing, or local time changed"));
        }
        if (size > 0 && seen.frozenSeconds() >= FROZEN_SECONDS) {
            findings.add(new Finding(
                    Severity.WARNING,
                    "frozen-price",
                    seen.longestRun().samples() + " values in a row are "
                            + seen.longestRun().value() + " " + currency + "/MWh, from "
                            + RequestFindings.seconds(seen.longestRun().fromNanos() / 1e9) + " on",
                    "an outage of the source, filled with its last value, or a tariff of one price"));
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
