package dev.capstan.trace;

/**
 * Load bursts on top of a rate profile, the disturbances that a cap must survive: after a quiet time of exponential
 * length the rate is multiplied by {@code factor} for {@code lengthNanos}, again and again. They raise the mean rate.
 *
 * @param meanGapNanos mean quiet time between the end of a burst and the next, above 0
 * @param lengthNanos length of each burst, above 0
 * @param factor what the rate is multiplied by, at least 0; below 1 a burst is a lull
 */
public record Bursts(long meanGapNanos, long lengthNanos, double factor) {

    /** @throws IllegalArgumentException for a value out of range */
    public Bursts {
        if (meanGapNanos <= 0 || lengthNanos <= 0) {
            throw new IllegalArgumentException("bursts need a mean gap and a length above 0, had "
                    + Quantity.formatDuration(meanGapNanos) + " and " + Quantity.formatDuration(lengthNanos));
        }
        if (!(factor >= 0) || Double.isInfinite(factor)) {
            throw new IllegalArgumentException("factor of bursts must be a number of at least 0, was " + factor);
        }
    }

    @Override
    public String toString() {
        return "bursts(mean gap=" + Quantity.formatDuration(meanGapNanos) + ", length="
                + Quantity.formatDuration(lengthNanos) + ", factor=" + factor + ")";
    }
}
