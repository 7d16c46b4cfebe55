package dev.capstan.sim.rehearsal;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.capstan.sim.results.Interval;
import java.io.IOException;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;

/** Reads the points of a results folder, and holds {@code points.csv} and {@code summary.csv} against each other. */
final class PointsReader {

    private static final CSVFormat FORMAT =
            CSVFormat.DEFAULT.builder().setHeader().setSkipHeaderRecord(true).get();

    private static final String MEAN = "_mean";

    /** Of the intervals of a sweep that was not stopped early. */
    private static final double CONFIDENCE = 0.95;

    private final Path folder;
    private final double confidence;
    private final List<String> axes = new ArrayList<>();
    private final Map<List<String>, ObjectNode> conditions = new LinkedHashMap<>();

    /** What the runs of one point have together. */
    private static final class Runs {
        final List<RehearsedPoint.Run> runs = new ArrayList<>();
        final List<Double> disturbances = new ArrayList<>();
        final List<Double> contained = new ArrayList<>();
    }

    PointsReader(Path folder, ObjectNode manifest) {
        this.folder = folder;
        confidence = manifest.at("/stop/confidence").asDouble(CONFIDENCE);
        manifest.path("axes").forEach(axis -> axes.add(axis.path("path").asText()));
        for (JsonNode point : manifest.path("conditions")) {
            List<String> values = new ArrayList<>();
            point.path("axes").forEach(value -> values.add(value.asText()));
            ObjectNode whole = conditions.isEmpty()
                    ? point.deepCopy()
                    : conditions.values().iterator().next().deepCopy().setAll((ObjectNode) point);
            conditions.put(values, whole);
        }
    }

    List<RehearsedPoint> read(byte[] pointsCsv, byte[] summaryCsv) {
        Map<List<String>, Runs> runs = runs(summaryCsv);
        List<RehearsedPoint> points = new ArrayList<>();
        for (CSVRecord row : rows("points.csv", pointsCsv)) {
            points.add(point(points.size(), row, runs));
        }
        Map<List<Object>, Interval> uncapped = new HashMap<>();
        for (RehearsedPoint point : points) {
            if (point.policyName().equals("none")) {
                uncapped.put(List.of(point.axes(), point.moved()), point.success());
            }
        }
        return points.stream()
                .map(point ->
                        point.withoutCapping(Optional.ofNullable(uncapped.get(List.of(point.axes(), point.moved())))))
                .toList();
    }

    private Map<List<String>, Runs> runs(byte[] summaryCsv) {
        Map<List<String>, Runs> runs = new LinkedHashMap<>();
        for (CSVRecord row : rows("summary.csv", summaryCsv)) {
            Runs ofPoint = runs.computeIfAbsent(place("summary.csv", row), place -> new Runs());
            ofPoint.runs.add(
                    new RehearsedPoint.Run(cell("summary.csv", row, "run_id"), cell("summary.csv", row, "seed")));
            ofPoint.disturbances.add(number("summary.csv", row, "disturbances"));
            ofPoint.contained.add(number("summary.csv", row, "disturbances_contained"));
        }
        return runs;
    }

    private RehearsedPoint point(int index, CSVRecord row, Map<List<String>, Runs> all) {
        long disturbances = (long) number("points.csv", row, "disturbances");
        long contained = (long) number("points.csv", row, "disturbances_contained");
        Runs runs = all.get(place("points.csv", row));
        if (runs == null
                || sum(runs.disturbances) != disturbances
                || sum(runs.contained) != contained
                || runs.runs.size() != (int) number("points.csv", row, "replications")) {
            throw new IllegalArgumentException(folder.resolve("points.csv") + ", line " + (row.getRecordNumber() + 1)
                    + ": its replications and disturbances are not those of the runs in summary.csv. One of the two was"
                    + " changed: run the experiment again.");
        }
        Map<String, String> values = new LinkedHashMap<>();
        axes.forEach(axis -> values.put(axis, cell("points.csv", row, axis)));
        ObjectNode ofPoint = conditions.get(List.copyOf(values.values()));
        if (ofPoint == null) {
            throw new IllegalArgumentException(folder.resolve("manifest.json") + " has no conditions of the point "
                    + values + " of points.csv. One of the two was changed: run the experiment again.");
        }
        Map<String, Interval> figures = new LinkedHashMap<>();
        for (String column : row.getParser().getHeaderNames()) {
            if (column.endsWith(MEAN) && !row.get(column).isEmpty()) {
                String figure = column.substring(0, column.length() - MEAN.length());
                figures.put(
                        figure,
                        new Interval(
                                number("points.csv", row, column),
                                number("points.csv", row, figure + "_low"),
                                number("points.csv", row, figure + "_high")));
            }
        }
        return new RehearsedPoint(
                index,
                values,
                cell("points.csv", row, "policy"),
                moved(row),
                number("points.csv", row, "cap_watts"),
                disturbances,
                contained,
                Interval.ofShare(values(runs.contained), values(runs.disturbances), confidence),
                Optional.empty(),
                figures,
                List.copyOf(runs.runs),
                ofPoint);
    }

    private static double[] values(List<Double> all) {
        return all.stream().mapToDouble(Double::doubleValue).toArray();
    }

    private static long sum(List<Double> counts) {
        return counts.stream().mapToLong(Double::longValue).sum();
    }

    /** What tells the points of a sweep apart. */
    private List<String> place(String file, CSVRecord row) {
        List<String> place = new ArrayList<>();
        axes.forEach(axis -> place.add(cell(file, row, axis)));
        place.add(moved(row));
        place.add(cell(file, row, "policy"));
        return place;
    }

    private static String moved(CSVRecord row) {
        return row.isMapped("parameter") && !row.get("parameter").isEmpty()
                ? row.get("end") + " end of " + row.get("parameter")
                : "";
    }

    private String cell(String file, CSVRecord row, String column) {
        if (!row.isSet(column)) {
            throw new IllegalArgumentException(folder.resolve(file) + ", line " + (row.getRecordNumber() + 1)
                    + ": has no column " + column + ". Maybe another version wrote it: run the experiment again.");
        }
        return row.get(column);
    }

    private double number(String file, CSVRecord row, String column) {
        String text = cell(file, row, column);
        try {
            return Double.parseDouble(text);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(
                    folder.resolve(file) + ", line " + (row.getRecordNumber() + 1) + ": " + column
                            + " must be a number, was '" + text + "'",
                    e);
        }
    }

    private List<CSVRecord> rows(String file, byte[] csv) {
        try (CSVParser parser = CSVParser.parse(new StringReader(new String(csv, StandardCharsets.UTF_8)), FORMAT)) {
            return parser.getRecords();
        } catch (IOException | UncheckedIOException | IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    folder.resolve(file) + " is no table of a results folder: " + e.getMessage(), e);
        }
    }
}
