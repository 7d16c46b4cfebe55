package dev.capstan.bridge.record;

import dev.capstan.bridge.prometheus.PrometheusSeries;
import java.io.IOException;
import java.io.Writer;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * The trace files of a recording: for each a file of the sum over its series, at the times at which all of them have a
 * value, and where there are several series a file of each.
 */
final class RecordedFiles {

    /** A site draws gigawatts at most; DCGM's marks for "no value" lie from 2e9 (in 32 bits) to 9.2e18. */
    private static final double IMPLAUSIBLE = 2e9;

    private final RecordingPlan plan;
    private final List<RecordingProgress.Piece> pieces;
    private final List<Path> files = new ArrayList<>();
    private final List<RecordingReport.Missing> missing = new ArrayList<>();
    private final Set<String> remarks = new LinkedHashSet<>();

    RecordedFiles(RecordingPlan plan, List<RecordingProgress.Piece> pieces) {
        this.plan = plan;
        this.pieces = pieces;
    }

    RecordingReport write(Path folder) throws IOException {
        for (int i = 0; i < plan.recordings().size(); i++) {
            write(i, folder);
        }
        return new RecordingReport(files, missing, List.copyOf(remarks));
    }

    /** Values of a series on the grid of the plan; NaN where there is none, infinite where there is no believable one. */
    private static double[] onGrid(Map<String, double[]> series, String name, int points) {
        return series.computeIfAbsent(name, key -> {
            double[] values = new double[points];
            Arrays.fill(values, Double.NaN);
            return values;
        });
    }

    private void write(int number, Path folder) throws IOException {
        Recording recording = plan.recordings().get(number);
        Map<String, double[]> series = new TreeMap<>();
        Set<String> queries = new LinkedHashSet<>();
        for (int term = 0; term < recording.terms().size(); term++) {
            String name = recording.terms().get(term).name();
            int known = series.size();
            for (RecordingProgress.Piece piece : pieces) {
                if (piece.recording() == number && piece.term() == term) {
                    piece.warnings().forEach(warning -> remarks.add(recording.name() + ": warning: " + warning));
                    for (PrometheusSeries one : piece.series()) {
                        queries.add(piece.query());
                        place(one, onGrid(series, name + " " + one.labels(), plan.points()));
                    }
                }
            }
            if (series.size() == known) {
                missing.add(new RecordingReport.Missing(
                        recording.name(),
                        name,
                        plan.start(),
                        plan.time(plan.points() - 1),
                        "no series; asked for " + recording.terms().get(term).queries()));
            }
        }
        queries.forEach(query -> remarks.add(recording.name() + ": answered by " + query));
        if (series.isEmpty()) {
            return;
        }
        series.forEach((name, values) -> reportGaps(recording.name(), name, values));
        String head = "# source: Prometheus, time zone UTC\n# step: " + plan.step() + "\n# queries: "
                + oneLine(String.join(" ; ", queries)) + "\n";
        double[] sum = sum(series.values());
        if (Arrays.stream(sum).noneMatch(Double::isFinite)) {
            remarks.add(recording.name() + ": no file of the sum, its series have no time in common");
        } else {
            write(
                    recording,
                    head + "# series: sum of " + series.size() + "\n",
                    sum,
                    folder.resolve(recording.name() + ".csv"));
        }
        if (series.size() > 1) {
            int index = 0;
            for (Map.Entry<String, double[]> one : series.entrySet()) {
                if (Arrays.stream(one.getValue()).anyMatch(Double::isFinite)) {
                    write(
                            recording,
                            head + "# series: " + oneLine(one.getKey()) + "\n",
                            one.getValue(),
                            folder.resolve(recording.name() + "." + index + ".csv"));
                }
                index++;
            }
        }
    }

    private void place(PrometheusSeries series, double[] values) {
        long start = plan.start().toEpochMilli();
        for (int i = 0; i < series.values().length; i++) {
            long point = Math.round(
                    (series.epochMillis()[i] - start) / (double) plan.step().toMillis());
            if (point >= 0 && point < values.length) {
                double value = series.values()[i];
                values[(int) point] = value >= 0 && value < IMPLAUSIBLE ? value : Double.POSITIVE_INFINITY;
            }
        }
    }

    private void reportGaps(String recording, String series, double[] values) {
        int point = 0;
        while (point < values.length) {
            int from = point;
            boolean absent = Double.isNaN(values[point]);
            boolean implausible = Double.isInfinite(values[point]);
            while (point < values.length
                    && Double.isNaN(values[point]) == absent
                    && Double.isInfinite(values[point]) == implausible) {
                point++;
            }
            if (absent || implausible) {
                missing.add(new RecordingReport.Missing(
                        recording,
                        series,
                        plan.time(from),
                        plan.time(point - 1),
                        absent ? "no sample" : "no value from 0 to 2e9"));
            }
        }
    }

    /** NaN where one of the series has no value: a sum of fewer would look like less load. */
    private double[] sum(Iterable<double[]> series) {
        double[] sum = new double[plan.points()];
        for (double[] one : series) {
            for (int i = 0; i < sum.length; i++) {
                sum[i] += Double.isFinite(one[i]) ? one[i] : Double.NaN;
            }
        }
        return sum;
    }

    private void write(Recording recording, String head, double[] values, Path file) throws IOException {
        Path part = file.resolveSibling(file.getFileName() + ".part");
        try (Writer out = Files.newBufferedWriter(part)) {
            out.write(head);
            boolean power = recording.quantity() == Recording.Quantity.POWER;
            int first = 0;
            while (!Double.isFinite(values[first])) {
                first++;
            }
            if (!power) {
                // A rate profile begins at 0; the time of that stands above.
                out.write("# start: " + plan.time(first) + "\n");
            }
            out.write(recording.quantity().header() + "\n");
            long origin = power ? 0 : plan.time(first).toEpochMilli();
            for (int i = first; i < values.length; i++) {
                if (Double.isFinite(values[i])) {
                    long millis = plan.time(i).toEpochMilli() - origin;
                    out.write(BigDecimal.valueOf(millis, 3).toPlainString() + "," + values[i] + "\n");
                }
            }
        }
        Files.move(part, file, StandardCopyOption.REPLACE_EXISTING);
        files.add(file);
    }

    private static String oneLine(String text) {
        return text.replaceAll("\\R", " ");
    }
}
