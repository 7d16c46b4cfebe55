package dev.capstan.sim.autoscaling;

import java.math.BigDecimal;
import java.math.RoundingMode;

/**
 * What an autoscaler holds an external metric to. Metrics and targets are integers in thousandths, as
 * {@code resource.Quantity} carries them.
 *
 * @param type how the metric relates to the replicas
 * @param value the target in units of the metric, at least 0.001
 */
public record ExternalTarget(Type type, double value) {

    /** How the metric relates to the replicas. */
    public enum Type {
        /** KEDA's default: the metric is a total, the target what one replica should carry. */
        AVERAGE_VALUE,
        /** The metric is compared with the target, and the ready replicas are scaled by the ratio. */
        VALUE
    }

    public ExternalTarget {
        if (toMilli(value) <= 0) {
            throw new IllegalArgumentException("target of an external metric must be at least 0.001, was " + value);
        }
    }

    /** A target per replica, KEDA's default. */
    public static ExternalTarget averageValue(double value) {
        return new ExternalTarget(Type.AVERAGE_VALUE, value);
    }

    /** A target for the metric as a whole. */
    public static ExternalTarget value(double value) {
        return new ExternalTarget(Type.VALUE, value);
    }

    long valueMilli() {
        return toMilli(value);
    }

    /**
     * A metric as KEDA serves it: three decimals, half to even; nothing below zero, not finite or NaN
     * ({@code pkg/scalers/scaler.go}, quantityFromFloat64).
     */
    static long toMilli(double metric) {
        if (!Double.isFinite(metric) || metric < 0) {
            return 0;
        }
        if (metric >= Long.MAX_VALUE / 1000.0) {
            return Long.MAX_VALUE;
        }
        return new BigDecimal(metric)
                .movePointRight(3)
                .setScale(0, RoundingMode.HALF_EVEN)
                .longValueExact();
    }
}
