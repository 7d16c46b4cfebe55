package dev.capstan.trace;

import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Makes request traces: arrivals of a renewal process whose clock runs at the rate of a profile (time rescaling: exact
 * for Poisson, the usual modulated renewal process otherwise), bursts on top, token lengths by inverse distribution.
 *
 * <p>Arrivals, bursts and lengths draw from streams of their own: other lengths leave the arrivals as they are, and a run
 * with bursts shares its quiet beginning with one without. The first interval begins at nanosecond 0.
 *
 * @param profile mean rate over time
 * @param fromNanos time in the profile that becomes nanosecond 0, at least 0
 * @param durationNanos how much of the profile is used, above 0; the profile must cover it
 * @param rateScale what every rate is multiplied by, above 0
 * @param lengths prompt and output tokens
 * @param law how arrivals scatter around the rate
 * @param bursts load bursts, or none
 */
public record RequestGenerator(
        RateProfile profile,
        long fromNanos,
        long durationNanos,
        double rateScale,
        TokenLengths lengths,
        ArrivalLaw law,
        Optional<Bursts> bursts) {

    private static final double MOST_REQUESTS = 5e8;
    private static final double NANOS_PER_SECOND = 1e9;

    /** @throws IllegalArgumentException for a value out of range, or more than 500 million requests expected */
    public RequestGenerator {
        if (fromNanos < 0 || durationNanos <= 0 || fromNanos > profile.endNanos() - durationNanos) {
            throw new IllegalArgumentException("the rate profile covers 0s to "
                    + Quantity.formatDuration(profile.endNanos()) + ", asked for "
                    + Quantity.formatDuration(durationNanos) + " from " + Quantity.formatDuration(fromNanos)
                    + ". Maybe shorten the duration.");
        }
        if (!(rateScale > 0) || Double.isInfinite(rateScale)) {
            throw new IllegalArgumentException("rateScale must be a number above 0, was " + rateScale);
        }
        double expected = rateScale * requests(profile, fromNanos, fromNanos + durationNanos);
        if (expected > MOST_REQUESTS) {
            throw new IllegalArgumentException("about " + Math.round(expected) + " requests would be made, at most "
                    + (long) MOST_REQUESTS + " are allowed. Maybe shorten the duration or lower the rate.");
        }
    }

    /** Makes the trace of this seed: the same bytes on every machine. */
    public RequestTrace generate(long seed) {
        RandomStream arrivals = RandomStream.named(seed, "requests.arrivals");
        RandomStream burstTimes = RandomStream.named(seed, "requests.bursts");
        RandomStream tokens = RandomStream.named(seed, "requests.lengths");
        IntervalSampler intervals = law.sampler();
        RequestColumns columns = new RequestColumns();

        long end = fromNanos + durationNanos;
        boolean burst = false;
        long toggle = bursts.isEmpty() ? end : fromNanos + quiet(burstTimes);
        int window = profile.windowAt(fromNanos);
        // Mean intervals until the next arrival; carried over from segment to segment of constant rate.
        double ahead = intervals.next(arrivals);
        long start = fromNanos;
        while (start < end) {
            long stop = Math.min(end, Math.min(toggle, profile.windowEndNanos(window)));
            double perNano = profile.requestsPerSecond(window) * rateScale / NANOS_PER_SECOND;
            if (burst) {
                perNano *= bursts.orElseThrow().factor();
            }
            double length = (double) (stop - start);
            double at = 0;
            double left = length * perNano;
            while (ahead < left) {
                at += ahead / perNano;
                columns.add(
                        law.noted(start - fromNanos + Math.min((long) at, stop - start - 1)),
                        lengths.inputTokens(tokens.nextDouble()),
                        lengths.outputTokens(tokens.nextDouble()));
                ahead = intervals.next(arrivals);
                left = (length - at) * perNano;
            }
            ahead -= Math.max(0, left);
            start = stop;
            if (stop == toggle && stop < end) {
                burst = !burst;
                toggle = stop + (burst ? bursts.orElseThrow().lengthNanos() : quiet(burstTimes));
            }
            if (stop == profile.windowEndNanos(window)) {
                window++;
            }
        }
        return columns.trace(Optional.empty(), origin(seed));
    }

    /** Length of the next quiet time; bounded, so that times stay far from overflow. */
    private long quiet(RandomStream burstTimes) {
        double gap = bursts.orElseThrow().meanGapNanos() * burstTimes.nextExponential();
        return (long) Math.min(gap, (double) durationNanos) + 1;
    }

    private TraceOrigin origin(long seed) {
        String recipe = "generated requests: rates=" + profile.origin().named() + ", from="
                + Quantity.formatDuration(fromNanos) + ", duration=" + Quantity.formatDuration(durationNanos)
                + ", rate scale=" + rateScale + ", lengths=" + lengths.origin().named() + ", arrivals=" + law + ", "
                + bursts.map(Objects::toString).orElse("no bursts") + ", seed=" + seed;
        String licence = Stream.of(profile.origin().licence(), lengths.origin().licence())
                .filter(text -> !text.isBlank())
                .distinct()
                .collect(Collectors.joining("; "));
        return TraceOrigin.ofRecipe(recipe, Sha256.of(recipe), licence);
    }

    private static double requests(RateProfile profile, long fromNanos, long toNanos) {
        double requests = 0;
        for (int i = profile.windowAt(fromNanos); i < profile.size() && profile.windowStartNanos(i) < toNanos; i++) {
            long overlap =
                    Math.min(toNanos, profile.windowEndNanos(i)) - Math.max(fromNanos, profile.windowStartNanos(i));
            requests += profile.requestsPerSecond(i) * overlap / NANOS_PER_SECOND;
        }
        return requests;
    }
}
