package dev.capstan.trace;

import java.math.BigDecimal;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;

/**
 * Puts samples of several meters together. A sample holds until the next one of its meter; where the next is late, for
 * the usual interval (the median) only, and then there is a gap. So it is at both ends of the recording.
 */
final class PowerAssembly {

    /** Loggers skip a beat now and then; answers on a grid do not. */
    static final double GAP_IN_LOGGED_INTERVALS = 3;

    static final double GAP_IN_GRID_STEPS = 1.5;

    private static final Pattern NO_VALUE =
            Pattern.compile("\\[[ -~]*]|n/?a|nan|[+-]?inf|null|-", Pattern.CASE_INSENSITIVE);

    private final Map<String, Meter> meters = new LinkedHashMap<>();

    /** The meter of a name, made with these labels when it is first met. */
    Meter meter(String name, Map<String, String> labels, Function<String, TraceException> fault) {
        if (!PowerSeries.isOneLine(name)) {
            throw fault.apply("a series must be named by one line of text, is '" + ByteLines.printable(name)
                    + "'. Maybe the column or label that names the meters is another one.");
        }
        return meters.computeIfAbsent(name, key -> new Meter(key, labels));
    }

    /**
     * The recording.
     *
     * @param zoned whether the times are known to count from 1970 in UTC if they are large enough
     */
    PowerRecording build(Path file, double longestHold, boolean zoned, TraceOrigin origin) {
        List<Meter> used =
                meters.values().stream().filter(meter -> meter.size > 0).toList();
        if (used.stream().noneMatch(Meter::hasValue)) {
            throw new TraceException(
                    file,
                    "has no sample of power that can be believed. Maybe it was cut short, or the meter was never read.");
        }
        long[] usual = used.stream()
                .filter(meter -> meter.size > 1)
                .mapToLong(Meter::usualNanos)
                .sorted()
                .toArray();
        if (usual.length == 0) {
            throw new TraceException(
                    file,
                    "has no meter with 2 samples, which are needed to tell how long one holds. Maybe it was cut short.");
        }
        long common = usual[usual.length / 2];
        long first = used.stream().mapToLong(meter -> meter.times[0]).min().orElseThrow();
        long end = used.stream()
                .mapToLong(meter -> meter.times[meter.size - 1] - first + meter.usualNanos(common))
                .max()
                .orElseThrow();
        if (end > CsvTable.LATEST_NANOS) {
            throw new TraceException(file, "spans more than 146 years. Maybe a time is wrong or in another unit.");
        }
        Optional<Instant> start = zoned && first >= PowerCsv.FIRST_EPOCH_NANOS
                ? Optional.of(Instant.ofEpochSecond(0, first))
                : Optional.empty();
        return new PowerRecording(
                used.stream()
                        .map(meter -> meter.series(first, end, meter.usualNanos(common), longestHold, start, origin))
                        .toList(),
                start,
                origin);
    }

    /** The samples of one meter as they are read. */
    static final class Meter {

        private final String name;
        private final Map<String, String> labels;
        private final Map<Integer, String> reasons = new HashMap<>();
        private long[] times = new long[64];
        private double[] watts = new double[64];
        private int size;

        Meter(String name, Map<String, String> labels) {
            this.name = name;
            this.labels = labels;
        }

        /** Adds a sample; marks for "no value" begin a gap. */
        void add(long timeNanos, String text, double wattsPerUnit, Function<String, TraceException> fault) {
            long earlier = size == 0 ? -1 : times[size - 1] - timeNanos;
            if (earlier >= 0) {
                // The next sample is measured against this one, so that one wrong row makes one fault.
                times[size - 1] = timeNanos;
                throw fault.apply("time must be later than in the sample ahead of '" + ByteLines.printable(name)
                        + "', is " + Quantity.formatDuration(earlier)
                        + " earlier. Maybe rows are double or out of order, or several meters have one name.");
            }
            Optional<String> blank = blankReason(text.strip());
            double value = blank.isPresent() ? Double.NaN : watts(text.strip(), wattsPerUnit, fault);
            if (size == times.length) {
                times = Arrays.copyOf(times, 2 * size);
                watts = Arrays.copyOf(watts, 2 * size);
            }
            times[size] = timeNanos;
            watts[size] = value;
            blank.ifPresent(reason -> reasons.put(size, reason));
            size++;
        }

        private static double watts(String text, double wattsPerUnit, Function<String, TraceException> fault) {
            BigDecimal value = Decimals.parse(text);
            double watts = value == null ? Double.NaN : value.doubleValue() * wattsPerUnit;
            if (!(watts >= 0 && watts <= PowerCsv.IMPLAUSIBLE_WATTS)) {
                throw fault.apply("power must be a number from 0 W to 10 GW, or empty, N/A, NaN or -1 for none, is '"
                        + ByteLines.printable(text) + "'. Maybe it has another unit, or the column is another one.");
            }
            return watts == 0 ? 0 : watts;
        }

        private boolean hasValue() {
            return reasons.size() < size;
        }

        private long usualNanos(long otherwise) {
            return size > 1 ? usualNanos() : otherwise;
        }

        private long usualNanos() {
            long[] intervals = new long[size - 1];
            for (int i = 0; i < intervals.length; i++) {
                intervals[i] = times[i + 1] - times[i];
            }
            Arrays.sort(intervals);
            return intervals[intervals.length / 2];
        }

        private PowerSeries series(
                long first, long end, long usual, double longestHold, Optional<Instant> start, TraceOrigin origin) {
            Spans gaps = new Spans();
            long[] keptTimes = new long[size + 1];
            double[] keptWatts = new double[size + 1];
            int kept = 0;
            if (times[0] - first > (longestHold - 1) * usual) {
                gaps.add(0, times[0] - first, "missing");
            }
            for (int i = 0; i < size; i++) {
                long time = times[i] - first;
                long next = i + 1 < size ? times[i + 1] - first : end;
                String reason = reasons.get(i);
                long heldUntil = next - time > longestHold * usual ? time + usual : next;
                if (reason != null) {
                    gaps.add(time, heldUntil, reason);
                } else {
                    if (kept == 0 && time > 0) {
                        keptWatts[kept++] = watts[i];
                    }
                    keptTimes[kept] = time;
                    keptWatts[kept++] = watts[i];
                }
                if (heldUntil < next) {
                    gaps.add(heldUntil, next, "missing");
                }
            }
            kept = Math.max(kept, 1);
            PowerTrace power =
                    new PowerTrace(Arrays.copyOf(keptTimes, kept), Arrays.copyOf(keptWatts, kept), end, start, origin);
            return new PowerSeries(name, labels, power, gaps.list);
        }
    }

    /** Why a text is no sample: nothing there, a word, or a number that stands for nothing. */
    static Optional<String> blankReason(String text) {
        if (text.isEmpty()) {
            return Optional.of("missing");
        }
        if (NO_VALUE.matcher(text).matches()) {
            return Optional.of("sentinel " + ByteLines.printable(text));
        }
        BigDecimal value = Decimals.parse(text);
        return value != null && isSentinel(value.doubleValue())
                ? Optional.of("sentinel " + ByteLines.printable(text))
                : Optional.empty();
    }

    /**
     * Meters write -1 for no value. DCGM has sixteen "blanks" from each of 2147483632 (int32), 140737488355328 (double)
     * and 9223372036854775792 (int64), see its {@code dcgm_structs.h}.
     */
    private static boolean isSentinel(double value) {
        return value == -1
                || (value >= 2147483632.0 && value <= 2147483647.0)
                || (value >= 140737488355328.0 && value <= 140737488355343.0)
                || value >= 9.2e18;
    }

    /** Gaps in order; neighbours of one reason become one. */
    private static final class Spans {

        private final List<PowerRecording.Gap> list = new ArrayList<>();

        void add(long from, long to, String reason) {
            int last = list.size() - 1;
            if (last >= 0
                    && list.get(last).toNanos() == from
                    && list.get(last).reason().equals(reason)) {
                list.set(last, new PowerRecording.Gap(list.get(last).fromNanos(), to, reason));
            } else {
                list.add(new PowerRecording.Gap(from, to, reason));
            }
        }
    }
}
