package dev.capstan.report;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * The course of one run, thinned to a bounded number of buckets that keep the extremes: means are averaged, the band of
 * power keeps the lowest and the highest value of the bucket, the cap its lowest, and states their last.
 */
record Timeline(
        double bucketSeconds,
        int rowsPerBucket,
        double[] time,
        double[] powerMean,
        double[] powerMin,
        double[] powerMax,
        double[] reference,
        double[] cap,
        double[] sensed,
        double[] ready,
        double[] starting,
        double[] waiting,
        List<Mark> decisions,
        int decisionsLeftOut,
        List<Mark> events,
        int eventsLeftOut) {

    static final int MAX_BUCKETS = 1600;
    private static final int MAX_MARKS = 400;
    private static final int MAX_REASON_CHARACTERS = 300;

    /** Something that happened at an instant. */
    record Mark(double time, String what, String why) {}

    private record Marks(List<Mark> shown, int leftOut) {}

    static Timeline read(Path runFolder) {
        ResultTable rows = ResultTable.read(
                runFolder.resolve("timeline.csv"),
                Set.of(),
                List.of("time_seconds", "power_mean_watts", "power_max_watts", "cap_watts"));
        int per = Math.max(1, (rows.rows() + MAX_BUCKETS - 1) / MAX_BUCKETS);
        double[] time = rows.numbers("time_seconds");
        double[] mean = rows.numbers("power_mean_watts");
        double step = time.length > 1 ? time[1] - time[0] : 1;
        Marks decisions = decisions(runFolder.resolve("decisions.csv"));
        Marks events = events(runFolder.resolve("events.csv"));
        return new Timeline(
                per * step,
                per,
                thinned(time, per, Keep.FIRST),
                thinned(mean, per, Keep.MEAN),
                thinned(mean, per, Keep.LOWEST),
                thinned(rows.numbers("power_max_watts"), per, Keep.HIGHEST),
                thinned(rows.numbers("reference_power_watts"), per, Keep.MEAN),
                thinned(rows.numbers("cap_watts"), per, Keep.LOWEST),
                thinned(rows.numbers("sensed_power_watts"), per, Keep.LAST),
                thinned(rows.numbers("ready_replicas"), per, Keep.LAST),
                thinned(rows.numbers("starting_replicas"), per, Keep.LAST),
                thinned(rows.numbers("waiting_requests"), per, Keep.HIGHEST),
                decisions.shown(),
                decisions.leftOut(),
                events.shown(),
                events.leftOut());
    }

    private enum Keep {
        FIRST,
        LAST,
        MEAN,
        LOWEST,
        HIGHEST
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
