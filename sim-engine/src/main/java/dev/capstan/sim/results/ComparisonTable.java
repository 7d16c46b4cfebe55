package dev.capstan.sim.results;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Writes {@code comparison.csv}: every policy less the one that it is compared with, at each point. */
final class ComparisonTable implements ResultTable {

    private final String against;
    private final PairedChange differences;
    private final CsvTable table;

    /** @param against label of the policy to compare with */
    ComparisonTable(Path file, Layout layout, String against) throws IOException {
        this.against = against;
        differences = new PairedChange("_difference", layout.confidence());
        List<String> header = layout.places();
        header.addAll(List.of("policy", "against", "cap_watts", "replications"));
        header.addAll(differences.columns());
        table = new CsvTable(file, header);
    }

    @Override
    public void add(List<Row> runs) {
        Map<List<String>, Map<String, List<Row>>> places = new LinkedHashMap<>();
        for (Row row : runs) {
            places.computeIfAbsent(row.axisValues(), place -> new LinkedHashMap<>())
                    .computeIfAbsent(row.policy(), policy -> new ArrayList<>())
                    .add(row);
        }
        places.forEach((place, byPolicy) -> byPolicy.forEach((policy, rows) -> {
            List<Row> others = byPolicy.get(against);
            if (!policy.equals(against) && others != null) {
                List<Object> cells = new ArrayList<>(place);
                cells.addAll(List.of(policy, against, rows.get(0).capWatts(), rows.size()));
                cells.addAll(differences.cells(others, rows));
                table.row(cells.toArray());
            }
        }));
    }

    @Override
    public void close() throws IOException {
        table.close();
    }
}
