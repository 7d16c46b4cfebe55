package dev.capstan.sim.results;

import dev.capstan.sim.run.Figure;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Writes {@code summary.csv}: a row for each run. */
final class SummaryTable implements ResultTable {

    private final CsvTable table;

    SummaryTable(Path file, Layout layout) throws IOException {
        List<String> header = layout.places();
        header.addAll(List.of("run_id", "policy", "cap_watts", "replication", "seed"));
        for (Figure figure : Figure.values()) {
            header.add(figure.column());
        }
        table = new CsvTable(file, header);
    }

    @Override
    public void add(List<Row> runs) {
        for (Row row : runs) {
            List<Object> cells = new ArrayList<>(row.axisValues());
            cells.addAll(List.of(row.runId(), row.policy(), row.capWatts(), row.replication(), row.seed()));
            for (double figure : row.figures()) {
                cells.add(figure);
            }
            table.row(cells.toArray());
        }
    }

    @Override
    public void close() throws IOException {
        table.close();
    }
}
