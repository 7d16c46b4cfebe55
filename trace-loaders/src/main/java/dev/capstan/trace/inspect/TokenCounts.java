package dev.capstan.trace.inspect;

import java.util.Arrays;

/**
 * How often each number of tokens came: exact below 2^20 tokens, above in bins 1/4096 wide. At most 9 MB, whatever comes.
 */
final class TokenCounts {

    private static final int EXACT_BITS = 20;
    private static final int EXACT = 1 << EXACT_BITS;
    private static final int STEP_BITS = 12;
    private static final int BINS = EXACT + ((31 - EXACT_BITS) << STEP_BITS);

    private long[] counts = new long[4096];
    private long size;
    private long sum;
    private int least = Integer.MAX_VALUE;
    private int most;

    void add(int tokens) {
        int bin = bin(tokens);
        if (bin >= counts.length) {
            counts = Arrays.copyOf(counts, Math.min(BINS, Math.max(bin + 1, 2 * counts.length)));
        }
        counts[bin]++;
        size++;
        sum += tokens;
        least = Math.min(least, tokens);
        most = Math.max(most, tokens);
    }

    long sum() {
        return sum;
    }

    TokenStatistics statistics() {
        int frequent = 0;
        for (int bin = 1; bin < counts.length; bin++) {
            if (counts[bin] > counts[frequent]) {
                frequent = bin;
            }
        }
        return new TokenStatistics(
                (double) sum / size,
                least,
                quantile(0.1),
                quantile(0.5),
                quantile(0.9),
                quantile(0.99),
                most,
                lowerEdge(frequent),
                counts[frequent] / (double) size,
                shareAtMost(),
                histogram());
    }

    /** Linear between order statistics: definition 7 of Hyndman and Fan (1996). */
    private double quantile(double quantile) {
        double rank = quantile * (size - 1);
        long below = (long) rank;
        double low = ranked(below);
        double high = ranked(Math.min(below + 1, size - 1));
        return low + (rank - below) * (high - low);
    }

    private int ranked(long rank) {
        if (rank == size - 1) {
            return most;
        }
        long before = 0;
        int bin = 0;
        while (before + counts[bin] <= rank) {
            before += counts[bin++];
        }
        return lowerEdge(bin);
    }

    /**
     * Share of the values within 0.2 % of the largest, if they are more than twice as many as in the six times wider
     * band below, else 0: a wall of values at the end of a distribution is a limit, not the tail of what people ask.
     */
    private double shareAtMost() {
        int width = Math.max(1, most / 500);
        long atMost = between(most - width, (long) most + 1);
        long below = between(most - 7L * width, most - width);
        return atMost > 2 * below ? atMost / (double) size : 0;
    }

    private long between(long from, long to) {
        long count = 0;
        for (int bin = bin((int) Math.max(0, from)); bin < counts.length && lowerEdge(bin) < to; bin++) {
            count += counts[bin];
        }
        return count;
    }

    /** Bins of half an octave for the picture. */
    private Histogram histogram() {
        int first = pictureBin(least);
        int last = pictureBin(most);
        double[] edges = new double[last - first + 2];
        for (int i = 0; i < edges.length; i++) {
            edges[i] = pictureEdge(first + i);
        }
        long[] bins = new long[last - first + 1];
        for (int bin = bin(least); bin < counts.length; bin++) {
            if (counts[bin] > 0) {
                bins[Math.max(0, pictureBin(lowerEdge(bin)) - first)] += counts[bin];
            }
        }
        return new Histogram(edges, bins);
    }

    /** 0 holds 0; then 1, 2, 3, 4-5, 6-7, 8-11, 12-15 and so on: two bins from one power of two to the next. */
    private static int pictureBin(int tokens) {
        if (tokens < 2) {
            return tokens;
        }
        int octave = 31 - Integer.numberOfLeadingZeros(tokens);
        return 2 * octave + ((tokens >> (octave - 1)) & 1);
    }

    private static double pictureEdge(int bin) {
        return bin < 2 ? bin : (double) ((2L + (bin & 1)) << (bin / 2 - 1));
    }

    private static int bin(int tokens) {
        if (tokens < EXACT) {
            return tokens;
        }
        int octave = 31 - Integer.numberOfLeadingZeros(tokens);
        int step = (tokens >> (octave - STEP_BITS)) & ((1 << STEP_BITS) - 1);
        return EXACT + ((octave - EXACT_BITS) << STEP_BITS) + step;
    }

    private static int lowerEdge(int bin) {
        if (bin < EXACT) {
            return bin;
        }
        int octave = EXACT_BITS + ((bin - EXACT) >> STEP_BITS);
        int step = (bin - EXACT) & ((1 << STEP_BITS) - 1);
        return ((1 << STEP_BITS) + step) << (octave - STEP_BITS);
    }
}
