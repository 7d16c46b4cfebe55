package dev.capstan.trace.inspect;

import dev.capstan.trace.LabelColumn;
import dev.capstan.trace.PrefixBlocks;
import dev.capstan.trace.RequestLabel;
import dev.capstan.trace.RequestTrace;
import dev.capstan.trace.TraceOrigin;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a request trace holds. Windows of a second, a minute and ten minutes follow each other from the first request; the
 * last one may be cut short by the end of the trace.
 *
 * @param origin where the trace comes from
 * @param start wall-clock time of nanosecond 0, where known
 * @param rows number of requests
 * @param spanSeconds from the first request to the last
 * @param meanRequestsPerSecond rows over span; NaN for a span of 0
 * @param peakRequestsPerSecond1s most requests in a window of 1 s
 * @param peakRequestsPerSecond1min most requests in a window of a minute, per second
 * @param peakRequestsPerSecond10min most requests in a window of ten minutes, per second
 * @param perMinute requests in windows of a minute
 * @param gaps times between one request and the next
 * @param inputTokens prompt tokens
 * @param outputTokens generated tokens
 * @param tokenCorrelation Pearson's, of prompt and generated tokens; NaN where one of them is constant
 * @param tokensPerSecond prompt and generated tokens over the span
 * @param peakTokensPerSecond1min of the minute with most tokens
 * @param duplicates requests that equal an earlier one of the same arrival in both token counts
 * @param outOfOrder requests that came before one ahead of them; they count as if they came with it
 * @param grids share of the arrivals on exact multiples of a time, from the finest to the coarsest
 * @param labels what the requests carry as text
 * @param prefixReuse of the prompt blocks, where the trace has them
 * @param requestsPerSecond rate over time, for the picture
 * @param findings what its user should know, the gravest first
 */
public record RequestInspection(
        TraceOrigin origin,
        Optional<Instant> start,
        long rows,
        double spanSeconds,
        double meanRequestsPerSecond,
        double peakRequestsPerSecond1s,
        double peakRequestsPerSecond1min,
        double peakRequestsPerSecond10min,
        PerMinute perMinute,
        Gaps gaps,
        TokenStatistics inputTokens,
        TokenStatistics outputTokens,
        double tokenCorrelation,
        double tokensPerSecond,
        double peakTokensPerSecond1min,
        long duplicates,
        long outOfOrder,
        List<GridShare> grids,
        List<LabelCount> labels,
        Optional<PrefixReuse> prefixReuse,
        Timeline requestsPerSecond,
        List<Finding> findings)
        implements Inspection {

    /**
     * Requests per window of a minute.
     *
     * @param mean rows over the number of windows
     * @param min fewest
     * @param max most
     * @param silent windows without a request
     */
    public record PerMinute(double mean, long min, long max, long silent) {}

    /**
     * Times between one request and the next.
     *
     * @param meanSeconds their mean
     * @param cv coefficient of variation: 1 for a Poisson process, above for bursts
     * @param longestSeconds the longest
     * @param longestFromSeconds when it began, from nanosecond 0
     * @param resolutionNanos the coarsest clock that gives all arrivals: their greatest common divisor; 0 if all are one
     * @param distinctArrivals number of different arrivals
     * @param seconds histogram in octaves, gaps of 0 left out
     */
    public record Gaps(
            double meanSeconds,
            double cv,
            double longestSeconds,
            double longestFromSeconds,
            long resolutionNanos,
            long distinctArrivals,
            Histogram seconds) {}

    /**
     * Share of the arrivals on a grid.
     *
     * @param gridSeconds arrivals on whole multiples of it count, from nanosecond 0 or by the wall clock
     * @param share from 0 to 1
     * @param byChance share to be expected of a clock of the trace's resolution
     */
    public record GridShare(double gridSeconds, double share, double byChance) {}

    /**
     * One label.
     *
     * @param label which
     * @param distinct number of different texts
     * @param missing requests without it
     * @param mostFrequent the text that comes most often; empty if none does
     * @param mostFrequentShare share of all requests that have it
     */
    public record LabelCount(
            RequestLabel label, long distinct, long missing, String mostFrequent, double mostFrequentShare) {}

    /**
     * What a prefix cache without a limit would save.
     *
     * @param blockTokens tokens of a block
     * @param distinctBlocks number of different blocks; an estimate beyond two million
     * @param idealHitShare share of the blocks that an earlier request had
     */
    public record PrefixReuse(int blockTokens, long distinctBlocks, double idealHitShare) {}

    public RequestInspection {
        grids = List.copyOf(grids);
        labels = List.copyOf(labels);
        findings = List.copyOf(findings);
    }

    /**
     * Inspects a trace.
     *
     * @throws IllegalArgumentException for a trace without requests
     */
    public static RequestInspection of(RequestTrace trace) {
        RequestInspector inspector = new RequestInspector(trace.start());
        Optional<PrefixBlocks> blocks = trace.prefixBlocks();
        for (int i = 0; i < trace.size(); i++) {
            inspector.add(trace.arrivalNanos()[i], trace.inputTokens()[i], trace.outputTokens()[i]);
            if (blocks.isPresent()) {
                PrefixBlocks all = blocks.get();
                inspector.addPrefix(all.blockTokens(), all.hashes(), all.offsets()[i], all.offsets()[i + 1]);
            }
        }
        List<LabelCount> labels =
                trace.labels().entrySet().stream().map(RequestInspection::count).toList();
        return inspector.finish(trace.origin(), labels);
    }

    private static LabelCount count(Map.Entry<RequestLabel, LabelColumn> label) {
        LabelColumn column = label.getValue();
        long[] counts = new long[column.dictionary().size()];
        long missing = 0;
        for (int code : column.codes()) {
            if (code == LabelColumn.NONE) {
                missing++;
            } else {
                counts[code]++;
            }
        }
        long distinct = 0;
        int frequent = -1;
        for (int code = 0; code < counts.length; code++) {
            if (counts[code] > 0) {
                distinct++;
                frequent = frequent < 0 || counts[code] > counts[frequent] ? code : frequent;
            }
        }
        return frequent < 0
                ? new LabelCount(label.getKey(), 0, missing, "", 0)
                : new LabelCount(
                        label.getKey(),
                        distinct,
                        missing,
                        column.dictionary().get(frequent),
                        counts[frequent] / (double) column.size());
    }
}
