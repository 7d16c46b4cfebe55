package dev.capstan.sim.results;

import dev.capstan.sim.run.ServiceFigure;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Writes {@code services.csv}: what each service got in each run. */
final class ServicesTable implements ResultTable {

    private final CsvTable table;

    ServicesTable(Path file, Layout layout) throws IOException {
        List<String> header = layout.places();
        header.addAll(List.of("run_id", "policy", "cap_watts", "replication", "seed", "service"));
        for (ServiceFigure figure : ServiceFigure.values()) {
            header.add(figure.column());
        }
        table = new CsvTable(file, header);
    }

    @Override
    public void add(List<Row> runs) {
        for (Row row : runs) {
            for (Row.Service service : row.services()) {
                List<Object> cells = new ArrayList<>(row.axisValues());
                cells.addAll(List.of(row.runId(), row.policy(), row.capWatts(), row.replication(), row.seed()));
                cells.add(service.name());
                for (double figure : service.figures()) {
                    cells.add(figure);
                }
                table.row(cells.toArray());
            }
        }
    }

    @Override
    public void close() throws IOException {
        table.close();
    }
}
