package dev.capstan.report;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * The course of one run, thinned to a bounded number of buckets that keep the extremes: means are averaged, the band of
 * power keeps the lowest and the highest value of the bucket, the cap its lowest, and states their last.
 */
final class Timeline {

    static final int MAX_BUCKETS = 1600;
    private static final int MAX_MARKS = 300;
    private static final int MAX_REASON_CHARACTERS = 160;

    private enum Keep {
        FIRST,
        LAST,
        MEAN,
        LOWEST,
        HIGHEST
    }

    /** What is kept of {@code timeline.csv}, and under which key it goes into the report. */
    enum Series {
        TIME("time", "time_seconds", Keep.FIRST),
        POWER_MEAN("mean", "power_mean_watts", Keep.MEAN),
        POWER_MIN("min", "power_mean_watts", Keep.LOWEST),
        POWER_MAX("max", "power_max_watts", Keep.HIGHEST),
        REFERENCE("reference", "reference_power_watts", Keep.MEAN),
        CAP("cap", "cap_watts", Keep.LOWEST),
        SENSED("sensed", "sensed_power_watts", Keep.LAST),
        READY("ready", "ready_replicas", Keep.LAST),
        STARTING("starting", "starting_replicas", Keep.LAST),
        WAITING("waiting", "waiting_requests", Keep.HIGHEST);

        final String key;
        private final String column;
        private final Keep keep;

        Series(String key, String column, Keep keep) {
            this.key = key;
            this.column = column;
            this.keep = keep;
        }
    }

    /** Something that happened at an instant. */
    record Mark(double time, String what, String why) {}

    /** The first of the marks, and how many more there were. */
    record Marks(List<Mark> shown, int leftOut) {}

    private final Map<Series, double[]> series = new EnumMap<>(Series.class);
    private final int rowsPerBucket;
    private final double bucketSeconds;
    private final Marks decisions;
    private final Marks events;

    private Timeline(ResultTable rows, Marks decisions, Marks events) {
        this.decisions = decisions;
        this.events = events;
        rowsPerBucket = Math.max(1, (rows.rows() + MAX_BUCKETS - 1) / MAX_BUCKETS);
        for (Series kept : Series.values()) {
            series.put(kept, thinned(rows.numbers(kept.column), rowsPerBucket, kept.keep));
        }
        double[] time = rows.numbers(Series.TIME.column);
        bucketSeconds = rowsPerBucket * (time.length > 1 ? time[1] - time[0] : 1);
    }

    static Timeline read(Path runFolder) {
        return new Timeline(
                ResultTable.read(
                        runFolder.resolve("timeline.csv"),
                        Set.of(),
                        List.of("time_seconds", "power_mean_watts", "power_max_watts", "cap_watts")),
                decisions(runFolder.resolve("decisions.csv")),
                events(runFolder.resolve("events.csv")));
    }

    /** One value for each bucket; NaN where there is none. */
    double[] get(Series which) {
        return series.getOrDefault(which, new double[0]).clone();
    }

    int rowsPerBucket() {
        return rowsPerBucket;
    }

    double bucketSeconds() {
        return bucketSeconds;
    }

    Marks decisions() {
        return decisions;
    }

    Marks events() {
        return events;
    }

    private static double[] thinned(double[] values, int per, Keep keep) {
        double[] out = new double[(values.length + per - 1) / per];
        for (int bucket = 0; bucket < out.length; bucket++) {
            double[] part = Arrays.copyOfRange(values, bucket * per, Math.min(values.length, (bucket + 1) * per));
            out[bucket] = switch (keep) {
                case FIRST -> part[0];
                case LAST -> part[part.length - 1];
                case MEAN ->
                    Arrays.stream(part).filter(v -> !Double.isNaN(v)).average().orElse(Double.NaN);
                case LOWEST ->
                    Arrays.stream(part).filter(v -> !Double.isNaN(v)).min().orElse(Double.NaN);
                case HIGHEST ->
                    Arrays.stream(part).filter(v -> !Double.isNaN(v)).max().orElse(Double.NaN);
            };
        }
        return out;
    }

    private static Marks decisions(Path file) {
        return marks(file, List.of("time_seconds", "code", "reason"), (table, row) -> {
            StringBuilder what = new StringBuilder(table.text(row, "code"));
            append(what, table, row, "replica_ceiling", " → ", " replicas");
            append(what, table, row, "gpu_limit_watts", " → ", " W per GPU");
            append(what, table, row, "clock_megahertz", " → ", " MHz (0: unlocked)");
            append(what, table, row, "growth_frozen", ", growth frozen ", " (0: free)");
            append(what, table, row, "concurrency_limit_sequences", " → ", " sequences per replica");
            append(what, table, row, "admission_share", " → ", " of requests admitted");
            append(what, table, row, "routing_weight", " → ", " of its route's weight");
            append(what, table, row, "sensed_power_watts", ", sensed ", " W");
            return new Mark(table.number(row, "time_seconds"), what.toString(), cut(table.text(row, "reason")));
        });
    }

    private static Marks events(Path file) {
        return marks(
                file,
                List.of("time_seconds", "event"),
                (table, row) -> new Mark(
                        table.number(row, "time_seconds"),
                        table.text(row, "event"),
                        cut((optional(table, row, "subject") + " " + optional(table, row, "detail")).strip())));
    }

    private interface ToMark {
        Mark of(ResultTable table, int row);
    }

    private static Marks marks(Path file, List<String> required, ToMark toMark) {
        if (!Files.isRegularFile(file)) {
            return new Marks(List.of(), 0);
        }
        ResultTable table = ResultTable.read(file, Set.of(), required);
        int shown = Math.min(MAX_MARKS, table.rows());
        List<Mark> marks =
                IntStream.range(0, shown).mapToObj(row -> toMark.of(table, row)).toList();
        return new Marks(marks, table.rows() - shown);
    }

    private static String optional(ResultTable table, int row, String column) {
        return table.has(column) ? table.text(row, column) : "";
    }

    private static void append(
            StringBuilder out, ResultTable table, int row, String column, String before, String after) {
        double value = table.number(row, column);
        if (!Double.isNaN(value)) {
            out.append(before).append(Wording.number(value)).append(after);
        }
    }

    private static String cut(String text) {
        return text.length() <= MAX_REASON_CHARACTERS ? text : text.substring(0, MAX_REASON_CHARACTERS) + "…";
    }
}
