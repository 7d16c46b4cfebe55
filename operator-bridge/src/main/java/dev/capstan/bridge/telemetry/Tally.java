package dev.capstan.bridge.telemetry;

import dev.capstan.capping.PowerReading;
import dev.capstan.capping.Quality;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The draws of one service or domain, added up: each unit once, at the highest of its rows, and how far the sum can be
 * believed.
 */
final class Tally {

    /** What a board may be above its limit for a moment, or misread by: integration guide, 10 %. */
    private static final double RANGE_SLACK = 1.1;

    private final double watts;
    private final double oldestSeconds;
    private final int blanks;
    private final List<String> outOfRange = new ArrayList<>();

    /** @param highestUnitWatts above it, by a tenth, no unit can draw */
    Tally(List<Draw> draws, double highestUnitWatts) {
        Map<String, Double> units = new HashMap<>();
        double sum = 0;
        double oldest = 0;
        int blank = 0;
        for (Draw draw : draws) {
            oldest = Double.isNaN(draw.ageSeconds()) ? oldest : Math.max(oldest, draw.ageSeconds());
            if (draw.isBlank()) {
                blank++;
                continue;
            }
            if (!(draw.watts() >= 0 && draw.watts() <= highestUnitWatts * RANGE_SLACK)) {
                outOfRange.add((draw.unit() == null ? "a part" : draw.unit()) + " says "
                        + String.format(Locale.ROOT, "%.4g", draw.watts()) + " W");
            }
            // Rows are sorted by their labels, so that the sum runs in the same order each time.
            double before = draw.unit() == null ? 0 : units.getOrDefault(draw.unit(), 0.0);
            double after = draw.unit() == null ? draw.watts() : Math.max(before, draw.watts());
            sum += after - before;
            if (draw.unit() != null) {
                units.put(draw.unit(), after);
            }
        }
        watts = sum;
        oldestSeconds = oldest;
        blanks = blank;
    }

    /** Distinct units that have a value. */
    static int units(List<Draw> draws) {
        return (int) draws.stream()
                .filter(draw -> draw.unit() != null && !draw.isBlank())
                .map(Draw::unit)
                .distinct()
                .count();
    }

    double watts() {
        return watts;
    }

    /**
     * The reading.
     *
     * @param mayLack whether the server said that its answer may lack series
     * @param remarks what is wrong is added to them
     */
    PowerReading reading(
            String name,
            int counted,
            int expected,
            String unit,
            boolean mayLack,
            TelemetrySettings settings,
            double unmeasuredWatts,
            List<String> remarks) {
        Quality quality = mayLack ? Quality.PARTIAL : Quality.FRESH;
        if (counted < expected || blanks > 0) {
            quality = Quality.PARTIAL;
            remarks.add(name + ": " + counted + " of " + Math.max(expected, counted + blanks) + " " + unit + " answer"
                    + (blanks > 0 ? ", " + blanks + " without a value" : "") + ", so that the sum is too low");
        }
        double ageSeconds =
                Math.max(0, oldestSeconds) + settings.exporterInterval().toNanos() / 1e9;
        if (ageSeconds > settings.maximumAge().toNanos() / 1e9) {
            quality = Quality.STALE;
            remarks.add(String.format(
                    Locale.ROOT,
                    "%s: the oldest sample was scraped %.0f s ago and may be %.0f s older; %d s are allowed together",
                    name,
                    oldestSeconds,
                    settings.exporterInterval().toNanos() / 1e9,
                    settings.maximumAge().toSeconds()));
        }
        double total = watts + unmeasuredWatts;
        if (!outOfRange.isEmpty() || Double.isInfinite(total)) {
            quality = Quality.IMPLAUSIBLE;
            remarks.add(name + ": " + String.join(", ", outOfRange.subList(0, Math.min(3, outOfRange.size())))
                    + ", which no " + (unit.equals("GPUs") ? "board" : "such part") + " can draw");
        }
        return new PowerReading(total, ageNanos(ageSeconds), quality);
    }

    private static long ageNanos(double seconds) {
        return seconds * 1e9 >= Long.MAX_VALUE ? Long.MAX_VALUE : Math.round(seconds * 1e9);
    }
}
