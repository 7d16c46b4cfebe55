package dev.capstan.report;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * The course of one run at several resolutions. The coarsest has a bounded number of buckets that keep the extremes: means are
 * averaged, the band of power keeps the lowest and the highest value of the bucket, the cap its lowest, and states their
 * last. Finer ones hold the whole run or, as far as room goes, the stretches in which most was over the cap.
 */
final class Timeline {

    static final int MAX_BUCKETS = 1600;
    private static final int ROOM_FOR_MARKS = 40_000;
    private static final int CHARACTERS_PER_MARK = 16;
    private static final int MAX_REASON_CHARACTERS = 160;
    private static final int MAX_DOMAINS = 6;

    /** Each level of the whole run has so many times the buckets of the one above. */
    private static final int FINER = 4;

    /** Levels of the whole run have this share of the room, the stretches of finer ones the rest. */
    private static final double SHARE_OF_WHOLE = 0.6;

    private static final int ROWS_OF_STRETCH = 600;

    private enum Keep {
        LAST,
        MEAN,
        LOWEST,
        HIGHEST
    }

    /** What is kept of {@code timeline.csv}, and under which key it goes into the report. */
    enum Series {
        POWER_MEAN("mean", "power_mean_watts", Keep.MEAN),
        POWER_MIN("min", "power_mean_watts", Keep.LOWEST),
        POWER_MAX("max", "power_max_watts", Keep.HIGHEST),
        REFERENCE("reference", "reference_power_watts", Keep.MEAN),
        CAP("cap", "cap_watts", Keep.LOWEST),
        SENSED("sensed", "sensed_power_watts", Keep.LAST),
        READY("ready", "ready_replicas", Keep.LAST),
        STARTING("starting", "starting_replicas", Keep.LAST),
        TERMINATING("terminating", "terminating_replicas", Keep.LAST),
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

    /** Columns of {@code seconds.csv}. */
    private static final Map<String, String> SECONDS = Map.of(
            "mean", "power_watts",
            "reference", "reference_power_watts",
            "cap", "cap_watts",
            "sensed", "sensed_power_watts",
            "ready", "ready_replicas",
            "starting", "starting_replicas",
            "terminating", "terminating_replicas");

    /** Something that happened at an instant. */
    record Mark(double time, String what, String why) {}

    /** Some of the marks, and how many more there were. */
    record Marks(List<Mark> shown, int leftOut) {}

    /** A power domain; its limit is NaN where it has none. */
    record Domain(String name, double limitWatts) {}

    private record Column(double[] values, Keep keep) {}

    private final Map<Series, double[]> overview = new EnumMap<>(Series.class);
    private final List<Level> levels = new ArrayList<>();
    private final double beginSeconds;
    private final double rowSeconds;
    private final int rowsPerBucket;
    private final boolean hasSeconds;
    private final List<Domain> domains;
    private final int domainsLeftOut;
    private final Marks decisions;
    private final Marks events;

    /** @param room characters that the report has for the course of this run, marks not counted */
    static Timeline read(Path runFolder, int room) {
        return new Timeline(runFolder, room);
    }

    private Timeline(Path folder, int room) {
        ResultTable rows = ResultTable.read(
                folder.resolve("timeline.csv"),
                Set.of(),
                List.of("time_seconds", "power_mean_watts", "power_max_watts", "cap_watts"));
        double[] ends = rows.numbers("time_seconds");
        rowSeconds = ends.length > 1 ? ends[1] - ends[0] : 1;
        beginSeconds = ends.length == 0 ? 0 : ends[0] - rowSeconds;
        Map<String, Column> columns = new LinkedHashMap<>();
        for (Series kept : Series.values()) {
            columns.put(kept.key, new Column(rows.numbers(kept.column), kept.keep));
        }
        DomainColumns ofDomains = DomainColumns.read(folder.resolve("domains.csv"), ends.length, MAX_DOMAINS);
        domains = ofDomains.domains();
        domainsLeftOut = ofDomains.leftOut();
        for (int i = 0; i < domains.size(); i++) {
            if (i > 0) {
                columns.put("mean." + i, new Column(ofDomains.meanWatts().get(i), Keep.MEAN));
                columns.put("max." + i, new Column(ofDomains.maxWatts().get(i), Keep.HIGHEST));
            }
            columns.put("heat." + i, new Column(ofDomains.heat().get(i), Keep.HIGHEST));
        }
        rowsPerBucket = steps(ends.length, MAX_BUCKETS);
        for (Series kept : Series.values()) {
            overview.put(kept, thinned(column(columns, kept.key), rowsPerBucket));
        }
        int left = room - whole(columns, ends.length, (int) (SHARE_OF_WHOLE * room));
        Path seconds = folder.resolve("seconds.csv");
        hasSeconds = Files.isRegularFile(seconds);
        double[] overWatts = over(column(columns, "max").values, column(columns, "cap").values);
        if (levels.get(levels.size() - 1).stepSeconds() > rowSeconds) {
            left -= add(
                    beginSeconds,
                    rowSeconds,
                    stretches(IntStream.range(0, ends.length).toArray()),
                    overWatts,
                    values(columns, 1),
                    hasSeconds ? left / 3 : left);
        }
        if (hasSeconds && rowSeconds > 1) {
            seconds(ResultTable.read(seconds, Set.of(), List.of("time_seconds", "power_watts")), left);
        }
        decisions = chosen(decisions(folder.resolve("decisions.csv")));
        events = chosen(events(folder.resolve("events.csv")));
    }

    /** One value for each bucket of the coarsest level; NaN where there is none. */
    double[] get(Series which) {
        return overview.getOrDefault(which, new double[0]).clone();
    }

    double beginSeconds() {
        return beginSeconds;
    }

    double bucketSeconds() {
        return rowsPerBucket * rowSeconds;
    }

    /** Step of {@code timeline.csv}. */
    double rowSeconds() {
        return rowSeconds;
    }

    /** Whether the folder of the run has {@code seconds.csv}. */
    boolean hasSeconds() {
        return hasSeconds;
    }

    /** The coarsest first. */
    List<Level> levels() {
        return Collections.unmodifiableList(levels);
    }

    /** The root first; empty where an earlier version wrote the folder. */
    List<Domain> domains() {
        return domains;
    }

    int domainsLeftOut() {
        return domainsLeftOut;
    }

    Marks decisions() {
        return decisions;
    }

    Marks events() {
        return events;
    }

    private static Column column(Map<String, Column> columns, String key) {
        return Objects.requireNonNull(columns.get(key), key);
    }

    /** How many steps of a size cover a number of rows; at least one. */
    private static int steps(int rows, int size) {
        return Math.max(1, (rows + size - 1) / size);
    }

    /** Adds levels of the whole run, each finer than the last, and returns how many characters they take. */
    private int whole(Map<String, Column> columns, int rows, int room) {
        int used = 0;
        for (int most = MAX_BUCKETS; ; most *= FINER) {
            int per = steps(rows, most);
            Map<String, double[]> buckets = values(columns, per);
            List<int[]> whole = List.of(new int[] {0, (rows + per - 1) / per});
            Level level = Level.of(beginSeconds, per * rowSeconds, whole, buckets);
            if (levels.isEmpty() || used + level.characters() <= room) {
                levels.add(level);
                used += level.characters();
            } else {
                return used;
            }
            if (per == 1) {
                return used;
            }
        }
    }

    private void seconds(ResultTable table, int room) {
        int[] second = Arrays.stream(table.numbers("time_seconds"))
                .mapToInt(end -> (int) Math.round(end) - 1)
                .toArray();
        int length = second.length == 0 ? 0 : second[second.length - 1] + 1;
        Map<String, double[]> columns = new LinkedHashMap<>();
        for (Series kept : Series.values()) {
            String column = SECONDS.get(kept.key);
            if (column != null) {
                columns.put(kept.key, placed(table.numbers(column), second, length));
            }
        }
        for (int i = 1; i < domains.size(); i++) {
            String column = "domain." + domains.get(i).name() + ".power_watts";
            columns.put("mean." + i, placed(table.numbers(column), second, length));
        }
        double[] mean = Objects.requireNonNull(columns.get("mean"));
        double[] cap = Objects.requireNonNull(columns.get("cap"));
        add(0, 1, stretches(second), over(mean, cap), columns, room);
    }

    private static double[] placed(double[] values, int[] at, int length) {
        double[] placed = new double[length];
        Arrays.fill(placed, Double.NaN);
        for (int i = 0; i < at.length; i++) {
            placed[at[i]] = values[i];
        }
        return placed;
    }

    /** Stretches of steps without a gap, none longer than {@link #ROWS_OF_STRETCH}. */
    private static List<int[]> stretches(int[] steps) {
        List<int[]> stretches = new ArrayList<>();
        int[] last = {0, 0};
        for (int step : steps) {
            if (last[1] > 0 && step == last[0] + last[1] && last[1] < ROWS_OF_STRETCH) {
                last[1]++;
            } else {
                last = new int[] {step, 1};
                stretches.add(last);
            }
        }
        return stretches;
    }

    private static double[] over(double[] watts, double[] cap) {
        double[] over = new double[watts.length];
        Arrays.setAll(over, i -> watts[i] > cap[i] ? watts[i] - cap[i] : 0);
        return over;
    }

    /** Adds a level of as many stretches as there is room for, those with the most over the cap first. */
    private int add(
            double begin,
            double step,
            List<int[]> stretches,
            double[] overWatts,
            Map<String, double[]> columns,
            int room) {
        List<int[]> ranked = stretches.stream()
                .sorted(Comparator.comparingDouble(
                                (int[] stretch) -> -Arrays.stream(overWatts, stretch[0], stretch[0] + stretch[1])
                                        .sum())
                        .thenComparingInt(stretch -> stretch[0]))
                .toList();
        int left = room;
        List<int[]> chosen = new ArrayList<>();
        for (int[] stretch : ranked) {
            left -= Level.of(begin, step, List.of(stretch), columns).characters();
            if (left < 0) {
                break;
            }
            chosen.add(stretch);
        }
        if (chosen.isEmpty()) {
            return 0;
        }
        chosen.sort(Comparator.comparingInt(stretch -> stretch[0]));
        levels.add(Level.of(begin, step, chosen, columns));
        return levels.get(levels.size() - 1).characters();
    }

    /** A single row has no lowest mean beside its mean. */
    private static Map<String, double[]> values(Map<String, Column> columns, int per) {
        Map<String, double[]> values = new LinkedHashMap<>();
        columns.forEach((key, column) -> values.put(key, thinned(column, per)));
        if (per == 1) {
            values.remove(Series.POWER_MIN.key);
        }
        return values;
    }

    private static double[] thinned(Column column, int per) {
        double[] values = column.values;
        double[] out = new double[(values.length + per - 1) / per];
        for (int bucket = 0; bucket < out.length; bucket++) {
            double[] part = Arrays.copyOfRange(values, bucket * per, Math.min(values.length, (bucket + 1) * per));
            out[bucket] = switch (column.keep) {
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

    /** As many as there is room for, those first that stand where the finest steps are shown. */
    private Marks chosen(List<Mark> all) {
        Level finest = levels.get(levels.size() - 1);
        List<Mark> shown = new ArrayList<>();
        int left = ROOM_FOR_MARKS;
        for (Mark mark : all.stream()
                .sorted(Comparator.comparing((Mark mark) -> !finest.covers(mark.time())))
                .toList()) {
            left -= CHARACTERS_PER_MARK + mark.what().length() + mark.why().length();
            if (left < 0) {
                break;
            }
            shown.add(mark);
        }
        shown.sort(Comparator.comparingDouble(Mark::time));
        return new Marks(List.copyOf(shown), all.size() - shown.size());
    }

    private static List<Mark> decisions(Path file) {
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

    private static List<Mark> events(Path file) {
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

    private static List<Mark> marks(Path file, List<String> required, ToMark toMark) {
        if (!Files.isRegularFile(file)) {
            return List.of();
        }
        ResultTable table = ResultTable.read(file, Set.of(), required);
        return IntStream.range(0, table.rows())
                .mapToObj(row -> toMark.of(table, row))
                .toList();
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
