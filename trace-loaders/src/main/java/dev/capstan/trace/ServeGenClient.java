package dev.capstan.trace;

import java.util.List;
import java.util.Map.Entry;
import java.util.NavigableMap;
import java.util.Optional;

/**
 * One client of a ServeGen set: how often it asks, window by window, and how long its requests are.
 *
 * @param number as in the names of its files
 * @param windows in order of time, without gaps
 */
record ServeGenClient(int number, List<Window> windows, NavigableMap<Long, Lengths> lengths) {

    /**
     * A window of one rate and law.
     *
     * @param law empty where the client is idle
     */
    record Window(long startNanos, double requestsPerSecond, Optional<ArrivalLaw> law) {

        double rate() {
            return law.isPresent() ? requestsPerSecond : 0;
        }
    }

    /** Distributions of the tokens of requests, independent of each other. */
    record Lengths(TokenHistogram input, TokenHistogram output) {

        boolean isEmpty() {
            return input.isEmpty() || output.isEmpty();
        }
    }

    boolean hasLengths() {
        return lengths.values().stream().anyMatch(one -> !one.isEmpty());
    }

    /** The lengths measured in the period that a time falls into; empty where the client was idle or not measured. */
    Optional<Lengths> lengthsAt(long nanos) {
        Entry<Long, Lengths> period = lengths.floorEntry(nanos);
        return period == null || period.getValue().isEmpty() ? Optional.empty() : Optional.of(period.getValue());
    }
}
