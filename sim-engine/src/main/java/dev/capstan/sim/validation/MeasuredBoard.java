package dev.capstan.sim.validation;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.apache.commons.csv.CSVRecord;
import org.apache.commons.math3.analysis.interpolation.LinearInterpolator;
import org.apache.commons.math3.analysis.polynomials.PolynomialSplineFunction;
import org.apache.commons.math3.stat.StatUtils;

/**
 * What {@code tools/measure-gpu} found on one board, in a folder of {@code traces-sample}. Mean power over a window is the
 * difference of the board's energy counter, read between the instants at which it changed.
 */
final class MeasuredBoard {

    /** Where the host was late for the GPU, the slow steps of a window take far longer than the fast ones. */
    private static final double STEADY = 1.5;

    /**
     * A steady load, or a phase without steps.
     *
     * @param stepMillis median time of a step; NaN without steps
     * @param watts mean draw
     * @param megahertz mean SM clock
     */
    record Point(
            String phase,
            String model,
            int batch,
            int contextTokens,
            double stepMillis,
            double watts,
            double megahertz,
            double beginSeconds,
            double endSeconds) {

        double tokensPerSecond() {
            return batch / stepMillis * 1e3;
        }
    }

    private final String folder;
    private final double[] seconds;
    private final double[] megahertz;
    private final double highestWatts;
    private final PolynomialSplineFunction energyJoules;
    private final List<Point> points = new ArrayList<>();

    private MeasuredBoard(String folder) throws IOException {
        this.folder = folder;
        List<CSVRecord> samples = Csv.sample("/" + folder + "/samples.csv.gz");
        seconds = column(samples, "time_seconds");
        megahertz = column(samples, "sm_clock_megahertz");
        highestWatts = StatUtils.max(column(samples, "power_instant_watts"));
        double[] joules = column(samples, "energy_joules");
        List<Double> at = new ArrayList<>();
        List<Double> counted = new ArrayList<>();
        for (int i = 1; i < joules.length; i++) {
            if (joules[i] != joules[i - 1]) {
                at.add(seconds[i]);
                counted.add(joules[i]);
            }
        }
        energyJoules = new LinearInterpolator()
                .interpolate(
                        at.stream().mapToDouble(d -> d).toArray(),
                        counted.stream().mapToDouble(d -> d).toArray());
        for (CSVRecord row : Csv.sample("/" + folder + "/points.csv")) {
            points.add(point(row));
        }
    }

    static MeasuredBoard of(String folder) throws IOException {
        return new MeasuredBoard(folder);
    }

    private Point point(CSVRecord row) {
        double from = Csv.number(row, "settled_seconds");
        double to = Csv.number(row, "end_seconds");
        double median = number(row, "step_milliseconds");
        boolean steady = number(row, "p90_milliseconds") < STEADY * number(row, "p10_milliseconds");
        return new Point(
                row.get("phase"),
                row.get("model"),
                (int) number(row, "batch"),
                (int) number(row, "context_tokens"),
                steady ? median : Double.NaN,
                joules(from, to) / (to - from),
                meanMegahertz(from, to),
                from,
                to);
    }

    /** Energy between two instants. */
    double joules(double fromSeconds, double toSeconds) {
        double[] knots = energyJoules.getKnots();
        double last = knots[knots.length - 1];
        return energyJoules.value(Math.min(last, toSeconds)) - energyJoules.value(Math.max(knots[0], fromSeconds));
    }

    private double meanMegahertz(double from, double to) {
        double sum = 0;
        int count = 0;
        for (int i = 0; i < seconds.length; i++) {
            if (seconds[i] >= from && seconds[i] <= to) {
                sum += megahertz[i];
                count++;
            }
        }
        return sum / count;
    }

    /** The highest reading of the draw, a mean over 100 ms. */
    double highestWatts() {
        return highestWatts;
    }

    /** The one phase of that name, or the first of several. */
    Point phase(String name) {
        return points.stream()
                .filter(point -> point.phase().equals(name))
                .findFirst()
                .orElseThrow();
    }

    /** Steady loads of a model whose steps were even, by context, then by batch. */
    List<Point> steady(String phase, String model) {
        return points.stream()
                .filter(point -> point.phase().equals(phase) && point.model().equals(model))
                .filter(point -> !Double.isNaN(point.stepMillis()))
                .sorted(Comparator.comparingInt(Point::contextTokens).thenComparingInt(Point::batch))
                .toList();
    }

    /** Requests of the mixed load, by arrival. */
    List<CSVRecord> requests() throws IOException {
        return Csv.sample("/" + folder + "/requests.csv");
    }

    private static double[] column(List<CSVRecord> rows, String name) {
        return rows.stream().mapToDouble(row -> number(row, name)).toArray();
    }

    private static double number(CSVRecord row, String column) {
        return row.get(column).isEmpty() ? Double.NaN : Csv.number(row, column);
    }
}
