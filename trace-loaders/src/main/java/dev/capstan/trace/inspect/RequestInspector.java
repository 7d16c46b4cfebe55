package dev.capstan.trace.inspect;

import dev.capstan.trace.TraceOrigin;
import dev.capstan.trace.inspect.RequestInspection.Gaps;
import dev.capstan.trace.inspect.RequestInspection.GridShare;
import dev.capstan.trace.inspect.RequestInspection.LabelCount;
import dev.capstan.trace.inspect.RequestInspection.PerMinute;
import dev.capstan.trace.inspect.RequestInspection.PrefixReuse;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Inspects requests as they stream by, in memory that does not grow with their number: at most 20 MB, and 60 MB more
 * where they carry prefix blocks.
 *
 * <p><b>Caveats.</b> For one thread, and for one trace: after {@link #finish} it is spent. Duplicates are sought among
 * requests of one arrival.
 */
public final class RequestInspector {

    private static final long SECOND = 1_000_000_000L;
    private static final long[] GRIDS_NANOS = {
        SECOND / 1000,
        SECOND / 100,
        SECOND / 10,
        SECOND / 4,
        SECOND / 2,
        SECOND,
        2 * SECOND,
        3 * SECOND,
        5 * SECOND,
        10 * SECOND,
        15 * SECOND,
        30 * SECOND,
        60 * SECOND
    };

    private final Optional<Instant> start;
    private final long startNanosOfMinute;

    private long rows;
    private long first;
    private long latest;
    private long outOfOrder;

    private final WindowCounts perSecond = new WindowCounts(SECOND);
    private final WindowCounts perMinute = new WindowCounts(60 * SECOND);
    private final WindowCounts perTenMinutes = new WindowCounts(600 * SECOND);
    private final WindowCounts tokensPerMinute = new WindowCounts(60 * SECOND);

    private long gaps;
    private double gapMean;
    private double gapSquares;
    private long longestGap;
    private long longestGapFrom;
    private long resolution;
    private final long[] gapsOfOctave = new long[64];
    private final long[] onGrid = new long[GRIDS_NANOS.length];
    private final long[] onWallClockGrid = new long[GRIDS_NANOS.length];

    private long distinctArrivals;
    private long duplicates;
    private long firstOfArrival;
    private boolean severalOfArrival;
    private DistinctCounts ofArrival = new DistinctCounts();

    private final TokenCounts input = new TokenCounts();
    private final TokenCounts output = new TokenCounts();
    private double inputMean;
    private double outputMean;
    private double inputSquares;
    private double outputSquares;
    private double products;

    private int blockTokens;
    private final DistinctCounts blocks = new DistinctCounts();

    private long binNanos = SECOND;
    private final long[] bins = new long[Timeline.MOST_BINS];

    /** @param start wall-clock time of nanosecond 0, where known */
    public RequestInspector(Optional<Instant> start) {
        this.start = start;
        this.startNanosOfMinute = start.map(at -> Math.floorMod(at.getEpochSecond(), 60L) * SECOND + at.getNano())
                .orElse(0L);
    }

    /**
     * Takes the next request, in the order of its source.
     *
     * @param arrivalNanos from the start of the trace, at least 0; may lie before that of the request ahead
     * @param inputTokens at least 0
     * @param outputTokens at least 0
     */
    public void add(long arrivalNanos, int inputTokens, int outputTokens) {
        if (arrivalNanos < 0 || inputTokens < 0 || outputTokens < 0) {
            throw new IllegalArgumentException("a request needs an arrival and tokens of at least 0, had "
                    + arrivalNanos + " ns, " + inputTokens + " and " + outputTokens);
        }
        arrive(arrivalNanos, ((long) inputTokens << 32) | outputTokens);
        long sinceFirst = latest - first;
        perSecond.add(sinceFirst, 1);
        perMinute.add(sinceFirst, 1);
        perTenMinutes.add(sinceFirst, 1);
        tokensPerMinute.add(sinceFirst, (long) inputTokens + outputTokens);
        while (sinceFirst / binNanos >= bins.length) {
            widenBins();
        }
        bins[(int) (sinceFirst / binNanos)]++;
        lengths(inputTokens, outputTokens);
    }

    /**
     * Takes the prefix blocks of the request that was added last.
     *
     * @param blockTokens tokens of a block
     * @param hashes holds them
     * @param from index of the first
     * @param to index after the last
     */
    public void addPrefix(int blockTokens, long[] hashes, int from, int to) {
        this.blockTokens = blockTokens;
        for (int i = from; i < to; i++) {
            blocks.add(hashes[i]);
        }
    }

    private void arrive(long arrival, long tokens) {
        if (rows == 0) {
            first = arrival;
            latest = arrival;
            startOfArrival(tokens);
        } else if (arrival < latest) {
            outOfOrder++;
        } else {
            long gap = arrival - latest;
            gap(gap);
            if (gap > 0) {
                latest = arrival;
                startOfArrival(tokens);
            } else {
                sameArrival(tokens);
            }
        }
        rows++;
        resolution = greatestCommonDivisor(Math.abs(arrival - first), resolution);
        long ofMinute = arrival % (60 * SECOND) + startNanosOfMinute;
        for (int i = 0; i < GRIDS_NANOS.length; i++) {
            if (arrival % GRIDS_NANOS[i] == 0) {
                onGrid[i]++;
            }
            if (ofMinute % GRIDS_NANOS[i] == 0) {
                onWallClockGrid[i]++;
            }
        }
    }

    private void startOfArrival(long tokens) {
        distinctArrivals++;
        firstOfArrival = tokens;
        severalOfArrival = false;
    }

    private void sameArrival(long tokens) {
        if (!severalOfArrival) {
            severalOfArrival = true;
            ofArrival = new DistinctCounts();
            ofArrival.add(firstOfArrival);
        }
        if (ofArrival.add(tokens)) {
            duplicates++;
        }
    }

    /** Mean and squares after Welford, Technometrics 4 (1962). */
    private void gap(long gap) {
        gaps++;
        double from = gap - gapMean;
        gapMean += from / gaps;
        gapSquares += from * (gap - gapMean);
        if (gap > longestGap) {
            longestGap = gap;
            longestGapFrom = latest;
        }
        if (gap > 0) {
            gapsOfOctave[63 - Long.numberOfLeadingZeros(gap)]++;
        }
    }

    private void lengths(int inputTokens, int outputTokens) {
        input.add(inputTokens);
        output.add(outputTokens);
        double inputFrom = inputTokens - inputMean;
        double outputFrom = outputTokens - outputMean;
        inputMean += inputFrom / rows;
        outputMean += outputFrom / rows;
        inputSquares += inputFrom * (inputTokens - inputMean);
        outputSquares += outputFrom * (outputTokens - outputMean);
        products += inputFrom * (outputTokens - outputMean);
    }

    private void widenBins() {
        for (int i = 0; i < bins.length; i++) {
            bins[i] = 2 * i < bins.length ? bins[2 * i] + bins[2 * i + 1] : 0;
        }
        binNanos *= 2;
    }

    /**
     * Tells what was seen.
     *
     * @param labels counted by the caller, who knows the dictionary
     * @throws IllegalArgumentException if no request came
     */
    public RequestInspection finish(TraceOrigin origin, List<LabelCount> labels) {
        if (rows == 0) {
            throw new IllegalArgumentException(origin.path() + " holds no requests, so there is nothing to inspect");
        }
        double span = (latest - first) / 1e9;
        RequestInspection bare = new RequestInspection(
                origin,
                start,
                rows,
                span,
                span > 0 ? rows / span : Double.NaN,
                perSecond.mostPerSecond(),
                perMinute.mostPerSecond(),
                perTenMinutes.mostPerSecond(),
                new PerMinute(
                        (double) rows / perMinute.windows(), perMinute.least(), perMinute.most(), perMinute.empty()),
                gaps(),
                input.statistics(),
                output.statistics(),
                products / StrictMath.sqrt(inputSquares * outputSquares),
                span > 0 ? (input.sum() + output.sum()) / span : Double.NaN,
                tokensPerMinute.mostPerSecond(),
                duplicates,
                outOfOrder,
                grids(),
                labels,
                blockTokens == 0
                        ? Optional.empty()
                        : Optional.of(new PrefixReuse(blockTokens, blocks.distinct(), blocks.repeatedShare())),
                timeline(),
                List.of());
        return withFindings(bare);
    }

    private static RequestInspection withFindings(RequestInspection bare) {
        return new RequestInspection(
                bare.origin(),
                bare.start(),
                bare.rows(),
                bare.spanSeconds(),
                bare.meanRequestsPerSecond(),
                bare.peakRequestsPerSecond1s(),
                bare.peakRequestsPerSecond1min(),
                bare.peakRequestsPerSecond10min(),
                bare.perMinute(),
                bare.gaps(),
                bare.inputTokens(),
                bare.outputTokens(),
                bare.tokenCorrelation(),
                bare.tokensPerSecond(),
                bare.peakTokensPerSecond1min(),
                bare.duplicates(),
                bare.outOfOrder(),
                bare.grids(),
                bare.labels(),
                bare.prefixReuse(),
                bare.requestsPerSecond(),
                RequestFindings.of(bare));
    }

    private Gaps gaps() {
        return new Gaps(
                gaps > 0 ? gapMean / 1e9 : Double.NaN,
                gaps > 0 && gapMean > 0 ? StrictMath.sqrt(gapSquares / gaps) / gapMean : Double.NaN,
                longestGap / 1e9,
                longestGapFrom / 1e9,
                resolution,
                distinctArrivals,
                gapHistogram());
    }

    private Histogram gapHistogram() {
        int from = 0;
        int to = gapsOfOctave.length;
        while (from < to && gapsOfOctave[from] == 0) {
            from++;
        }
        while (to > from && gapsOfOctave[to - 1] == 0) {
            to--;
        }
        double[] edges = new double[to - from + 1];
        for (int i = 0; i < edges.length; i++) {
            edges[i] = StrictMath.scalb(1.0, from + i) / 1e9;
        }
        return new Histogram(edges, Arrays.copyOfRange(gapsOfOctave, from, to));
    }

    private List<GridShare> grids() {
        List<GridShare> shares = new ArrayList<>();
        for (int i = 0; i < GRIDS_NANOS.length; i++) {
            long on = start.isPresent() ? Math.max(onGrid[i], onWallClockGrid[i]) : onGrid[i];
            double byChance = Math.min(1, Math.max(1, resolution) / (double) GRIDS_NANOS[i]);
            shares.add(new GridShare(GRIDS_NANOS[i] / 1e9, on / (double) rows, byChance));
        }
        return shares;
    }

    private Timeline timeline() {
        int used = (int) ((latest - first) / binNanos) + 1;
        double[] rates = new double[used];
        for (int i = 0; i < used; i++) {
            rates[i] = bins[i] * 1e9 / binNanos;
        }
        return new Timeline(binNanos / 1e9, first / 1e9, rates, rates, rates);
    }

    private static long greatestCommonDivisor(long a, long b) {
        long x = a;
        long y = b;
        while (y != 0) {
            long rest = x % y;
            x = y;
            y = rest;
        }
        return x;
    }
}
