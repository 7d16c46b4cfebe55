package dev.capstan.capping;

/**
 * A power measurement as telemetry delivered it: delayed, averaged over a window, perhaps missing. Never the truth.
 *
 * @param watts the value; {@link Double#NaN} exactly when the quality is {@link Quality#ABSENT}
 * @param ageNanos age of the newest sample behind the value at the instant of observation
 * @param quality how far it can be believed
 */
public record PowerReading(double watts, long ageNanos, Quality quality) {

    public PowerReading {
        if (Double.isNaN(watts) != (quality == Quality.ABSENT)) {
            throw new IllegalArgumentException(
                    "watts must be NaN exactly when the reading is ABSENT, was " + watts + " W with " + quality);
        }
        if (ageNanos < 0) {
            throw new IllegalArgumentException("age of a reading must not be negative, was " + ageNanos + " ns");
        }
    }

    /** A complete reading of the given age. */
    public static PowerReading fresh(double watts, long ageNanos) {
        return new PowerReading(watts, ageNanos, Quality.FRESH);
    }

    /** The query returned nothing. */
    public static PowerReading absent() {
        return new PowerReading(Double.NaN, 0, Quality.ABSENT);
    }

    /** True when the value is complete, in range and young. */
    public boolean isFresh() {
        return quality == Quality.FRESH;
    }
}
