package dev.capstan.bridge.telemetry;

import java.time.Duration;

/**
 * How power is read, whatever the metrics.
 *
 * @param domain name of the power domain that the readings are of
 * @param maximumAge age from which a reading is stale, the interval of the exporter included
 * @param exporterInterval how old a value may be when it is scraped; added to each age, since Prometheus cannot know
 * @param overheadWatts draw of the domain that is not measured; with nodes it counts until it has been measured
 * @param highestBoardWatts above it, by a tenth, no board can draw
 */
public record TelemetrySettings(
        String domain, Duration maximumAge, Duration exporterInterval, double overheadWatts, double highestBoardWatts) {

    /** Above what any board sold to date may draw: 1,400 W for a B300 of NVIDIA, as its maker states. */
    public static final double HIGHEST_BOARD_WATTS = 2_000;

    /** @throws IllegalArgumentException if a reading could never be fresh, or a number is out of range */
    public TelemetrySettings {
        if (maximumAge.compareTo(exporterInterval) <= 0) {
            throw new IllegalArgumentException("maximum age must be above the exporter's interval of "
                    + exporterInterval.toSeconds() + "s, was " + maximumAge.toSeconds()
                    + "s. Maybe the sum of the scrape and the exporter interval, and some seconds.");
        }
        if (exporterInterval.isNegative() || !(overheadWatts >= 0) || !(highestBoardWatts > 0)) {
            throw new IllegalArgumentException(
                    "telemetry needs an exporter interval and an overhead of at least 0 and a"
                            + " highest power of a board above 0; was " + exporterInterval + ", " + overheadWatts
                            + " W and "
                            + highestBoardWatts + " W");
        }
    }
}
