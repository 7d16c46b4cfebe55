package dev.capstan.sim.results;

import dev.capstan.sim.run.Figure;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Writes {@code points.csv}: a row for each point and policy, taken together over the replications. */
final class PointsTable implements ResultTable {

    private record Key(List<String> axisValues, String policy) {}

    private final CsvTable table;
    private final double confidence;

    PointsTable(Path file, Layout layout) throws IOException {
        confidence = layout.confidence();
        List<String> header = layout.places();
        header.addAll(List.of(
                "policy",
                "cap_watts",
                "replications",
                "disturbances",
                "disturbances_contained",
                "success_rate",
                "success_rate_low",
                "success_rate_high"));
        for (Figure figure : Layout.averaged()) {
            header.addAll(List.of(figure.column() + "_mean", figure.column() + "_low", figure.column() + "_high"));
        }
        table = new CsvTable(file, header);
    }

    @Override
    public void add(List<Row> runs) {
        Map<Key, List<Row>> groups = new LinkedHashMap<>();
        for (Row row : runs) {
            groups.computeIfAbsent(new Key(row.axisValues(), row.policy()), key -> new ArrayList<>())
                    .add(row);
        }
        groups.forEach(this::row);
    }

    private void row(Key key, List<Row> replications) {
        List<Object> cells = new ArrayList<>(key.axisValues());
        Interval success = success(replications, confidence);
        cells.addAll(List.of(
                key.policy(),
                replications.get(0).capWatts(),
                replications.size(),
                sum(replications, Figure.DISTURBANCES),
                sum(replications, Figure.DISTURBANCES_CONTAINED),
                success.estimate(),
                success.low(),
                success.high()));
        for (Figure figure : Layout.averaged()) {
            Interval mean = Interval.ofMean(values(replications, figure), confidence);
            cells.addAll(List.of(mean.estimate(), mean.low(), mean.high()));
        }
        table.row(cells.toArray());
    }

    /** The interval of a figure over the replications of a point and policy, as the table has it. */
    static Interval interval(List<Row> replications, Figure figure, double confidence) {
        return figure == Figure.SUCCESS_RATE
                ? success(replications, confidence)
                : Interval.ofMean(values(replications, figure), confidence);
    }

    private static Interval success(List<Row> replications, double confidence) {
        return Interval.ofShare(
                values(replications, Figure.DISTURBANCES_CONTAINED),
                values(replications, Figure.DISTURBANCES),
                confidence);
    }

    private static double[] values(List<Row> rows, Figure figure) {
        return rows.stream().mapToDouble(row -> row.figures()[figure.ordinal()]).toArray();
    }

    private static long sum(List<Row> rows, Figure figure) {
        long sum = 0;
        for (Row row : rows) {
            sum += (long) row.figures()[figure.ordinal()];
        }
        return sum;
    }

    @Override
    public void close() throws IOException {
        table.close();
    }
}
