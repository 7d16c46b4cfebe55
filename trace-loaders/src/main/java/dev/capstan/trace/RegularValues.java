package dev.capstan.trace;

import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Arrays;
import java.util.function.Function;

/** Values of a grid zone as they are read, all steps alike: a missing, double or local hour is a fault. */
final class RegularValues {

    private Instant start = Instant.EPOCH;
    private long[] timeNanos = new long[1024];
    private double[] values = new double[1024];
    private int size;

    void add(Instant time, double value, Function<String, TraceException> fault) {
        if (size == values.length) {
            timeNanos = Arrays.copyOf(timeNanos, 2 * size);
            values = Arrays.copyOf(values, 2 * size);
        }
        if (size == 0) {
            start = time;
        }
        timeNanos[size] = Duration.between(start, time).toNanos();
        long step = size == 0 ? 0 : timeNanos[size] - timeNanos[size - 1];
        if (size > 0 && (step <= 0 || step != timeNanos[1])) {
            throw fault.apply("the step to this row must be that of the first rows, "
                    + Quantity.formatDuration(timeNanos[1]) + ", and not " + Quantity.formatDuration(step)
                    + ". Maybe rows are missing, double or out of order, or the times are local and not UTC.");
        }
        values[size] = value;
        size++;
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

    /** The time and value of an item of a JSON answer. */
    void add(JsonDocument.Value time, JsonDocument.Value value, double factor) {
        add(instant(time), number(value) * factor, time::fault);
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

    private static double number(JsonDocument.Value value) {
        BigDecimal number = Decimals.parse(value.text());
        if (number == null) {
            throw value.fault("expected a number, is '" + ByteLines.printable(value.text())
                    + "'. Maybe the value is missing: ask for a span that has all.");
        }
        return number.doubleValue();
    }
}
