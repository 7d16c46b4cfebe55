package dev.capstan.trace;

import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Arrays;
import java.util.function.DoubleSupplier;
import java.util.function.Function;

/** Values of a grid zone as they are read, all steps alike: a missing, double or local hour is a fault. */
final class RegularValues {

    private Instant start = Instant.EPOCH;
    private long[] timeNanos = new long[1024];
    private double[] values = new double[1024];
    private int size;
    private boolean begun;
    private long ahead;
    private long usualStep;

    /**
     * Adds the value of a time, which is asked for after the time is noted: so a bad value is one fault, and not one more
     * where the next row is measured against this one.
     */
    void add(Instant time, DoubleSupplier value, Function<String, TraceException> fault) {
        if (size == values.length) {
            timeNanos = Arrays.copyOf(timeNanos, 2 * size);
            values = Arrays.copyOf(values, 2 * size);
        }
        if (!begun) {
            start = time;
        }
        timeNanos[size] = Duration.between(start, time).toNanos();
        long step = timeNanos[size] - ahead;
        ahead = timeNanos[size];
        if (usualStep == 0 && step > 0) {
            usualStep = step;
        }
        boolean first = !begun;
        begun = true;
        values[size] = value.getAsDouble();
        if (Double.isInfinite(values[size])) {
            throw fault.apply("has a value that is too large. Maybe it is in another unit.");
        }
        if (!first) {
            requireUsual(step, fault);
        }
        size++;
    }

    private void requireUsual(long step, Function<String, TraceException> fault) {
        if (step <= 0) {
            throw fault.apply("time must be later than in the row ahead, is "
                    + (step == 0 ? "the same" : Quantity.formatDuration(-step) + " earlier")
                    + ". Maybe rows are double or out of order, or the times are local and not UTC.");
        }
        if (step != usualStep) {
            throw fault.apply("the step to this row must be that of the first rows, "
                    + Quantity.formatDuration(usualStep) + ", and not " + Quantity.formatDuration(step)
                    + ". Maybe rows are missing, or the times are local and not UTC.");
        }
    }

    Instant start() {
        return start;
    }

    long[] timeNanos() {
        return Arrays.copyOf(timeNanos, size);
    }

    double[] values() {
        return Arrays.copyOf(values, size);
    }

    void requireSome(Function<String, TraceException> fault) {
        if (size == 0) {
            throw fault.apply("has no values. Maybe it was cut short: fetch it again.");
        }
    }

    /** A time with its zone; seconds may be missing, as NESO writes them. */
    static Instant instant(JsonDocument.Value value) {
        try {
            Instant time = OffsetDateTime.parse(value.text().replace(' ', 'T')).toInstant();
            if (time.getEpochSecond() >= 0 && time.getEpochSecond() < Long.MAX_VALUE / 2 / 1_000_000_000) {
                return time;
            }
        } catch (DateTimeException e) {
            // Told below, together with times out of range.
        }
        throw value.fault("expected a time from 1970 to 2115 with its zone, such as 2024-01-01T00:00:00Z, is '"
                + ByteLines.printable(value.text()) + "'. Maybe add Z for UTC.");
    }

    static double number(JsonDocument.Value value) {
        BigDecimal number = Decimals.parse(value.text());
        if (number == null) {
            throw value.fault("expected a number, is '" + ByteLines.printable(value.text())
                    + "'. Maybe the value is missing: ask for a span that has all.");
        }
        return number.doubleValue();
    }

    /** @throws IllegalArgumentException for a grid zone that is no name */
    static void requireZone(String zone) {
        if (!PowerSeries.isOneLine(zone)) {
            throw new IllegalArgumentException(
                    "zone must be one line of text, is '" + ByteLines.printable(zone) + "'. Maybe DE-LU.");
        }
    }
}
