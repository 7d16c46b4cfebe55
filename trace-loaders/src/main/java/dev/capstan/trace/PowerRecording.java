package dev.capstan.trace;

import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Power of several meters over one span: GPUs, nodes, racks.
 *
 * @param series at least one, names unique
 * @param start wall-clock time of nanosecond 0 of all series, where the source has one
 * @param origin where it comes from
 */
public record PowerRecording(List<PowerSeries> series, Optional<Instant> start, TraceOrigin origin) {

    /**
     * A span without a sample that can be believed.
     *
     * @param fromNanos from the start of the recording
     * @param toNanos when the next sample stands
     * @param reason such as {@code missing} or {@code sentinel -1}
     */
    public record Gap(long fromNanos, long toNanos, String reason) {}

    public PowerRecording {
        series = List.copyOf(series);
        if (series.isEmpty()) {
            throw new IllegalArgumentException("a power recording needs at least one series");
        }
        Set<String> names = new HashSet<>();
        for (PowerSeries one : series) {
            if (!names.add(one.name())) {
                throw new IllegalArgumentException("series " + one.name() + " is there twice");
            }
        }
    }
}
