package dev.capstan.trace.inspect;

import dev.capstan.trace.Quantity;
import dev.capstan.trace.inspect.Finding.Severity;
import dev.capstan.trace.inspect.RequestInspection.GridShare;
import dev.capstan.trace.inspect.RequestInspection.LabelCount;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Judges the figures of a request trace. */
final class RequestFindings {

    /** Shares of fewer requests say nothing. */
    private static final int ENOUGH_ROWS = 50;

    private static final double CLUMPED_SHARE = 0.25;
    private static final double CONSTANT_SHARE = 0.2;
    private static final double CLIPPED_SHARE = 0.005;
    private static final double BURSTY_CV = 3;
    private static final double REGULAR_CV = 0.3;
    private static final double RELATED = 0.3;
    private static final double LONG_GAP_IN_MEANS = 20;
    private static final double LONG_GAP_SECONDS = 60;
    private static final double COARSE_SECONDS = 1;

    private final RequestInspection seen;
    private final List<Finding> findings = new ArrayList<>();

    private RequestFindings(RequestInspection seen) {
        this.seen = seen;
    }

    static List<Finding> of(RequestInspection seen) {
        RequestFindings judge = new RequestFindings(seen);
        judge.order();
        if (seen.rows() >= ENOUGH_ROWS) {
            judge.clumps();
            judge.bursts();
            judge.lengths("input", seen.inputTokens());
            judge.lengths("output", seen.outputTokens());
            judge.relation();
        } else {
            judge.add(
                    Severity.NOTE,
                    "few-requests",
                    "the trace has " + seen.rows() + " requests",
                    "too few for quantiles and bursts to mean much");
        }
        judge.labels();
        return Finding.sorted(judge.findings);
    }

    private void order() {
        if (seen.outOfOrder() > 0) {
            add(
                    Severity.FAULT,
                    "out-of-order",
                    seen.outOfOrder() + " requests come before one ahead of them",
                    "a simulation takes requests in order of arrival; sort them, and find out first why they are not:"
                            + " rows ordered by completion hold other times than arrivals");
        }
        if (seen.duplicates() > 0) {
            boolean many = seen.duplicates() > 0.01 * seen.rows();
            add(
                    many ? Severity.WARNING : Severity.NOTE,
                    "duplicates",
                    seen.duplicates() + " requests (" + percent(seen.duplicates() / (double) seen.rows())
                            + ") equal another one in arrival and both token counts",
                    "if the same request was logged twice, load and power come out too high");
        }
        if (seen.spanSeconds() == 0 && seen.rows() > 1) {
            add(
                    Severity.FAULT,
                    "one-instant",
                    "all requests arrive at one time",
                    "there is no rate to simulate; the times were probably lost on the way");
        }
    }

    private void clumps() {
        double perArrival = seen.rows() / (double) seen.gaps().distinctArrivals();
        double resolutionSeconds = seen.gaps().resolutionNanos() / 1e9;
        GridShare grid = clumpGrid();
        if (grid != null) {
            add(
                    Severity.WARNING,
                    "clumped-arrivals",
                    percent(grid.share()) + " of the requests arrive on exact multiples of "
                            + seconds(grid.gridSeconds())
                            + ", where chance would put " + percent(grid.byChance()) + "; " + seen.rows()
                            + " requests have " + seen.gaps().distinctArrivals() + " different times",
                    "each clump of requests becomes a step of power that the service never saw; spread the requests"
                            + " within " + seconds(grid.gridSeconds()) + " before judging ramps and short windows");
        } else if (seen.spanSeconds() > 0 && (resolutionSeconds >= COARSE_SECONDS || isCoarse(perArrival))) {
            add(
                    Severity.WARNING,
                    "coarse-clock",
                    "all arrivals are multiples of " + seconds(resolutionSeconds) + ", " + number(perArrival)
                            + " requests at a time",
                    "requests that came one after the other arrive together; spread them within "
                            + seconds(resolutionSeconds) + " before judging ramps and short windows");
        }
    }

    /** The coarsest grid that still explains most of the clumps; every other time of a 5 s grid is on one of 10 s. */
    private @Nullable GridShare clumpGrid() {
        GridShare grid = null;
        double best = 0;
        for (GridShare each : seen.grids()) {
            if (each.share() >= CLUMPED_SHARE && each.share() >= 3 * each.byChance()) {
                best = Math.max(best, each.share());
                grid = each.share() >= 0.6 * best ? each : grid;
            }
        }
        return grid;
    }

    private boolean isCoarse(double perArrival) {
        return perArrival >= 2 && seen.gaps().resolutionNanos() >= 1_000_000;
    }

    private void bursts() {
        double cv = seen.gaps().cv();
        if (cv >= BURSTY_CV) {
            add(
                    Severity.NOTE,
                    "bursty",
                    "the times between requests vary with a coefficient of " + number(cv) + " (Poisson: 1)",
                    "a rate profile with Poisson arrivals would hide these bursts; scaling by copies piles them up,"
                            + " thinning flattens them");
        } else if (cv <= REGULAR_CV) {
            add(
                    Severity.WARNING,
                    "too-regular",
                    "the times between requests vary with a coefficient of only " + number(cv) + " (Poisson: 1)",
                    "people do not arrive like that: perhaps a load generator, or times made up from a rate. Power"
                            + " would come out smoother than it is");
        }
        double longest = seen.gaps().longestSeconds();
        if (longest >= LONG_GAP_SECONDS
                && longest >= LONG_GAP_IN_MEANS * seen.gaps().meanSeconds()) {
            add(
                    Severity.NOTE,
                    "silence",
                    "no request for " + seconds(longest) + " from "
                            + seconds(seen.gaps().longestFromSeconds()) + " on; "
                            + seen.perMinute().silent() + " silent minutes in all",
                    "either the clients paused or the log did; a simulation takes it for idle time, in which"
                            + " autoscalers scale down");
        }
    }

    private void lengths(String side, TokenStatistics tokens) {
        if (tokens.min() == tokens.max()) {
            add(
                    Severity.WARNING,
                    "constant-" + side,
                    "every request has " + tokens.max() + " " + side + " tokens",
                    "real lengths spread over orders of magnitude; batches of equal requests end together and power"
                            + " swings with them");
            return;
        }
        if (tokens.mostFrequentShare() >= CONSTANT_SHARE) {
            add(
                    Severity.WARNING,
                    "frequent-" + side,
                    percent(tokens.mostFrequentShare()) + " of the requests have " + tokens.mostFrequent() + " " + side
                            + " tokens",
                    tokens.mostFrequent() <= 1
                            ? "often failed or probing requests: without them the load differs"
                            : "perhaps a default, a health check or a test client: decide whether it belongs to the"
                                    + " load");
        }
        if (tokens.clippedShare() >= CLIPPED_SHARE) {
            add(
                    Severity.WARNING,
                    "clipped-" + side,
                    percent(tokens.clippedShare()) + " of the requests pile up at the largest number of " + side
                            + " tokens, " + tokens.max(),
                    "a limit of that service cut them off: a model with another limit would see longer ones");
        }
    }

    private void relation() {
        if (Math.abs(seen.tokenCorrelation()) >= RELATED) {
            add(
                    Severity.NOTE,
                    "related-lengths",
                    "prompt and output tokens correlate with " + number(seen.tokenCorrelation()),
                    "generated traces draw the two independently; use the trace itself where that matters");
        }
    }

    private void labels() {
        for (LabelCount label : seen.labels()) {
            if (label.missing() > 0 && label.distinct() > 0) {
                add(
                        Severity.WARNING,
                        "unlabelled-" + label.label().column(),
                        label.missing() + " of " + seen.rows() + " requests have no "
                                + label.label().column(),
                        "they fall to whatever the experiment gives requests without one");
            }
        }
    }

    private void add(Severity severity, String code, String observation, String consequence) {
        findings.add(new Finding(severity, code, observation, consequence));
    }

    static String seconds(double seconds) {
        long nanos = Math.round(seconds * 1e9);
        long rounding = nanos >= 1_000_000_000L ? 10_000_000L : 1;
        return Quantity.formatDuration((nanos + rounding / 2) / rounding * rounding);
    }

    static String percent(double share) {
        double percent = 100 * share;
        return String.format(Locale.ROOT, percent < 10 ? "%.2g %%" : "%.0f %%", percent);
    }

    static String number(double value) {
        return String.format(Locale.ROOT, Math.abs(value) < 100 ? "%.3g" : "%.0f", value);
    }
}
