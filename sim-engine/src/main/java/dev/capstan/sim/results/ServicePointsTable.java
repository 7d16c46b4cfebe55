package dev.capstan.sim.results;

import dev.capstan.sim.run.ServiceFigure;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Writes {@code service-points.csv}: what each service got at each point, over the replications. */
final class ServicePointsTable implements ResultTable {

    /** Figures that are averaged over the replications. */
    private static final List<ServiceFigure> AVERAGED = List.of(
            ServiceFigure.REQUESTS_ARRIVED,
            ServiceFigure.REQUESTS_COMPLETED,
            ServiceFigure.REFUSED_SHARE,
            ServiceFigure.GENERATED_TOKENS_PER_SECOND,
            ServiceFigure.TTFT_P50_SECONDS,
            ServiceFigure.TTFT_P99_SECONDS,
            ServiceFigure.TPOT_P99_SECONDS,
            ServiceFigure.E2E_P99_SECONDS,
            ServiceFigure.SLO_ATTAINMENT,
            ServiceFigure.GOODPUT_REQUESTS_PER_SECOND,
            ServiceFigure.ACTIVE_ENERGY_JOULES,
            ServiceFigure.ACTIVE_JOULES_PER_GENERATED_TOKEN,
            ServiceFigure.MEAN_READY_REPLICAS,
            ServiceFigure.REPLICA_CHANGES,
            ServiceFigure.OUT_OF_RANGE_TIME_SHARE);

    private record Key(List<String> axisValues, String policy, double capWatts, String service) {}

    private final CsvTable table;
    private final double confidence;

    ServicePointsTable(Path file, Layout layout) throws IOException {
        confidence = layout.confidence();
        List<String> header = layout.places();
        header.addAll(List.of("policy", "cap_watts", "service", "replications"));
        for (ServiceFigure figure : AVERAGED) {
            header.addAll(List.of(figure.column() + "_mean", figure.column() + "_low", figure.column() + "_high"));
        }
        table = new CsvTable(file, header);
    }

    @Override
    public void add(List<Row> runs) {
        Map<Key, List<double[]>> groups = new LinkedHashMap<>();
        for (Row row : runs) {
            for (Row.Service service : row.services()) {
                Key key = new Key(row.axisValues(), row.policy(), row.capWatts(), service.name());
                groups.computeIfAbsent(key, missing -> new ArrayList<>()).add(service.figures());
            }
        }
        groups.forEach((key, replications) -> {
            List<Object> cells = new ArrayList<>(key.axisValues());
            cells.addAll(List.of(key.policy(), key.capWatts(), key.service(), replications.size()));
            for (ServiceFigure figure : AVERAGED) {
                Interval mean = Interval.ofMean(
                        replications.stream()
                                .mapToDouble(figures -> figures[figure.ordinal()])
                                .toArray(),
                        confidence);
                cells.addAll(List.of(mean.estimate(), mean.low(), mean.high()));
            }
            table.row(cells.toArray());
        });
    }

    @Override
    public void close() throws IOException {
        table.close();
    }
}
