package dev.capstan.trace;

import java.time.Instant;
import java.util.regex.Pattern;

/**
 * Price of electricity in one bidding zone: each value holds from its time until the next one. Prices may be negative.
 *
 * <p><b>Caveats.</b> The arrays are shared, not copied: nobody may write to them.
 */
public final class PriceTrace {

    private static final Pattern CURRENCY = Pattern.compile("[A-Z]{3}");

    private final String zone;
    private final String currency;
    private final Instant start;
    private final long[] timeNanos;
    private final double[] perMegawattHour;
    private final TraceOrigin origin;

    /**
     * @param zone such as {@code DE-LU}: one line, not empty
     * @param currency three letters of ISO 4217, such as {@code EUR}
     * @param start wall-clock time of nanosecond 0
     * @param timeNanos strictly increasing, the first 0
     * @param perMegawattHour finite
     */
    public PriceTrace(
            String zone,
            String currency,
            Instant start,
            long[] timeNanos,
            double[] perMegawattHour,
            TraceOrigin origin) {
        RegularValues.requireZone(zone);
        requireCurrency(currency);
        if (timeNanos.length != perMegawattHour.length || timeNanos.length == 0 || timeNanos[0] != 0) {
            throw new IllegalArgumentException(
                    "a price trace needs as many values as times, at least one, the first at 0");
        }
        for (int i = 0; i < timeNanos.length; i++) {
            if (!Double.isFinite(perMegawattHour[i])) {
                throw new IllegalArgumentException("value " + i + " must be finite, is " + perMegawattHour[i]);
            }
            if (i > 0 && timeNanos[i] <= timeNanos[i - 1]) {
                throw new IllegalArgumentException("value " + i + " must come after the one ahead of it");
            }
        }
        this.zone = zone;
        this.currency = currency;
        this.start = start;
        this.timeNanos = timeNanos;
        this.perMegawattHour = perMegawattHour;
        this.origin = origin;
    }

    static void requireCurrency(String currency) {
        if (!CURRENCY.matcher(currency).matches()) {
            throw new IllegalArgumentException("currency must be three capital letters of ISO 4217, is '"
                    + ByteLines.printable(currency) + "'. Maybe EUR.");
        }
    }

    /** The bidding zone. */
    public String zone() {
        return zone;
    }

    /** Three letters of ISO 4217. */
    public String currency() {
        return currency;
    }

    /** Wall-clock time of nanosecond 0. */
    public Instant start() {
        return start;
    }

    /** Number of values. */
    public int size() {
        return timeNanos.length;
    }

    /** Times in nanoseconds; not to be written to. */
    public long[] timeNanos() {
        return timeNanos;
    }

    /** Price in the currency per megawatt-hour; not to be written to. */
    public double[] perMegawattHour() {
        return perMegawattHour;
    }

    /** Where the trace comes from. */
    public TraceOrigin origin() {
        return origin;
    }
}
