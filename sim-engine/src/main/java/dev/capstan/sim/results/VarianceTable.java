package dev.capstan.sim.results;

import dev.capstan.sim.experiment.Axis;
import dev.capstan.sim.experiment.SweepLayout;
import dev.capstan.sim.run.Figure;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Writes {@code variance.csv}: where the variance of each figure over the points of a sweep comes from. Takes the runs point by point;
 * of a grid it keeps sums only.
 */
final class VarianceTable implements ResultTable {

    private final Path file;
    private final Layout table;
    private final SweepLayout layout;
    private final List<Figure> figures;

    /** For each dimension its places by the values of its axes. */
    private final List<Map<List<String>, Integer>> places;

    private final Map<String, VarianceShares> policies = new LinkedHashMap<>();

    VarianceTable(Path file, Layout table) {
        this(file, table, Layout.compared());
    }

    VarianceTable(Path file, Layout table, List<Figure> figures) {
        this.file = file;
        this.table = table;
        this.figures = figures;
        layout = table.points();
        places = layout.dimensions().stream()
                .map(dimension -> {
                    Map<List<String>, Integer> byValues = new HashMap<>();
                    dimension.places().forEach(place -> byValues.put(place, byValues.size()));
                    return byValues;
                })
                .toList();
    }

    @Override
    public void add(List<Row> runs) {
        for (Row row : runs) {
            if (table.isUnmoved(row)) {
                add(row);
            }
        }
    }

    private void add(Row row) {
        int[] at = IntStream.range(0, places.size())
                .map(dimension -> places.get(dimension)
                        .get(layout.dimensions().get(dimension).axes().stream()
                                .map(row.axisValues()::get)
                                .toList()))
                .toArray();
        double[] values = figures.stream()
                .mapToDouble(figure -> row.figures()[figure.ordinal()])
                .toArray();
        policies.computeIfAbsent(row.policy(), first -> shares()).add(row.replication(), at, values);
    }

    private VarianceShares shares() {
        List<SweepLayout.Dimension> dimensions = layout.dimensions();
        for (int i = 0; i < dimensions.size(); i++) {
            Axis axis = layout.axes().get(dimensions.get(i).axes().get(0));
            if (axis.continuum().isPresent()) {
                return new DesignVariance(layout, i, figures.size(), table.seed());
            }
        }
        return new GridVariance(
                dimensions.stream().map(this::factor).toList(),
                dimensions.stream()
                        .mapToInt(dimension -> dimension.places().size())
                        .toArray(),
                figures.size());
    }

    private String factor(SweepLayout.Dimension dimension) {
        return dimension.axes().stream()
                .map(axis -> layout.axes().get(axis).path())
                .collect(Collectors.joining(" + "));
    }

    /** Writes the policies whose runs lie so that the variance can be shared out; no file where there is none. */
    @Override
    public void finish() throws IOException {
        if (policies.values().stream().allMatch(shares -> shares.obstacle().isPresent())) {
            return;
        }
        try (CsvTable csv =
                new CsvTable(file, List.of("policy", "figure", "term", "kind", "share", "share_low", "share_high"))) {
            policies.forEach((policy, shares) -> {
                List<List<VarianceShares.Term>> terms = shares.obstacle().isEmpty() ? shares.terms() : List.of();
                for (int figure = 0; figure < terms.size(); figure++) {
                    for (VarianceShares.Term term : terms.get(figure)) {
                        csv.row(
                                policy,
                                figures.get(figure).column(),
                                term.term(),
                                term.kind(),
                                term.share().estimate(),
                                term.share().low(),
                                term.share().high());
                    }
                }
            });
        }
    }

    @Override
    public void close() {}
}
