package dev.capstan.trace;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
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
     * @param fromNanos from the start of the recording, at least 0
     * @param toNanos when the next sample stands, later than {@code fromNanos}
     * @param reason such as {@code missing} or {@code sentinel -1}: one line, not empty
     */
    public record Gap(long fromNanos, long toNanos, String reason) {

        public Gap {
            if (fromNanos < 0 || toNanos <= fromNanos || !PowerSeries.isOneLine(reason)) {
                throw new IllegalArgumentException("a gap needs a beginning from 0, a later end and a reason, has "
                        + fromNanos + " ns, " + toNanos + " ns and '" + ByteLines.printable(reason) + "'");
            }
        }
    }

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

    /** When the last of the series ends. */
    public long endNanos() {
        return series.stream().mapToLong(one -> one.power().endNanos()).max().orElseThrow();
    }

    /**
     * One of the series.
     *
     * @throws IllegalArgumentException if there is none of that name
     */
    public PowerSeries series(String name) {
        return series.stream()
                .filter(one -> one.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(origin.path() + " has no series '" + name + "'. Maybe "
                        + String.join(
                                ", ", series.stream().map(PowerSeries::name).toList()) + "."));
    }

    /**
     * Sum of all series at each of their times.
     *
     * @throws IllegalStateException if a series has a gap or ends early: the sum of the others is not the whole
     */
    public PowerTrace total() {
        return totalWithGaps().whole();
    }

    /**
     * Sum of all series at each of their times, added in their order; a gap of any of them, or its early end, is a gap of
     * the sum, which there adds held values.
     */
    public PowerSeries totalWithGaps() {
        long end = endNanos();
        long[] times = series.stream()
                .flatMapToLong(one -> Arrays.stream(one.power().timeNanos()))
                .sorted()
                .distinct()
                .toArray();
        double[] sums = new double[times.length];
        List<Gap> gaps = new ArrayList<>();
        for (PowerSeries one : series) {
            long[] own = one.power().timeNanos();
            int at = 0;
            for (int i = 0; i < times.length; i++) {
                while (at + 1 < own.length && own[at + 1] <= times[i]) {
                    at++;
                }
                sums[i] += one.power().watts()[at];
            }
            one.gaps().forEach(gap -> gaps.add(named(one, gap)));
            if (one.power().endNanos() < end) {
                gaps.add(named(one, new Gap(one.power().endNanos(), end, "missing")));
            }
        }
        PowerTrace sum = new PowerTrace(times, sums, end, start, origin);
        return new PowerSeries("total", Map.of(), sum, union(gaps));
    }

    private static Gap named(PowerSeries series, Gap gap) {
        return new Gap(gap.fromNanos(), gap.toNanos(), series.name() + ": " + gap.reason());
    }

    private static List<Gap> union(List<Gap> gaps) {
        gaps.sort(Comparator.comparingLong(Gap::fromNanos));
        List<Gap> union = new ArrayList<>();
        for (Gap gap : gaps) {
            Gap last = union.isEmpty() ? gap : union.get(union.size() - 1);
            if (union.isEmpty() || gap.fromNanos() > last.toNanos()) {
                union.add(gap);
            } else {
                String reason =
                        last.reason().equals(gap.reason()) || last.reason().endsWith(" and others")
                                ? last.reason()
                                : last.reason() + " and others";
                union.set(union.size() - 1, new Gap(last.fromNanos(), Math.max(last.toNanos(), gap.toNanos()), reason));
            }
        }
        return union;
    }
}
