package dev.capstan.sim.results;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Writes {@code comparison.csv}: every policy less the one that it is compared with, at each point. */
final class ComparisonTable {

    private final List<String> axes;
    private final String against;
    private final PairedChange differences;

    /**
     * @param axes columns that say where a run stands
     * @param against label of the policy to compare with
     */
    ComparisonTable(List<String> axes, String against, PairedChange differences) {
        this.axes = axes;
        this.against = against;
        this.differences = differences;
    }

    void write(Path file, List<Row> ordered) throws IOException {
        List<String> header = new ArrayList<>(axes);
        header.addAll(List.of("policy", "against", "cap_watts", "replications"));
        header.addAll(differences.columns());
        Map<List<String>, Map<String, List<Row>>> places = new LinkedHashMap<>();
        for (Row row : ordered) {
            places.computeIfAbsent(row.axisValues(), place -> new LinkedHashMap<>())
                    .computeIfAbsent(row.policy(), policy -> new ArrayList<>())
                    .add(row);
        }
        try (CsvTable table = new CsvTable(file, header)) {
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
    }
}
