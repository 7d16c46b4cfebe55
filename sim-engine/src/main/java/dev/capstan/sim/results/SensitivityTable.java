package dev.capstan.sim.results;

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
final class SensitivityTable implements ResultTable {

    /** Columns that say which parameter of a run was moved; all empty where none was. */
    static final List<String> COLUMNS = List.of("parameter", "end", "value");

    private static final List<String> UNMOVED = List.of("", "", "");

    private record Key(List<String> axisValues, String policy) {}

    private final int axes;
    private final PairedChange changes;
    private final CsvTable table;

    SensitivityTable(Path file, Layout layout) throws IOException {
        axes = layout.axes().size();
        changes = new PairedChange("_change", layout.confidence());
        List<String> header = new ArrayList<>(layout.axes());
        header.addAll(List.of("policy", "cap_watts"));
        header.addAll(COLUMNS);
        header.add("replications");
        header.addAll(changes.columns());
        table = new CsvTable(file, header);
    }

    @Override
    public void add(List<Row> runs) {
        Map<Key, Map<List<String>, List<Row>>> places = new LinkedHashMap<>();
        for (Row row : runs) {
            Key place = new Key(row.axisValues().subList(0, axes), row.policy());
            List<String> moved = row.axisValues().subList(axes, row.axisValues().size());
            places.computeIfAbsent(place, key -> new LinkedHashMap<>())
                    .computeIfAbsent(moved, key -> new ArrayList<>())
                    .add(row);
        }
        places.forEach((place, byParameter) -> {
            List<Row> unmoved = byParameter.getOrDefault(UNMOVED, List.of());
            byParameter.forEach((moved, rows) -> {
                if (!moved.equals(UNMOVED)) {
                    List<Object> cells = new ArrayList<>(place.axisValues());
                    cells.addAll(List.of(place.policy(), rows.get(0).capWatts()));
                    cells.addAll(moved);
                    cells.add(rows.size());
                    cells.addAll(changes.cells(unmoved, rows));
                    table.row(cells.toArray());
                }
            });
        });
    }

    @Override
    public void close() throws IOException {
        table.close();
    }
}
