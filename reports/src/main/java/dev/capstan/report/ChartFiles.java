package dev.capstan.report;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/**
 * PNG and SVG files for papers and slides: success over two settings for each policy and cap, main effects, tornados, and the
 * course of the runs that the report shows. Fonts differ between machines, so these bytes do too.
 */
final class ChartFiles {

    private static final int MAX_SURFACES = 48;
    private static final int MAX_TORNADOS = 48;
    private static final List<Tornado.Outcome> DRAWN_OUTCOMES =
            List.of(Tornado.Outcome.SUCCESS, Tornado.Outcome.OVER_CAP, Tornado.Outcome.TTFT, Tornado.Outcome.ENERGY);

    private ChartFiles() {}

    static void write(ResultsFolder folder, List<ShownRun> shown, Path charts) throws IOException {
        List<Integer> settings = IntStream.range(0, folder.manifest().axes().size())
                .filter(axis -> folder.role(axis) == ResultsFolder.Role.SETTING)
                .filter(axis -> folder.manifest().axes().get(axis).values().size() > 1)
                .boxed()
                .toList();
        if (settings.size() == 2) {
            int drawn = 0;
            for (List<Point> group : Answer.groups(folder).values()) {
                for (String policy : folder.policies()) {
                    List<Point> points = group.stream()
                            .filter(point -> point.policy().equals(policy) && point.disturbed())
                            .toList();
                    if (!points.isEmpty() && drawn++ < MAX_SURFACES) {
                        String name = String.format(Locale.ROOT, "success-%02d-%s", drawn, fileName(policy));
                        new SurfaceDrawing(folder, points, settings.get(0), settings.get(1)).save(charts.resolve(name));
                    }
                }
            }
        } else if (settings.size() == 1) {
            lines(folder, settings.get(0)).save(charts.resolve("success"));
        }
        if (folder.effects().isPresent()) {
            effects(folder, folder.effects().get(), charts);
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
        Manifest.Axis along = folder.manifest().axes().get(axis);
        List<LinesDrawing.Line> lines = new ArrayList<>();
        Answer.groups(folder).forEach((heading, group) -> {
            for (String policy : folder.policies()) {
                List<LinesDrawing.Mark> marks = group.stream()
                        .filter(point -> point.policy().equals(policy) && point.disturbed())
                        .map(point -> new LinesDrawing.Mark(
                                along.values().indexOf(point.axisValues().get(axis)),
                                point.successRate(),
                                point.successLow(),
                                point.successHigh()))
                        .sorted(Comparator.comparingInt(LinesDrawing.Mark::at))
                        .toList();
                if (!marks.isEmpty()) {
                    lines.add(new LinesDrawing.Line(policy + ", " + heading.substring("At a ".length()), marks));
                }
            }
        });
        return new LinesDrawing(
                "Disturbances contained over " + Wording.axisName(along.path()),
                Wording.axisName(along.path()),
                along.values().stream().map(Wording::axisValue).toList(),
                lines);
    }

    private static void effects(ResultsFolder folder, ResultTable table, Path charts) throws IOException {
        for (Manifest.Axis axis : folder.manifest().axes()) {
            List<LinesDrawing.Line> lines = new ArrayList<>();
            for (String policy : folder.policies()) {
                List<LinesDrawing.Mark> marks = IntStream.range(0, table.rows())
                        .filter(row -> table.text(row, "axis").equals(axis.path())
                                && table.text(row, "policy").equals(policy)
                                && !Double.isNaN(table.number(row, "success_rate_mean")))
                        .mapToObj(row -> new LinesDrawing.Mark(
                                axis.values().indexOf(table.text(row, "value")),
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
                                "Disturbances contained over " + Wording.axisName(axis.path())
                                        + ", mean over all other axes",
                                Wording.axisName(axis.path()),
                                axis.values().stream().map(Wording::axisValue).toList(),
                                lines)
                        .save(charts.resolve("effects-" + fileName(axis.path())));
            }
        }
    }
}
