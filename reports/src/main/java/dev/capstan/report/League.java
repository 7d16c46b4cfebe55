package dev.capstan.report;

import dev.capstan.sim.results.Interval;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A sweep over loads, faults and shares of the cap in which one policy is compared with all others.
 *
 * @param against label of the policy that all others are compared with
 * @param places in the order of the axes: load, then faults, then share
 */
record League(ResultsFolder folder, String against, List<Place> places) {

    static final String LOAD = "load";
    static final String FAULTS = "faults";
    static final String SHARE = "cap.share";

    /** What a league tells of each policy, in the unit that is written. */
    enum Measure {
        SUCCESS("success_rate", "contained, %", 1, 100),
        UNDER_CAP("time_under_cap_fraction", "time under the cap, %", 1, 100),
        TRIPS("breaker_trips", "trips a run", 2, 1),
        SLO("slo_attainment", "targets met, %", 1, 100),
        GOODPUT("goodput_requests_per_second", "goodput, requests/s", 2, 1),
        ENERGY("joules_per_output_token", "J per output token", 2, 1),
        STRANDED("stranded_watt_seconds", "stranded, W", 0, 1);

        final String column;
        final String heading;
        final int decimals;
        final double scale;

        Measure(String column, String heading, int decimals, double scale) {
            this.column = column;
            this.heading = heading;
            this.decimals = decimals;
            this.scale = scale;
        }
    }

    /** One load, with or without faults, under one cap: what all policies met alike. */
    record Place(String load, String faults, String share, List<Entry> entries) {

        /** Whether demand passed the cap, which all policies meet alike; what a policy brings about itself does not count. */
        boolean disturbed() {
            return entries.stream().allMatch(entry -> entry.point().disturbed());
        }
    }

    /**
     * A policy at a place.
     *
     * @param row of {@code comparison}; -1 for the policy that others are compared with
     * @param scoredSeconds of each run
     */
    record Entry(Point point, ResultTable comparison, int row, double scoredSeconds) {

        String policy() {
            return point.policy();
        }

        /** Share of disturbances contained; 1 where there was none to contain. */
        double safety() {
            return point.disturbed() ? point.successRate() : 1;
        }

        double goodput() {
            return value(Measure.GOODPUT);
        }

        /** NaN where there is no such value. */
        double value(Measure measure) {
            return measure == Measure.SUCCESS
                    ? point.successRate() * measure.scale
                    : point.mean(measure.column) * scale(measure);
        }

        /** This policy less the one compared with; NaN where they are not compared. */
        Interval difference(Measure measure) {
            return new Interval(
                    difference(measure, "_mean"), difference(measure, "_low"), difference(measure, "_high"));
        }

        private double difference(Measure measure, String which) {
            return row < 0
                    ? Double.NaN
                    : comparison.number(row, measure.column + "_difference" + which) * scale(measure);
        }

        /** Stranded energy over the scored span is what was stranded in the mean. */
        private double scale(Measure measure) {
            return measure == Measure.STRANDED ? 1 / scoredSeconds : measure.scale;
        }
    }

    /**
     * Reads what a sweep over exactly these axes has left.
     *
     * @throws ReportException if the axes are others, no policy was compared, or a table is missing or damaged
     */
    static League read(Path path) {
        ResultsFolder folder = ResultsFolder.read(path);
        List<String> axes =
                folder.manifest().axes().stream().map(Manifest.Axis::path).toList();
        if (axes.size() != 3 || !axes.containsAll(List.of(LOAD, FAULTS, SHARE))) {
            throw new ReportException(
                    path.resolve("manifest.json"),
                    "a league is over the axes " + LOAD + ", " + FAULTS + " and " + SHARE + ", found "
                            + (axes.isEmpty() ? "none" : String.join(", ", axes))
                            + ". Maybe you want the report of the folder, which needs no axes");
        }
        Path file = path.resolve("comparison.csv");
        if (!Files.isRegularFile(file)) {
            throw new ReportException(
                    file,
                    "is missing, and differences between policies stand nowhere else. Maybe the experiment does not say"
                            + " which policy to compare with (scoring.compare_with): say it and sweep again");
        }
        List<String> required = new ArrayList<>(axes);
        required.addAll(List.of("policy", "against"));
        for (Measure measure : Measure.values()) {
            for (String which : List.of("_mean", "_low", "_high")) {
                required.add(measure.column + "_difference" + which);
            }
        }
        ResultTable comparison = ResultTable.read(file, Set.copyOf(axes), required);
        if (comparison.rows() == 0) {
            throw new ReportException(file, "compares no policies. Maybe the experiment has but one");
        }
        return new League(folder, comparison.text(0, "against"), places(folder, comparison));
    }

    private static List<Place> places(ResultsFolder folder, ResultTable comparison) {
        Map<List<String>, Integer> compared = new HashMap<>();
        for (int row = 0; row < comparison.rows(); row++) {
            if (!ResultsFolder.isMoved(comparison, row)) {
                compared.put(key(comparison, row), row);
            }
        }
        Map<List<String>, Double> scoredSeconds = new HashMap<>();
        for (int run = 0; run < folder.runs().rows(); run++) {
            scoredSeconds.put(key(folder.runs(), run), folder.runs().number(run, "duration_seconds"));
        }
        Map<List<String>, List<Entry>> entries = new HashMap<>();
        for (Point point : folder.points()) {
            List<String> key = key(point.table(), point.row());
            entries.computeIfAbsent(key.subList(0, 3), place -> new ArrayList<>())
                    .add(new Entry(
                            point,
                            comparison,
                            compared.getOrDefault(key, -1),
                            scoredSeconds.getOrDefault(key, Double.NaN)));
        }
        List<Place> places = new ArrayList<>();
        for (String load : values(folder, LOAD)) {
            for (String faults : values(folder, FAULTS)) {
                for (String share : values(folder, SHARE)) {
                    List<Entry> met = entries.get(List.of(load, faults, share));
                    if (met != null) {
                        places.add(new Place(load, faults, share, List.copyOf(met)));
                    }
                }
            }
        }
        return List.copyOf(places);
    }

    private static List<String> key(ResultTable table, int row) {
        return List.of(
                table.text(row, LOAD), table.text(row, FAULTS), table.text(row, SHARE), table.text(row, "policy"));
    }

    /** The values of an axis, in the order of the experiment. */
    List<String> values(String axis) {
        return values(folder, axis);
    }

    private static List<String> values(ResultsFolder folder, String axis) {
        return folder.manifest().axes().stream()
                .filter(candidate -> candidate.path().equals(axis))
                .findFirst()
                .orElseThrow()
                .values();
    }

    /** The entry of the policy that others are compared with; empty where it has no point. */
    Optional<Entry> compared(Place place) {
        return place.entries().stream()
                .filter(entry -> entry.policy().equals(against))
                .findFirst();
    }
}
