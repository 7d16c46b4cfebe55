package dev.capstan.report;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * How latencies and excursions of one run are distributed.
 *
 * @param latencies of each service, in the order of the experiment
 * @param excursions seconds and highest watts over the cap of the longest, the longest first
 * @param excursionsLeftOut how many more there were
 */
record RunDistributions(Map<String, Latencies> latencies, List<double[]> excursions, int excursionsLeftOut) {

    private static final int MAX_EXCURSIONS = 200;

    /** Seconds at each hundredth of the requests. */
    record Latencies(double[] ttft, double[] tpot, double[] e2e) {}

    /** Empty where an earlier version wrote the folder. */
    static RunDistributions read(Path runFolder) {
        Map<String, Latencies> latencies = new LinkedHashMap<>();
        Path ofRequests = runFolder.resolve("latencies.csv");
        if (Files.isRegularFile(ofRequests)) {
            ResultTable table = ResultTable.read(ofRequests, Set.of(), List.of("service", "share"));
            Map<String, List<Integer>> rows = new LinkedHashMap<>();
            IntStream.range(0, table.rows())
                    .forEach(row -> rows.computeIfAbsent(table.text(row, "service"), missing -> new ArrayList<>())
                            .add(row));
            rows.forEach((service, ofService) -> latencies.put(
                    service,
                    new Latencies(
                            column(table, ofService, "ttft_seconds"),
                            column(table, ofService, "tpot_seconds"),
                            column(table, ofService, "e2e_seconds"))));
        }
        Path ofExcursions = runFolder.resolve("excursions.csv");
        if (!Files.isRegularFile(ofExcursions)) {
            return new RunDistributions(latencies, List.of(), 0);
        }
        ResultTable table =
                ResultTable.read(ofExcursions, Set.of(), List.of("duration_seconds", "peak_over_cap_watts"));
        List<double[]> all = IntStream.range(0, table.rows())
                .mapToObj(row ->
                        new double[] {table.number(row, "duration_seconds"), table.number(row, "peak_over_cap_watts")})
                .sorted((a, b) -> Double.compare(b[0], a[0]))
                .toList();
        int shown = Math.min(MAX_EXCURSIONS, all.size());
        return new RunDistributions(latencies, all.subList(0, shown), all.size() - shown);
    }

    private static double[] column(ResultTable table, List<Integer> rows, String name) {
        return rows.stream().mapToDouble(row -> table.number(row, name)).toArray();
    }
}
