package dev.capstan.report;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * PNG and SVG files for papers and slides: success over two settings for each policy and cap, main effects, what figures hang
 * on, tornados, and the course of the runs that the report shows. Fonts differ between machines, so these bytes do too.
 */
final class ChartFiles {

    private static final int MAX_SURFACES = 48;
    private static final int MAX_TORNADOS = 48;
    private static final int MAX_VARIANCES = 48;

    /** Figures whose shares of variance are drawn, and what they are called. */
    private static final Map<String, String> VARIED = new TreeMap<>(Map.of(
            "success_rate", "disturbances contained",
            "goodput_requests_per_second", "goodput",
            "energy_joules", "energy"));

    private static final List<Tornado.Outcome> DRAWN_OUTCOMES =
            List.of(Tornado.Outcome.SUCCESS, Tornado.Outcome.OVER_CAP, Tornado.Outcome.TTFT, Tornado.Outcome.ENERGY);

    private ChartFiles() {}

    static void write(ResultsFolder folder, List<ShownRun> shown, Path charts) throws IOException {
        List<Integer> all = IntStream.range(0, folder.manifest().axes().size())
                .filter(axis -> folder.role(axis) == ResultsFolder.Role.SETTING)
                .filter(axis -> folder.manifest().axes().get(axis).values().size() > 1)
                .boxed()
                .toList();
        // Of more than two the sampled ones are drawn, whatever the others are.
        List<Integer> sampled = all.stream()
                .filter(axis -> folder.manifest().axes().get(axis).continuous())
                .toList();
        List<Integer> settings = all.size() > 2 && sampled.size() == 2 ? sampled : all;
        if (settings.size() == 2) {
            surfaces(folder, settings.get(0), settings.get(1), charts);
        } else if (settings.size() == 1) {
            lines(folder, settings.get(0)).save(charts.resolve("success"));
        }
        if (folder.effects().isPresent()) {
            effects(folder, folder.effects().get(), charts);
        }
        if (folder.variance().isPresent()) {
            variance(folder, folder.variance().get(), charts);
        }
        if (folder.sensitivity().isPresent()) {
            tornados(folder, folder.sensitivity().get(), charts);
        }
        ReportData data = new ReportData(folder, shown);
        for (ShownRun run : shown) {
            new TimelineDrawing(data.title(run), run.timeline())
                    .save(charts.resolve("timeline-" + fileName(run.runId())));
        }
    }

    /** One for each policy, cap, set of conditions and values of the settings that are not drawn. */
    private static void surfaces(ResultsFolder folder, int x, int y, Path charts) throws IOException {
        boolean sampled = Stream.of(x, y)
                .anyMatch(axis -> folder.manifest().axes().get(axis).continuous());
        int drawn = 0;
        for (List<Point> group : Answer.groups(folder).values()) {
            for (String policy : folder.policies()) {
                Map<List<String>, List<Point>> byRest = group.stream()
                        .filter(point -> point.policy().equals(policy) && point.disturbed())
                        .collect(Collectors.groupingBy(
                                point -> settings(folder, point, x, y), LinkedHashMap::new, Collectors.toList()));
                for (Map.Entry<List<String>, List<Point>> entry : byRest.entrySet()) {
                    if (drawn++ < MAX_SURFACES) {
                        Drawing drawing = sampled
                                ? new ScatterDrawing(folder, entry.getValue(), x, y, String.join(", ", entry.getKey()))
                                : new SurfaceDrawing(folder, entry.getValue(), x, y);
                        drawing.save(
                                charts.resolve(String.format(Locale.ROOT, "success-%02d-%s", drawn, fileName(policy))));
                    }
                }
            }
        }
    }

    /** What a point has of the settings beside two. */
    private static List<String> settings(ResultsFolder folder, Point point, int x, int y) {
        return IntStream.range(0, folder.manifest().axes().size())
                .filter(axis -> axis != x && axis != y && folder.role(axis) == ResultsFolder.Role.SETTING)
                .mapToObj(axis ->
                        Wording.axisName(folder.manifest().axes().get(axis).path()) + " "
                                + Wording.axisValue(point.axisValues().get(axis)))
                .toList();
    }

    private static void variance(ResultsFolder folder, VarianceShares shares, Path charts) throws IOException {
        int drawn = 0;
        for (Map.Entry<String, String> figure : VARIED.entrySet()) {
            for (String policy : folder.policies()) {
                List<VarianceShares.Share> ranked = shares.of(policy, figure.getKey()).stream()
                        .sorted(Comparator.comparingDouble(VarianceShares.Share::share)
                                .reversed())
                        .toList();
                if (!ranked.isEmpty() && drawn < MAX_VARIANCES) {
                    String name = String.format(
                            Locale.ROOT, "variance-%02d-%s-%s", ++drawn, fileName(policy), fileName(figure.getValue()));
                    new VarianceDrawing("What " + figure.getValue() + " hangs on, " + policy, ranked)
                            .save(charts.resolve(name));
                }
            }
        }
    }

    private static void tornados(ResultsFolder folder, ResultTable table, Path charts) throws IOException {
        int drawn = 0;
        for (Tornado.Outcome outcome : DRAWN_OUTCOMES) {
            for (Tornado tornado : Tornado.of(folder, table, outcome)) {
                if (!tornado.bars().isEmpty() && drawn < MAX_TORNADOS) {
                    String name = String.format(
                            Locale.ROOT,
                            "tornado-%02d-%s-%s",
                            ++drawn,
                            fileName(tornado.policy()),
                            fileName(outcome.words));
                    new TornadoDrawing(tornado).save(charts.resolve(name));
                }
            }
        }
    }

    static String fileName(String label) {
        return label.replaceAll("[^A-Za-z0-9-]+", "_");
    }

    private static LinesDrawing lines(ResultsFolder folder, int axis) {
        Ruler along = Ruler.of(folder.manifest().axes().get(axis));
        List<LinesDrawing.Line> lines = new ArrayList<>();
        Answer.groups(folder).forEach((heading, group) -> {
            for (String policy : folder.policies()) {
                List<LinesDrawing.Mark> marks = group.stream()
                        .filter(point -> point.policy().equals(policy) && point.disturbed())
                        .map(point -> new LinesDrawing.Mark(
                                along.place(point.axisValues().get(axis)),
                                point.successRate(),
                                point.successLow(),
                                point.successHigh()))
                        .sorted(Comparator.comparingDouble(LinesDrawing.Mark::at))
                        .toList();
                if (!marks.isEmpty()) {
                    lines.add(new LinesDrawing.Line(policy + ", " + heading.substring("At a ".length()), marks));
                }
            }
        });
        return new LinesDrawing("Disturbances contained over " + along.name(), along, lines);
    }

    private static void effects(ResultsFolder folder, ResultTable table, Path charts) throws IOException {
        for (Manifest.Axis axis : folder.manifest().axes()) {
            Ruler along = Ruler.of(axis);
            List<LinesDrawing.Line> lines = new ArrayList<>();
            for (String policy : folder.policies()) {
                List<LinesDrawing.Mark> marks = IntStream.range(0, table.rows())
                        .filter(row -> table.text(row, "axis").equals(axis.path())
                                && table.text(row, "policy").equals(policy)
                                && !Double.isNaN(table.number(row, "success_rate_mean")))
                        .mapToObj(row -> new LinesDrawing.Mark(
                                along.place(table.text(row, "value")),
                                table.number(row, "success_rate_mean"),
                                table.number(row, "success_rate_low"),
                                table.number(row, "success_rate_high")))
                        .toList();
                if (!marks.isEmpty()) {
                    lines.add(new LinesDrawing.Line(policy, marks));
                }
            }
            if (!lines.isEmpty()) {
                new LinesDrawing(
                                "Disturbances contained over " + along.name() + ", mean over all other axes",
                                along,
                                lines)
                        .save(charts.resolve("effects-" + fileName(axis.path())));
            }
        }
    }
}
