package dev.capstan.trace;

import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/** The rows of a recording in one of Capstan's own forms as they are read, under the series that the file states. */
final class PowerRows {

    private final Path file;
    private final long factsLine;
    private final Map<String, Series> series = new LinkedHashMap<>();

    /**
     * @param factsLine where to look for these facts, for messages
     * @param facts what the file states of its first, second, ... series, as JSON; null after the last
     */
    PowerRows(Path file, long factsLine, IntFunction<@Nullable String> facts) {
        this.file = file;
        this.factsLine = factsLine;
        int number = 1;
        for (String text = facts.apply(number); text != null; text = facts.apply(++number)) {
            Series one = stated(text);
            if (series.put(one.name, one) != null) {
                throw new TraceException(
                        file,
                        factsLine,
                        "series '" + ByteLines.printable(one.name) + "' is stated twice. Maybe remove one.");
            }
        }
        if (series.isEmpty()) {
            throw new TraceException(
                    file,
                    factsLine,
                    "the file must state its series above the header. Maybe add a line"
                            + " '# series 1: {\"name\":\"gpu0\",\"end_seconds\":\"60\",\"labels\":{}}'.");
        }
    }

    private Series stated(String facts) {
        JsonDocument.Value value = JsonDocument.parse(file, factsLine, facts).root();
        String end = value.get("end_seconds").text();
        long endNanos = Decimals.nanos(end, 9);
        Map<String, String> labels = new TreeMap<>();
        value.get("labels").fields().forEach((key, label) -> labels.put(key, label.text()));
        if (endNanos < 1) {
            throw new TraceException(
                    file,
                    factsLine,
                    "end_seconds must be above 0, is '" + ByteLines.printable(end) + "'. Maybe the line was edited.");
        }
        return new Series(value.get("name").text(), labels, endNanos);
    }

    /** The series of a name. */
    Series series(String name, Function<String, TraceException> fault) {
        Series one = series.get(name);
        if (one == null) {
            throw fault.apply("series '" + ByteLines.printable(name)
                    + "' is not stated above the header. Maybe the file was put together from two.");
        }
        return one;
    }

    /** The recording, once all rows are read. */
    PowerRecording recording(Optional<Instant> start, TraceOrigin origin) {
        List<PowerSeries> whole = new ArrayList<>();
        for (Series one : series.values()) {
            try {
                whole.add(one.series(start, origin));
            } catch (IllegalArgumentException e) {
                throw new TraceException(
                        file,
                        "series '" + ByteLines.printable(one.name) + "': " + e.getMessage()
                                + ". Maybe rows were lost or edited.",
                        e);
            }
        }
        return new PowerRecording(whole, start, origin);
    }

    /** The rows of one series. */
    static final class Series {

        private final String name;
        private final Map<String, String> labels;
        private final long endNanos;
        private final List<PowerRecording.Gap> gaps = new ArrayList<>();
        private long[] times = new long[64];
        private double[] watts = new double[64];
        private int size;

        Series(String name, Map<String, String> labels, long endNanos) {
            this.name = name;
            this.labels = labels;
            this.endNanos = endNanos;
        }

        void addGap(long fromNanos, long toNanos, String reason, Function<String, TraceException> fault) {
            try {
                gaps.add(new PowerRecording.Gap(fromNanos, toNanos, reason));
            } catch (IllegalArgumentException e) {
                throw fault.apply(e.getMessage() + ". Maybe the row was edited.");
            }
        }

        void addSample(long timeNanos, double value, Function<String, TraceException> fault) {
            if (size == times.length) {
                times = Arrays.copyOf(times, 2 * size);
                watts = Arrays.copyOf(watts, 2 * size);
            }
            times[size] = timeNanos;
            watts[size] = value;
            if (!(value >= 0)) {
                throw fault.apply(
                        "power_watts must be at least 0, is " + value + ". Maybe a mark for no value: state a gap.");
            }
            if (size > 0 && timeNanos <= times[size - 1]) {
                // The next sample is measured against this one, so that one wrong row makes one fault.
                times[size - 1] = timeNanos;
                throw fault.apply("time must be later than in the sample ahead of '" + ByteLines.printable(name)
                        + "'. Maybe rows are double or out of order.");
            }
            size++;
        }

        private PowerSeries series(Optional<Instant> start, TraceOrigin origin) {
            PowerTrace power =
                    new PowerTrace(Arrays.copyOf(times, size), Arrays.copyOf(watts, size), endNanos, start, origin);
            return new PowerSeries(name, labels, power, gaps);
        }
    }
}
