package dev.capstan.sim.telemetry;

/**
 * Between which shares of a steady power {@code rate()} swings, because an exporter refreshes its energy counter less often
 * than Prometheus scrapes it. The samples of a window span s seconds; the counter has grown by a whole number of refreshes of e
 * seconds between the first and the last, so the reading is ⌊s/e⌋ or ⌈s/e⌉ times e/s, and true in the mean only.
 *
 * <p><b>Caveats.</b> For windows of whole scrapes, without jitter.
 *
 * @param lowest reading over power
 * @param highest reading over power
 */
public record CounterSwing(double lowest, double highest) {

    /** How far a quotient of two intervals may be from a whole number and still count as one. */
    private static final double WHOLE = 1e-9;

    /** With windows of two scrapes or more. */
    public static CounterSwing of(double exporterSeconds, double scrapeSeconds, double windowSeconds) {
        double span = windowSeconds - scrapeSeconds;
        if (!(exporterSeconds > 0 && scrapeSeconds > 0 && span >= scrapeSeconds)) {
            throw new IllegalArgumentException("a rate window must hold two scrapes, was " + windowSeconds
                    + " s with scrapes every " + scrapeSeconds + " s and refreshes every " + exporterSeconds + " s");
        }
        double refreshes = span / exporterSeconds;
        return new CounterSwing(Math.floor(refreshes + WHOLE) / refreshes, Math.ceil(refreshes - WHOLE) / refreshes);
    }
}
