package dev.capstan.trace;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;

/** Mean request rate over time, constant within each window. */
public final class RateProfile {

    private final long[] windowStartNanos;
    private final double[] requestsPerSecond;
    private final long endNanos;
    private final TraceOrigin origin;

    /**
     * @param windowStartNanos strictly increasing, the first 0
     * @param requestsPerSecond rate of each window, finite, at least 0
     * @param endNanos end of the last window
     * @param origin where it comes from
     */
    public RateProfile(long[] windowStartNanos, double[] requestsPerSecond, long endNanos, TraceOrigin origin) {
        int size = windowStartNanos.length;
        if (size == 0 || requestsPerSecond.length != size || windowStartNanos[0] != 0) {
            throw new IllegalArgumentException(
                    "a rate profile needs as many rates as windows, at least one, the first at 0");
        }
        for (int i = 0; i < size; i++) {
            long next = i + 1 < size ? windowStartNanos[i + 1] : endNanos;
            if (next <= windowStartNanos[i]) {
                throw new IllegalArgumentException("window " + i + " must end after its start");
            }
            if (!(requestsPerSecond[i] >= 0) || Double.isInfinite(requestsPerSecond[i])) {
                throw new IllegalArgumentException(
                        "window " + i + " needs a rate of at least 0 requests/s, has " + requestsPerSecond[i]);
            }
        }
        this.windowStartNanos = windowStartNanos.clone();
        this.requestsPerSecond = requestsPerSecond.clone();
        this.endNanos = endNanos;
        this.origin = origin;
    }

    /**
     * Reads a CSV file {@code offset_seconds,requests_per_second}; the last window is as long as the one ahead of it. The
     * line {@code # licence: ...} may stand above the header.
     *
     * @throws TraceException where the file or a line of it cannot be read
     */
    public static RateProfile read(Path file) {
        try (CsvTable table = CsvTable.open(file)) {
            Windows windows = new Windows(table);
            new Faults(file).eachRow(table, false, windows::add);
            return windows.profile();
        } catch (IOException e) {
            throw SourceBytes.unreadable(file, e);
        }
    }

    /** The windows as they are read. */
    private static final class Windows {

        private final CsvTable table;
        private final int offset;
        private final int rate;
        private long[] starts = new long[256];
        private double[] rates = new double[256];
        private int size;
        private long ahead = -1;

        Windows(CsvTable table) {
            this.table = table;
            this.offset = table.column("offset_seconds");
            this.rate = table.column("requests_per_second");
        }

        void add() {
            if (size == starts.length) {
                starts = Arrays.copyOf(starts, 2 * size);
                rates = Arrays.copyOf(rates, 2 * size);
            }
            starts[size] = table.nanos(offset, 9);
            boolean wrong = ahead < 0 ? starts[size] != 0 : starts[size] <= ahead;
            // The next row is measured against this one, so that one wrong row makes one fault.
            ahead = starts[size];
            rates[size] = table.number(rate);
            if (wrong) {
                throw table.fault("offset_seconds must begin at 0 and increase, is " + table.text(offset)
                        + ". Maybe subtract the first offset, or sort the rows.");
            }
            if (rates[size] < 0) {
                throw table.fault("requests_per_second must be at least 0, is " + table.text(rate)
                        + ". Maybe a mark for a missing value.");
            }
            size++;
        }

        RateProfile profile() throws IOException {
            if (size < 2) {
                throw table.fault("has " + size + " windows; at least 2 are needed to tell how long one is."
                        + " Maybe repeat the row at the end.");
            }
            return new RateProfile(
                    Arrays.copyOf(starts, size),
                    Arrays.copyOf(rates, size),
                    2 * starts[size - 1] - starts[size - 2],
                    table.origin());
        }
    }

    /** Number of windows. */
    public int size() {
        return windowStartNanos.length;
    }

    /** Start of a window. */
    public long windowStartNanos(int window) {
        return windowStartNanos[window];
    }

    /** End of a window. */
    public long windowEndNanos(int window) {
        return window + 1 < size() ? windowStartNanos[window + 1] : endNanos;
    }

    /** Rate of a window. */
    public double requestsPerSecond(int window) {
        return requestsPerSecond[window];
    }

    /** End of the last window. */
    public long endNanos() {
        return endNanos;
    }

    /** Where the profile comes from. */
    public TraceOrigin origin() {
        return origin;
    }

    /** Window that a time from 0 to below the end falls into. */
    public int windowAt(long nanos) {
        if (nanos < 0 || nanos >= endNanos) {
            throw new IllegalArgumentException("the rate profile covers 0s to " + Quantity.formatDuration(endNanos)
                    + ", asked for " + Quantity.formatDuration(nanos));
        }
        int found = Arrays.binarySearch(windowStartNanos, nanos);
        return found >= 0 ? found : -found - 2;
    }

    /** Requests per second at a time from 0 to below the end. */
    public double rateAt(long nanos) {
        return requestsPerSecond[windowAt(nanos)];
    }
}
