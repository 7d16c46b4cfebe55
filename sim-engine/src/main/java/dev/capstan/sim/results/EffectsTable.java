package dev.capstan.sim.results;

import dev.capstan.sim.run.Figure;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Writes {@code effects.csv}, the main effects of the axes: for each value of an axis the mean of each figure over all points
 * that have it. Each replication gives one such mean, and the interval is Student's t over these, since the points of a
 * replication share their requests and chance.
 */
final class EffectsTable {

    private record Key(String axis, String value, String policy) {}

    private final List<String> axes;
    private final List<Figure> figures;

    EffectsTable(List<String> axes, List<Figure> figures) {
        this.axes = axes;
        this.figures = figures;
    }

    /** @param ordered the runs at which no parameter was moved; values of the axes come first in theirs */
    void write(Path file, List<Row> ordered) throws IOException {
        List<String> header = new ArrayList<>(List.of("axis", "value", "policy", "points", "replications"));
        for (Figure figure : figures) {
            header.addAll(List.of(figure.column() + "_mean", figure.column() + "_low", figure.column() + "_high"));
        }
        try (CsvTable table = new CsvTable(file, header)) {
            for (int axis = 0; axis < axes.size(); axis++) {
                Map<Key, Map<Integer, List<Row>>> groups = new LinkedHashMap<>();
                for (Row row : ordered) {
                    Key key = new Key(axes.get(axis), row.axisValues().get(axis), row.policy());
                    groups.computeIfAbsent(key, missing -> new TreeMap<>())
                            .computeIfAbsent(row.replication(), missing -> new ArrayList<>())
                            .add(row);
                }
                groups.forEach((key, replications) -> table.row(cells(key, replications)));
            }
        }
    }

    private Object[] cells(Key key, Map<Integer, List<Row>> replications) {
        List<Object> cells = new ArrayList<>(List.of(key.axis(), key.value(), key.policy()));
        cells.add(replications.values().stream().mapToInt(List::size).max().orElse(0));
        cells.add(replications.size());
        for (Figure figure : figures) {
            Interval mean = Interval.ofMean(replications.values().stream()
                    .mapToDouble(rows -> Interval.ofMean(rows.stream()
                                    .mapToDouble(row -> row.figures()[figure.ordinal()])
                                    .toArray())
                            .estimate())
                    .toArray());
            cells.addAll(List.of(mean.estimate(), mean.low(), mean.high()));
        }
        return cells.toArray();
    }
}
