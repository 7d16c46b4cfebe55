package dev.capstan.sim.results;

import dev.capstan.sim.run.Figure;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Writes {@code effects.csv}, the main effects of the axes: for each value of an axis the mean of each figure over all points
 * that have it. Each replication gives one such mean, and the interval is Student's t over these, since the points of a
 * replication share their requests and chance. Only replications that all points have count.
 */
final class EffectsTable implements ResultTable {

    private record Key(String value, String policy) {}

    /** The sums of a replication over the points with one value of an axis. */
    private static final class Sums {
        private final double[] sums = new double[Layout.compared().size()];
        private final int[] counts = new int[sums.length];
        private int points;
    }

    private final Layout layout;
    private final List<Figure> figures = Layout.compared();
    private final CsvTable table;

    /** Of each axis; the sums in the order of the replications. */
    private final List<Map<Key, List<Sums>>> axes = new ArrayList<>();

    EffectsTable(Path file, Layout layout) throws IOException {
        this.layout = layout;
        layout.axes().forEach(axis -> axes.add(new LinkedHashMap<>()));
        List<String> header = new ArrayList<>(List.of("axis", "value", "policy", "points", "replications"));
        for (Figure figure : figures) {
            header.addAll(List.of(figure.column() + "_mean", figure.column() + "_low", figure.column() + "_high"));
        }
        table = new CsvTable(file, header);
    }

    @Override
    public void add(List<Row> runs) {
        for (Row row : runs) {
            if (layout.isUnmoved(row)) {
                for (int axis = 0; axis < axes.size(); axis++) {
                    List<Sums> replications = axes.get(axis)
                            .computeIfAbsent(
                                    new Key(row.axisValues().get(axis), row.policy()), missing -> new ArrayList<>());
                    while (replications.size() <= row.replication()) {
                        replications.add(new Sums());
                    }
                    add(row, replications.get(row.replication()));
                }
            }
        }
    }

    private void add(Row row, Sums to) {
        to.points++;
        for (int i = 0; i < to.sums.length; i++) {
            double value = row.figures()[figures.get(i).ordinal()];
            if (!Double.isNaN(value)) {
                to.sums[i] += value;
                to.counts[i]++;
            }
        }
    }

    @Override
    public void finish() {
        for (int axis = 0; axis < axes.size(); axis++) {
            String path = layout.axes().get(axis);
            axes.get(axis).forEach((key, replications) -> table.row(cells(path, key, replications)));
        }
    }

    private Object[] cells(String axis, Key key, List<Sums> replications) {
        int points = replications.get(0).points;
        List<Sums> whole =
                replications.stream().filter(sums -> sums.points == points).toList();
        List<Object> cells = new ArrayList<>(List.of(axis, key.value(), key.policy(), points, whole.size()));
        for (int i = 0; i < figures.size(); i++) {
            int figure = i;
            Interval mean = Interval.ofMean(
                    whole.stream()
                            .mapToDouble(sums -> sums.sums[figure] / sums.counts[figure])
                            .toArray(),
                    layout.confidence());
            cells.addAll(List.of(mean.estimate(), mean.low(), mean.high()));
        }
        return cells.toArray();
    }

    @Override
    public void close() throws IOException {
        table.close();
    }
}
