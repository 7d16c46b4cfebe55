package dev.capstan.capping;

/**
 * The next change of the cap that its owner has announced, such as the start or the end of a demand-response event.
 *
 * @param atNanos when it comes into force, on the clock of {@link Observation#nowNanos()}
 * @param capWatts the cap from then on; above 0
 */
public record AnnouncedCap(long atNanos, double capWatts) {

    public AnnouncedCap {
        if (!(capWatts > 0)) {
            throw new IllegalArgumentException("an announced cap must be above 0 W, was " + capWatts);
        }
    }
}
