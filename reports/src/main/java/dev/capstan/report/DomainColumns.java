package dev.capstan.report;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The power domains of a run, a column for each: the root first, then those that come nearest to their limits.
 *
 * @param heat of their breakers, NaN where they have none
 */
record DomainColumns(
        List<Timeline.Domain> domains,
        List<double[]> meanWatts,
        List<double[]> maxWatts,
        List<double[]> heat,
        int leftOut) {

    /**
     * Empty where an earlier version wrote the folder.
     *
     * @param rows of the timeline
     * @param most domains beside the root
     */
    static DomainColumns read(Path file, int rows, int most) {
        if (!Files.isRegularFile(file)) {
            return new DomainColumns(List.of(), List.of(), List.of(), List.of(), 0);
        }
        ResultTable table = ResultTable.read(file, Set.of(), List.of("time_seconds", "domain", "power_mean_watts"));
        Map<String, List<Integer>> rowsOf = new LinkedHashMap<>();
        for (int row = 0; row < table.rows(); row++) {
            rowsOf.computeIfAbsent(table.text(row, "domain"), missing -> new ArrayList<>())
                    .add(row);
        }
        List<Ranked> all = new ArrayList<>();
        rowsOf.forEach((name, own) -> {
            double[] max = column(table, own, "power_max_watts", rows);
            // The cap of the root may change; limits of the others do not.
            double limit = all.isEmpty() || own.isEmpty() ? Double.NaN : table.number(own.get(0), "limit_watts");
            double peak = Arrays.stream(max).filter(Double::isFinite).max().orElse(0);
            all.add(new Ranked(
                    new Timeline.Domain(name, limit),
                    Double.isNaN(limit) ? 0 : peak / limit,
                    column(table, own, "power_mean_watts", rows),
                    max,
                    column(table, own, "breaker_heat", rows)));
        });
        List<Ranked> below = new ArrayList<>(all.subList(Math.min(1, all.size()), all.size()));
        below.sort((a, b) -> Double.compare(b.load(), a.load()));
        Set<Ranked> kept = Set.copyOf(below.subList(0, Math.min(most, below.size())));
        List<Ranked> shown = new ArrayList<>();
        for (Ranked one : all) {
            if (shown.isEmpty() || kept.contains(one)) {
                shown.add(one);
            }
        }
        return new DomainColumns(
                shown.stream().map(Ranked::domain).toList(),
                shown.stream().map(Ranked::mean).toList(),
                shown.stream().map(Ranked::max).toList(),
                shown.stream().map(Ranked::heat).toList(),
                all.size() - shown.size());
    }

    private record Ranked(Timeline.Domain domain, double load, double[] mean, double[] max, double[] heat) {}

    private static double[] column(ResultTable table, List<Integer> own, String name, int rows) {
        double[] values = new double[rows];
        Arrays.fill(values, Double.NaN);
        for (int i = 0; i < Math.min(rows, own.size()); i++) {
            values[i] = table.number(own.get(i), name);
        }
        return values;
    }
}
