package dev.capstan.sim.telemetry;

import java.util.Arrays;

/**
 * One scraped time series: samples in time order, kept for as long as a query may look back.
 *
 * <p>Appending costs amortised constant time and allocates only while the buffer grows to the size that the retention
 * needs. Queries are in {@link PromQl}.
 *
 * <p><b>Caveats.</b> Times are whole nanoseconds; Prometheus rounds them to milliseconds. A query at an instant before
 * the newest sample sees only what the retention, counted back from the newest sample, has left.
 */
public final class SampleSeries {

    /** The answer to {@link #newestSampleNanos} when there is no sample. */
    public static final long NO_SAMPLE = Long.MIN_VALUE;

    private static final int INITIAL_CAPACITY = 16;
    private static final long NOT_STALE = Long.MAX_VALUE;

    private final long retentionNanos;

    private long[] timesNanos = new long[INITIAL_CAPACITY];
    private double[] values = new double[INITIAL_CAPACITY];
    /** When a stale marker ended each sample; the marker itself is never a sample, as in a range selector. */
    private long[] staleNanos = new long[INITIAL_CAPACITY];
    /** Drops of the value up to each sample, so that a window without a reset is known in constant time. */
    private int[] resetCounts = new int[INITIAL_CAPACITY];

    private int start;
    private int end;

    /** @param retentionNanos the longest window or look-back that will be asked for, positive */
    public SampleSeries(long retentionNanos) {
        if (retentionNanos <= 0) {
            throw new IllegalArgumentException("retention of a series must be positive, was " + retentionNanos
                    + " ns. Maybe take the longest query window, and at least the look-back of 5 min.");
        }
        this.retentionNanos = retentionNanos;
    }

    /**
     * Adds a sample and forgets those that have left the retention.
     *
     * @throws IllegalArgumentException when the time is not after that of the sample before
     */
    public void append(long timeNanos, double value) {
        if (end > start && timeNanos <= timesNanos[end - 1]) {
            throw new IllegalArgumentException("samples must come in time order, was " + timeNanos + " ns after "
                    + timesNanos[end - 1] + " ns. Maybe two scrapes write to one series.");
        }
        int resets = end > start ? resetCounts[end - 1] + (value < values[end - 1] ? 1 : 0) : 0;
        while (start < end && timesNanos[start] <= timeNanos - retentionNanos) {
            start++;
        }
        if (end == timesNanos.length) {
            makeRoom();
        }
        timesNanos[end] = timeNanos;
        values[end] = value;
        staleNanos[end] = NOT_STALE;
        resetCounts[end] = resets;
        end++;
    }

    /**
     * Writes a stale marker: from now on, and until the next sample, an instant selector finds nothing. Range selectors
     * do not see it. Does nothing on an empty series or on one that is stale already.
     *
     * @throws IllegalArgumentException when the newest sample is younger than the marker
     */
    public void markStale(long nowNanos) {
        if (start == end) {
            return;
        }
        if (nowNanos < timesNanos[end - 1]) {
            throw new IllegalArgumentException("a stale marker must not come before the newest sample, was " + nowNanos
                    + " ns with a sample at " + timesNanos[end - 1] + " ns");
        }
        staleNanos[end - 1] = Math.min(staleNanos[end - 1], nowNanos);
    }

    /** Time of the newest sample not after {@code atNanos}, stale or not; {@link #NO_SAMPLE} when there is none. */
    public long newestSampleNanos(long atNanos) {
        int last = lastAtOrBefore(atNanos);
        return last < start ? NO_SAMPLE : timesNanos[last];
    }

    /** Number of samples kept. */
    public int size() {
        return end - start;
    }

    long retentionNanos() {
        return retentionNanos;
    }

    /** Index of the newest sample not after the instant; below {@link #firstAfter} of any instant when there is none. */
    int lastAtOrBefore(long atNanos) {
        return firstAfter(atNanos) - 1;
    }

    /** Index of the oldest sample after the instant; one past the newest sample when there is none. */
    int firstAfter(long atNanos) {
        // A query is nearly always at the present, after every sample.
        if (start == end || timesNanos[end - 1] <= atNanos) {
            return end;
        }
        int low = start;
        int high = end - 1;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (timesNanos[middle] <= atNanos) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    boolean isSample(int index) {
        return index >= start && index < end;
    }

    long timeNanos(int index) {
        return timesNanos[index];
    }

    double value(int index) {
        return values[index];
    }

    boolean isStale(int index, long atNanos) {
        return atNanos >= staleNanos[index];
    }

    /** Increase of a counter from one sample to a later one, adding the value before each drop. */
    double increase(int first, int last) {
        double increase = values[last] - values[first];
        if (resetCounts[first] != resetCounts[last]) {
            for (int i = first + 1; i <= last; i++) {
                if (values[i] < values[i - 1]) {
                    increase += values[i - 1];
                }
            }
        }
        return increase;
    }

    private void makeRoom() {
        int kept = end - start;
        int capacity = timesNanos.length;
        if (kept > capacity / 2) {
            capacity *= 2;
            timesNanos = Arrays.copyOf(timesNanos, capacity);
            values = Arrays.copyOf(values, capacity);
            staleNanos = Arrays.copyOf(staleNanos, capacity);
            resetCounts = Arrays.copyOf(resetCounts, capacity);
        }
        System.arraycopy(timesNanos, start, timesNanos, 0, kept);
        System.arraycopy(values, start, values, 0, kept);
        System.arraycopy(staleNanos, start, staleNanos, 0, kept);
        System.arraycopy(resetCounts, start, resetCounts, 0, kept);
        start = 0;
        end = kept;
    }
}
