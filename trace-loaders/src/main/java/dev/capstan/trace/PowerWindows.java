package dev.capstan.trace;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Mean power of several meters over the same windows, of the span that all of them have.
 *
 * @param windowNanos length of a window
 * @param watts the means of each meter
 */
public record PowerWindows(long windowNanos, List<double[]> watts) {

    /**
     * Cuts the span that all traces have into windows; what is left of it at the end is left out. Traces that all have a start
     * are laid over each other by the clock, others by their beginnings.
     *
     * @param traces at least one
     * @throws IllegalArgumentException where the common span has no whole window
     */
    public static PowerWindows of(List<PowerTrace> traces, long windowNanos) {
        if (windowNanos <= 0) {
            throw new IllegalArgumentException("a window must last longer than 0, was " + windowNanos + " ns");
        }
        Optional<Instant> first = traces.stream()
                        .allMatch(trace -> trace.start().isPresent())
                ? traces.stream().map(trace -> trace.start().orElseThrow()).min(Instant::compareTo)
                : Optional.empty();
        long from = 0;
        long to = Long.MAX_VALUE;
        for (PowerTrace trace : traces) {
            long offset = offsetNanos(trace, first);
            from = Math.max(from, offset);
            to = Math.min(to, offset + trace.endNanos());
        }
        int windows = (int) Math.min(Integer.MAX_VALUE, Math.max(0, to - from) / windowNanos);
        if (windows == 0) {
            throw new IllegalArgumentException("the meters have "
                    + Quantity.formatDuration(Math.max(0, to - from)) + " in common, less than a window of "
                    + Quantity.formatDuration(windowNanos));
        }
        List<double[]> watts = new ArrayList<>();
        for (PowerTrace trace : traces) {
            watts.add(means(trace, from - offsetNanos(trace, first), windows, windowNanos));
        }
        return new PowerWindows(windowNanos, watts);
    }

    private static long offsetNanos(PowerTrace trace, Optional<Instant> first) {
        return first.map(instant ->
                        Duration.between(instant, trace.start().orElseThrow()).toNanos())
                .orElse(0L);
    }

    private static double[] means(PowerTrace trace, long fromNanos, int windows, long windowNanos) {
        double[] means = new double[windows];
        long[] times = trace.timeNanos();
        long end = fromNanos + windows * windowNanos;
        for (int i = 0; i < times.length && times[i] < end; i++) {
            long begin = Math.max(times[i], fromNanos);
            long until = Math.min(end, i + 1 < times.length ? times[i + 1] : trace.endNanos());
            while (begin < until) {
                int window = (int) ((begin - fromNanos) / windowNanos);
                long part = Math.min(until, fromNanos + (window + 1) * windowNanos);
                means[window] += trace.watts()[i] * (part - begin) / windowNanos;
                begin = part;
            }
        }
        return means;
    }
}
