package dev.capstan.sim.results;

import dev.capstan.sim.run.Figure;
import java.util.ArrayList;
import java.util.List;

/**
 * How far figures differ between runs that have the same requests and chance: the mean over the replications of one less the
 * other, with its interval by Student's t over these pairs.
 */
final class PairedChange {

    private final String suffix;
    private final List<Figure> figures = Layout.compared();
    private final double confidence;

    /** @param suffix of the columns, after the name of the figure */
    PairedChange(String suffix, double confidence) {
        this.suffix = suffix;
        this.confidence = confidence;
    }

    List<String> columns() {
        List<String> columns = new ArrayList<>();
        for (Figure figure : figures) {
            String name = figure.column() + suffix;
            columns.addAll(List.of(name + "_mean", name + "_low", name + "_high"));
        }
        return columns;
    }

    /** Both lists hold the same replications, in their order. */
    List<Double> cells(List<Row> from, List<Row> to) {
        List<Double> cells = new ArrayList<>();
        for (Figure figure : figures) {
            double[] changes = new double[to.size()];
            for (int i = 0; i < changes.length; i++) {
                changes[i] = to.get(i).figures()[figure.ordinal()] - from.get(i).figures()[figure.ordinal()];
            }
            Interval change = Interval.ofMean(changes, confidence);
            cells.addAll(List.of(change.estimate(), change.low(), change.high()));
        }
        return cells;
    }
}
