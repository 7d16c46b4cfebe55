package dev.capstan.sim.results;

import static org.assertj.core.api.Assertions.assertThat;

import dev.capstan.sim.run.Figure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EffectsTableTest {

    @TempDir
    private Path folder;

    /**
     * At 5 s the points of replication 0 have success 0.2 and 0.4, those of replication 1 0.6 and none, which has no disturbance:
     * means 0.3 and 0.6, and in the mean 0.45. Their standard deviation is 0.15 √2, the half width 12.7062 · 0.15 = 1.90593.
     */
    @Test
    void averagesOverThePointsOfAReplicationAndTakesTheIntervalOverReplications() throws IOException {
        List<Row> rows = List.of(
                row(0, 0.2, "5s", "1m"),
                row(1, 0.6, "5s", "1m"),
                row(0, 0.4, "5s", "5m"),
                row(1, Double.NaN, "5s", "5m"),
                row(0, 0.8, "10s", "1m"),
                row(1, 0.8, "10s", "1m"),
                row(0, 1, "10s", "5m"),
                row(1, 1, "10s", "5m"));
        Path file = folder.resolve("effects.csv");

        Layout layout = new Layout(
                SweepLayouts.grid(new TreeMap<>(Map.of(
                        "control.interval", List.of("5s", "10s"), "telemetry.rate_window", List.of("1m", "5m")))),
                false,
                Optional.empty(),
                0.95,
                1);
        try (EffectsTable table = new EffectsTable(file, layout)) {
            for (int point = 0; point < rows.size(); point += 2) {
                table.add(rows.subList(point, point + 2));
            }
            table.finish();
        }

        assertThat(Files.readAllLines(file))
                .satisfiesExactly(
                        header -> assertThat(header)
                                .startsWith("axis,value,policy,points,replications,"
                                        + "success_rate_mean,success_rate_low,success_rate_high,"),
                        line -> assertThat(line)
                                .startsWith("control.interval,5s,capstan,2,2,0.45,-1.4559")
                                .contains(",2.3559"),
                        line -> assertThat(line).startsWith("control.interval,10s,capstan,2,2,0.9,0.9,0.9,"),
                        // Replication 0: (0.2 + 0.8) / 2, replication 1: (0.6 + 0.8) / 2.
                        line -> assertThat(line).startsWith("telemetry.rate_window,1m,capstan,2,2,0.6,"),
                        // Replication 0: (0.4 + 1) / 2, replication 1: 1 alone.
                        line -> assertThat(line).startsWith("telemetry.rate_window,5m,capstan,2,2,0.85,"));
    }

    private static Row row(int replication, double success, String... axisValues) {
        double[] figures = new double[Figure.values().length];
        Arrays.fill(figures, Double.NaN);
        figures[Figure.SUCCESS_RATE.ordinal()] = success;
        return new Row(0, "run", List.of(axisValues), "capstan", 20_000, replication, 1, figures, List.of());
    }
}
