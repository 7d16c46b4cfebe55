package dev.capstan.bridge.telemetry;

import java.time.Duration;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.jspecify.annotations.Nullable;

/** Which metrics tell the power. */
public sealed interface PowerMetrics {

    /**
     * GPUs as dcgm-exporter sees them: the whole draw of each board that is allotted to a pod.
     *
     * @param energyWindow of the rate of energy counters; null for the power gauge
     * @param nodes regular expression of the nodes whose boards are the power domain, allotted or not; null where the
     *     domain is the sum of the services
     */
    record Dcgm(@Nullable Duration energyWindow, @Nullable String nodes) implements PowerMetrics {
        /** @throws IllegalArgumentException if the window is shorter than a second or the nodes are no expression */
        public Dcgm {
            requireWindow(energyWindow);
            requireNodes(nodes);
        }
    }

    /**
     * Pods as Kepler sees them: active power only, since it books idle watts on no pod. From 0.10 on its gauges of watts
     * are taken, of older ones the rate of joules.
     *
     * @param energy takes the rate of joules of the newer Kepler too
     * @param window of those rates
     * @param cpu adds the power of processors (zone package) to that of GPUs; it must then be there
     * @param nodes regular expression of the nodes whose whole power, idle included, is the power domain; null where the
     *     domain is the sum of the services
     */
    record Kepler(
            boolean energy,
            Duration window,
            boolean cpu,
            @Nullable String nodes) implements PowerMetrics {
        /** @throws IllegalArgumentException if the window is shorter than a second or the nodes are no expression */
        public Kepler {
            requireWindow(window);
            requireNodes(nodes);
        }
    }

    /**
     * PromQL of the site's own.
     *
     * @param query watts; one series, or one for each service where there is a label for them
     * @param serviceLabel label that names the service; null where the query is of the whole domain
     * @param countQuery number of series behind it; null where only the series of the answer are counted
     * @param ageQuery seconds since the oldest of them was scraped; null where that is not known, and old values cannot
     *     be told from new ones
     * @param expectedSeries how many there must be; null for as many as there ever were
     */
    record Custom(
            String query,
            @Nullable String serviceLabel,
            @Nullable String countQuery,
            @Nullable String ageQuery,
            @Nullable Integer expectedSeries)
            implements PowerMetrics {

        private static final Pattern OR_VECTOR = Pattern.compile("\\bor\\s+(on\\s*\\([^)]*\\)\\s*)?vector\\s*\\(");

        /** @throws IllegalArgumentException if a query is blank, or would answer a number where there is nothing */
        public Custom {
            requireQuery("the query", query);
            requireQuery("the query of the count", countQuery);
            requireQuery("the query of the age", ageQuery);
            if (expectedSeries != null && expectedSeries < 1) {
                throw new IllegalArgumentException("expected series must be at least 1, was " + expectedSeries);
            }
        }

        private static void requireQuery(String what, @Nullable String query) {
            if (query == null) {
                return;
            }
            if (query.isBlank()) {
                throw new IllegalArgumentException(what + " must not be blank");
            }
            if (OR_VECTOR.matcher(query.toLowerCase(Locale.ROOT)).find()) {
                throw new IllegalArgumentException(what + " must not hold 'or vector(': where nothing is measured it"
                        + " would answer a number, and ceilings would rise. Maybe leave that part out.");
            }
        }
    }

    private static void requireWindow(@Nullable Duration window) {
        if (window != null && window.toSeconds() < 1) {
            throw new IllegalArgumentException("the window of a rate must be at least 1s, was " + window.toMillis()
                    + " ms. Maybe four scrape intervals.");
        }
    }

    private static void requireNodes(@Nullable String nodes) {
        if (nodes == null) {
            return;
        }
        try {
            Pattern.compile(nodes);
        } catch (PatternSyntaxException e) {
            throw new IllegalArgumentException(
                    "nodes must be a regular expression, was '" + nodes + "': " + e.getDescription(), e);
        }
    }
}
