package dev.capstan.trace;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** The arrivals of one client, one after the other. */
final class ServeGenArrivals {

    static final Comparator<ServeGenArrivals> BY_TIME =
            Comparator.comparingLong(ServeGenArrivals::nanos).thenComparingInt(arrivals -> arrivals.client.number());

    private static final double NANOS_PER_SECOND = 1e9;

    private final ServeGenClient client;
    private final long fromNanos;
    private final long toNanos;
    private final long endNanos;
    private final RandomStream random;
    private final RandomStream tokens;
    private int window = -1;
    private long startNanos;
    private long stopNanos;
    private double offsetNanos;
    private double nanosPerRequest;
    private Optional<IntervalSampler> sampler = Optional.empty();
    private long nanos;

    ServeGenArrivals(ServeGenClient client, long fromNanos, long toNanos, long endNanos, long seed) {
        this.client = client;
        this.fromNanos = fromNanos;
        this.toNanos = toNanos;
        this.endNanos = endNanos;
        this.random = RandomStream.named(seed, "servegen.arrivals." + client.number());
        this.tokens = RandomStream.named(seed, "servegen.lengths." + client.number());
    }

    ServeGenClient client() {
        return client;
    }

    /** The present arrival, in the time of the set. */
    long nanos() {
        return nanos;
    }

    RandomStream tokens() {
        return tokens;
    }

    /** Goes to the next arrival; false after the last. */
    boolean advance() {
        if (sampler.isPresent()) {
            offsetNanos += sampler.get().next(random) * nanosPerRequest;
        }
        while (sampler.isEmpty() || offsetNanos >= stopNanos - startNanos) {
            if (!enterNextWindow()) {
                return false;
            }
        }
        nanos = Math.min(startNanos + (long) offsetNanos, stopNanos - 1);
        return true;
    }

    private boolean enterNextWindow() {
        List<ServeGenClient.Window> windows = client.windows();
        window++;
        if (window == windows.size() || windows.get(window).startNanos() >= toNanos) {
            return false;
        }
        ServeGenClient.Window entered = windows.get(window);
        long end = window + 1 < windows.size() ? windows.get(window + 1).startNanos() : endNanos;
        startNanos = Math.max(entered.startNanos(), fromNanos);
        stopNanos = Math.min(end, toNanos);
        sampler = stopNanos <= startNanos ? Optional.empty() : entered.law().map(ArrivalLaw::sampler);
        if (sampler.isPresent()) {
            nanosPerRequest = NANOS_PER_SECOND / entered.requestsPerSecond();
            offsetNanos = sampler.get().first(random) * nanosPerRequest;
        }
        return true;
    }
}
