package dev.capstan.trace.inspect;

/**
 * Counts of values in bins that follow each other.
 *
 * <p><b>Caveats.</b> The arrays are shared, not copied: nobody may write to them.
 *
 * @param edges where the bins begin, increasing, and one more for the end of the last
 * @param counts values of each bin, its lower edge included
 */
public record Histogram(double[] edges, long[] counts) {

    public Histogram {
        if (edges.length != counts.length + 1) {
            throw new IllegalArgumentException(
                    "a histogram of " + counts.length + " bins needs one more edge, had " + edges.length);
        }
    }
}
