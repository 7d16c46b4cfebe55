package dev.capstan.report;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import org.knowm.xchart.ChartEncoder;
import org.knowm.xchart.HeatMapChart;
import org.knowm.xchart.HeatMapChartBuilder;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.internal.chartpart.IChart;
import org.knowm.xchart.style.AxesChartStyler;
import org.knowm.xchart.style.Styler;
import org.knowm.xchart.style.markers.SeriesMarkers;

/**
 * PNG files for papers and slides: success over two settings for each policy and cap, and the course of the runs that
 * the report shows. Fonts differ between machines, so these bytes do too.
 */
final class ChartFiles {

    private static final int MAX_SURFACES = 48;
    private static final int MAX_TORNADOS = 48;
    private static final List<Tornado.Outcome> DRAWN_OUTCOMES =
            List.of(Tornado.Outcome.SUCCESS, Tornado.Outcome.OVER_CAP, Tornado.Outcome.TTFT, Tornado.Outcome.ENERGY);
    private static final Color INK = new Color(0x1f2933);
    private static final Color GRID = new Color(0xe4e7eb);
    private static final Color POWER = new Color(0x0b5cad);
    private static final Color LIGHT_POWER = new Color(0x8ab6e0);
    private static final Color CAP = new Color(0xb42318);
    private static final Color REFERENCE = new Color(0x8a94a0);
    /** Light enough for dark figures at both ends: the figures of a chart have one colour. */
    private static final Color[] RAMP = {new Color(0xfff3cf), new Color(0xa5d6c6), new Color(0x4f9bcb)};

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
                        save(surface(folder, points, settings.get(0), settings.get(1)), charts.resolve(name));
                    }
                }
            }
        } else if (settings.size() == 1) {
            save(lines(folder, settings.get(0)), charts.resolve("success"));
        }
        if (folder.sensitivity().isPresent()) {
            tornados(folder, folder.sensitivity().get(), charts);
        }
        for (ShownRun run : shown) {
            save(
                    timeline(new ReportData(folder, shown).title(run), run.timeline()),
                    charts.resolve("timeline-" + fileName(run.runId())));
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
                    ImageIO.write(
                            TornadoImage.of(tornado),
                            "png",
                            charts.resolve(name + ".png").toFile());
                }
            }
        }
    }

    private static void save(IChart chart, Path file) throws IOException {
        try (OutputStream out = Files.newOutputStream(file.resolveSibling(file.getFileName() + ".png"))) {
            ChartEncoder.saveChart(chart, out, "png");
        }
    }

    static String fileName(String label) {
        return label.replaceAll("[^A-Za-z0-9-]+", "_");
    }

    private static HeatMapChart surface(ResultsFolder folder, List<Point> points, int xAxis, int yAxis) {
        Manifest.Axis x = folder.manifest().axes().get(xAxis);
        Manifest.Axis y = folder.manifest().axes().get(yAxis);
        HeatMapChart chart = new HeatMapChartBuilder()
                .width(760)
                .height(520)
                .title(points.get(0).policy() + ": disturbances contained in %, cap "
                        + Wording.watts(points.get(0).capWatts()))
                .xAxisTitle(Wording.axisName(x.path()))
                .yAxisTitle(Wording.axisName(y.path()))
                .build();
        List<Number[]> cells = new ArrayList<>();
        for (Point point : points) {
            cells.add(new Number[] {
                x.values().indexOf(point.axisValues().get(xAxis)),
                y.values().indexOf(point.axisValues().get(yAxis)),
                StrictMath.rint(100 * point.successRate())
            });
        }
        chart.addSeries(
                "success",
                x.values().stream().map(Wording::axisValue).toList(),
                y.values().stream().map(Wording::axisValue).toList(),
                cells);
        style(chart.getStyler());
        chart.getStyler()
                .setRangeColors(RAMP)
                .setMin(0)
                .setMax(100)
                .setShowValue(true)
                .setValueFontColor(INK)
                .setHeatMapValueDecimalPattern("0");
        return chart;
    }

    private static XYChart lines(ResultsFolder folder, int axis) {
        Manifest.Axis along = folder.manifest().axes().get(axis);
        XYChart chart = new XYChartBuilder()
                .width(760)
                .height(460)
                .title("Disturbances contained over " + Wording.axisName(along.path()))
                .xAxisTitle(Wording.axisName(along.path()) + " (place on the axis)")
                .yAxisTitle("%")
                .build();
        style(chart.getStyler());
        chart.getStyler().setYAxisMin(0.0).setYAxisMax(100.0);
        Answer.groups(folder).forEach((heading, group) -> {
            for (String policy : folder.policies()) {
                double[][] xy = group.stream()
                        .filter(point -> point.policy().equals(policy) && point.disturbed())
                        .map(point -> new double[] {
                            along.values().indexOf(point.axisValues().get(axis)) + 1, 100 * point.successRate()
                        })
                        .sorted((a, b) -> Double.compare(a[0], b[0]))
                        .toArray(double[][]::new);
                if (xy.length > 0) {
                    chart.addSeries(policy + ", " + heading.substring("At a ".length()), column(xy, 0), column(xy, 1));
                }
            }
        });
        return chart;
    }

    private static double[] column(double[][] rows, int at) {
        return Arrays.stream(rows).mapToDouble(row -> row[at]).toArray();
    }

    private static XYChart timeline(String title, Timeline run) {
        XYChart chart = new XYChartBuilder()
                .width(1100)
                .height(420)
                .title(title)
                .xAxisTitle("time (s)")
                .yAxisTitle("true power (kW)")
                .build();
        style(chart.getStyler());
        chart.getStyler().setLegendPosition(Styler.LegendPosition.OutsideS);
        chart.getStyler().setLegendLayout(Styler.LegendLayout.Horizontal);
        add(chart, "reference, uncapped", run, Timeline.Series.REFERENCE, REFERENCE, 1f);
        add(chart, "highest 1 s average", run, Timeline.Series.POWER_MAX, LIGHT_POWER, 1f);
        add(chart, "mean", run, Timeline.Series.POWER_MEAN, POWER, 1.6f);
        add(chart, "cap", run, Timeline.Series.CAP, CAP, 1.6f);
        return chart;
    }

    private static void add(XYChart chart, String name, Timeline run, Timeline.Series which, Color color, float width) {
        double[] time = run.get(Timeline.Series.TIME);
        double[] watts = run.get(which);
        int[] known = IntStream.range(0, watts.length)
                .filter(at -> !Double.isNaN(watts[at]))
                .toArray();
        if (known.length == 0) {
            return;
        }
        DoubleStream kilowatts = Arrays.stream(known).mapToDouble(at -> watts[at] / 1000);
        XYSeries series = chart.addSeries(
                name, Arrays.stream(known).mapToDouble(at -> time[at]).toArray(), kilowatts.toArray());
        series.setMarker(SeriesMarkers.NONE);
        series.setLineColor(color);
        series.setLineStyle(new BasicStroke(width));
    }

    private static void style(AxesChartStyler styler) {
        styler.setPlotGridLinesColor(GRID)
                .setAxisTickLabelsColor(INK)
                .setChartBackgroundColor(Color.WHITE)
                .setPlotBorderVisible(false)
                .setChartTitleBoxVisible(false)
                .setLegendBorderColor(Color.WHITE)
                .setChartTitleFont(new Font(Font.SANS_SERIF, Font.PLAIN, 15))
                .setLocale(Locale.ROOT);
    }
}
