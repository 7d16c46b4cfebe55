package dev.capstan.sim.validation;

import static dev.capstan.sim.validation.Check.Layer.REPRODUCTION;

import dev.capstan.capping.ActionThreshold;
import dev.capstan.sim.results.Interval;
import dev.capstan.trace.RequestTrace;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** R3: the slower the lever, the lower the threshold, or the fewer servers a row can take. */
final class ActuationSuite implements Suite {

    private static final String SOURCE = "Patel et al., POLCA, ASPLOS 2024, second-hand";
    private static final int SEEDS = 6;

    /** In band; the brake; a UPS rides through; out of band; beyond. */
    private static final double[] LATENCIES_SECONDS = {0.1, 5, 10, 40, 60};

    /** Exporter, scrape and the window's second sample: until a clock is seen. */
    private static final double READ_BACK_SECONDS = 4;

    /** Servers added at a time, 5 %. */
    private static final int STEP = InferenceRow.PROVISIONED / 20;

    private static final double COPIES_PER_SERVER = 0.02;
    private static final double CODE_COPIES = 3;

    @Override
    public String name() {
        return "actuation";
    }

    @Override
    public String about() {
        return "R3: that clocks take 40 s to land sets POLCA's second threshold. The general rule must give it from the"
                + " published rise; and with the thresholds as they are, a row can take the fewer servers without a brake the"
                + " later its clocks land. The row is that of R2 under a load that rises faster: three times as much code as"
                + " conversation. Servers are added by 5 % until the first brake; mean of " + SEEDS
                + " draws, interval of paired differences, 95 %.";
    }

    @Override
    public List<Check> run(Optional<Path> traces) {
        List<Check> checks = new ArrayList<>();
        checks.add(Check.within(
                "threshold from the published rise of 11.8 % in 40 s",
                REPRODUCTION,
                SOURCE + "; the paper takes 0.89 and leaves the rest to the brake",
                "",
                0.882,
                ActionThreshold.under(0.118),
                1e-9));
        Path data = traces.orElse(Path.of("CAPSTAN_TRACES"));
        String most = "servers that can be added without a brake";
        if (!Files.isDirectory(data.resolve(InferenceRow.AZURE))) {
            checks.add(Check.skipped(most, REPRODUCTION, SOURCE, "no " + data.resolve(InferenceRow.AZURE)));
            return checks;
        }
        RequestTrace hour = InferenceRow.azureHour(data, CODE_COPIES);
        InferenceRow[] rows = new InferenceRow[SEEDS];
        Arrays.setAll(rows, seed -> new InferenceRow(hour, COPIES_PER_SERVER, seed));
        checks.add(Check.reported(
                "threshold from the row's own rise in 40 s, quantile 0.999",
                REPRODUCTION,
                SOURCE,
                "",
                ActionThreshold.under(Arrays.stream(rows)
                        .mapToDouble(row -> row.rise(40, ActionThreshold.QUANTILE))
                        .average()
                        .orElseThrow())));
        double[][] added = new double[LATENCIES_SECONDS.length][];
        double[] means = new double[LATENCIES_SECONDS.length];
        for (int i = 0; i < added.length; i++) {
            double latency = LATENCIES_SECONDS[i];
            added[i] = Arrays.stream(rows)
                    .mapToDouble(row -> percentWithoutBrake(row, latency))
                    .toArray();
            means[i] = Arrays.stream(added[i]).average().orElseThrow();
        }
        checks.add(
                Check.falls(most + ", clocks landing after 0.1, 5, 10, 40 and 60 s", REPRODUCTION, SOURCE, "%", means));
        double[] lost = new double[SEEDS];
        Arrays.setAll(lost, seed -> added[0][seed] - added[added.length - 1][seed]);
        checks.add(Check.liesIn(
                "servers lost from 0.1 to 60 s", REPRODUCTION, SOURCE, "%", 0, 100, Interval.ofMean(lost)));
        return checks;
    }

    private static double percentWithoutBrake(InferenceRow row, double latencySeconds) {
        Map<String, Double> parameters = Map.of("latency_seconds", latencySeconds + READ_BACK_SECONDS);
        int servers = InferenceRow.PROVISIONED + 4 * STEP;
        // Servers that would not reach the limit uncapped are not worth a run.
        while (row.peak(servers + STEP) <= 1
                || InferenceRow.brakes(row.run(servers + STEP, "polca", parameters, latencySeconds)) == 0) {
            servers += STEP;
        }
        return 100.0 * (servers - InferenceRow.PROVISIONED) / InferenceRow.PROVISIONED;
    }
}
