package dev.capstan.trace;

import java.time.Instant;

/**
 * Carbon intensity of one grid zone: each value holds from its time until the next one.
 *
 * <p><b>Caveats.</b> The arrays are shared, not copied: nobody may write to them.
 */
public final class CarbonTrace {

    /** Average of the whole mix, or of the plants that answer one more kilowatt-hour. Never to be mixed. */
    public enum Signal {
        AVERAGE,
        MARGINAL
    }

    /** Emissions at the stack, or over the life cycle. Never to be mixed. */
    public enum Scope {
        DIRECT,
        LIFE_CYCLE
    }

    private final String zone;
    private final Signal signal;
    private final Scope scope;
    private final Instant start;
    private final long[] timeNanos;
    private final double[] gramsPerKilowattHour;
    private final TraceOrigin origin;

    /**
     * @param zone such as {@code GB}: one line, not empty
     * @param start wall-clock time of nanosecond 0
     * @param timeNanos strictly increasing, the first 0
     * @param gramsPerKilowattHour finite, at least 0
     */
    public CarbonTrace(
            String zone,
            Signal signal,
            Scope scope,
            Instant start,
            long[] timeNanos,
            double[] gramsPerKilowattHour,
            TraceOrigin origin) {
        RegularValues.requireZone(zone);
        if (timeNanos.length != gramsPerKilowattHour.length || timeNanos.length == 0 || timeNanos[0] != 0) {
            throw new IllegalArgumentException(
                    "a carbon trace needs as many values as times, at least one, the first at 0");
        }
        for (int i = 0; i < timeNanos.length; i++) {
            if (!(gramsPerKilowattHour[i] >= 0) || Double.isInfinite(gramsPerKilowattHour[i])) {
                throw new IllegalArgumentException(
                        "value " + i + " must be at least 0 g/kWh, is " + gramsPerKilowattHour[i]);
            }
            if (i > 0 && timeNanos[i] <= timeNanos[i - 1]) {
                throw new IllegalArgumentException("value " + i + " must come after the one ahead of it");
            }
        }
        this.zone = zone;
        this.signal = signal;
        this.scope = scope;
        this.start = start;
        this.timeNanos = timeNanos;
        this.gramsPerKilowattHour = gramsPerKilowattHour;
        this.origin = origin;
    }

    /** The grid zone. */
    public String zone() {
        return zone;
    }

    /** Average or marginal. */
    public Signal signal() {
        return signal;
    }

    /** Direct or life-cycle. */
    public Scope scope() {
        return scope;
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

    /** Intensity; not to be written to. */
    public double[] gramsPerKilowattHour() {
        return gramsPerKilowattHour;
    }

    /** Where the trace comes from. */
    public TraceOrigin origin() {
        return origin;
    }
}
