package dev.capstan.sim.results;

import dev.capstan.sim.run.Figure;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Writes {@code sensitivity.csv}: how far each figure moves when one parameter is at an end of its band. A replication has
 * the same requests and chance at both places, so what counts is the difference of each pair.
 */
final class SensitivityTable {

    /** Columns that say which parameter of a run was moved; all empty where none was. */
    static final List<String> COLUMNS = List.of("parameter", "end", "value");

    private static final List<String> UNMOVED = List.of("", "", "");

    private record Key(List<String> axisValues, String policy) {}

    private final List<String> axes;
    private final List<Figure> figures;

    /** @param axes columns of the axes; the values of {@link #COLUMNS} follow theirs in each row */
    SensitivityTable(List<String> axes, List<Figure> figures) {
        this.axes = axes;
        this.figures = figures;
    }

    void write(Path file, List<Row> ordered) throws IOException {
        List<String> header = new ArrayList<>(axes);
        header.addAll(List.of("policy", "cap_watts"));
        header.addAll(COLUMNS);
        header.add("replications");
        for (Figure figure : figures) {
            String name = figure.column() + "_change";
            header.addAll(List.of(name + "_mean", name + "_low", name + "_high"));
        }
        Map<Key, Map<List<String>, List<Row>>> places = new LinkedHashMap<>();
        for (Row row : ordered) {
            Key place = new Key(row.axisValues().subList(0, axes.size()), row.policy());
            List<String> moved =
                    row.axisValues().subList(axes.size(), row.axisValues().size());
            places.computeIfAbsent(place, key -> new LinkedHashMap<>())
                    .computeIfAbsent(moved, key -> new ArrayList<>())
                    .add(row);
        }
        try (CsvTable table = new CsvTable(file, header)) {
            places.forEach((place, byParameter) -> {
                List<Row> unmoved = byParameter.getOrDefault(UNMOVED, List.of());
                byParameter.forEach((moved, rows) -> {
                    if (!moved.equals(UNMOVED)) {
                        List<Object> cells = new ArrayList<>(place.axisValues());
                        cells.addAll(List.of(place.policy(), rows.get(0).capWatts()));
                        cells.addAll(moved);
                        cells.add(rows.size());
                        for (Figure figure : figures) {
                            Interval change = change(unmoved, rows, figure);
                            cells.addAll(List.of(change.estimate(), change.low(), change.high()));
                        }
                        table.row(cells.toArray());
                    }
                });
            });
        }
    }

    /** Both lists hold all replications, in their order. */
    private static Interval change(List<Row> unmoved, List<Row> moved, Figure figure) {
        double[] changes = new double[moved.size()];
        for (int i = 0; i < changes.length; i++) {
            changes[i] =
                    moved.get(i).figures()[figure.ordinal()] - unmoved.get(i).figures()[figure.ordinal()];
        }
        return Interval.ofMean(changes);
    }
}
