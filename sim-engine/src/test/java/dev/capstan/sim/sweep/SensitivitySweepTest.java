package dev.capstan.sim.sweep;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.capstan.sim.experiment.ExperimentFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.commons.math3.distribution.TDistribution;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Three parameters at two caps, two policies and three replications: 2 x (1 + 5) x 2 x 3 = 72 runs. */
class SensitivitySweepTest {

    private static final Path SAMPLES = Path.of("..", "traces-sample");
    private static final int RUNS = 72;
    /** Tables hold ten digits of some 12 kW. */
    private static final double DIGITS = 1e-4;

    @TempDir
    static Path shared;

    private static Path whole;

    @BeforeAll
    static void runTheWholeSweepOnce() throws IOException {
        whole = shared.resolve("whole");
        sweep().run(SmallSweep.options(whole, 1, false), SweepListener.SILENT);
    }

    @Test
    void movesOneParameterAtATimeFromEachPointOfTheAxes() throws IOException {
        List<String> places = new ArrayList<>();
        Path points = whole.resolve("points.csv");
        for (int i = 0; i < 24; i++) {
            places.add(String.join(
                    " ",
                    cell(points, "cap.power", i),
                    cell(points, "policy", i),
                    cell(points, "parameter", i),
                    cell(points, "end", i),
                    cell(points, "value", i)));
        }

        assertThat(places.subList(0, 6))
                .containsExactly(
                        "12 kW none   ",
                        "12 kW replica-cap   ",
                        "12 kW none cluster.server_base low 1147.5 W",
                        "12 kW replica-cap cluster.server_base low 1147.5 W",
                        "12 kW none cluster.server_base high 1552.5 W",
                        "12 kW replica-cap cluster.server_base high 1552.5 W");
        assertThat(places.get(23)).isEqualTo("18 kW replica-cap services[].adjust.step_time high 1.025");
        assertThat(ResultsFiles.column(whole.resolve("summary.csv"), "run_id")).hasSize(RUNS);
    }

    /** 15 % of 1350 W of four servers over five minutes. Without capping nothing else depends on it. */
    @Test
    void findsTheEnergyThatFollowsFromTheBand() throws IOException {
        Path table = whole.resolve("sensitivity.csv");

        for (String bound : List.of("mean", "low", "high")) {
            assertThat(number(table, "energy_joules_change_" + bound, 0)).isCloseTo(-243_000, within(1e-3));
            assertThat(number(table, "energy_joules_change_" + bound, 1)).isCloseTo(243_000, within(1e-3));
        }
        assertThat(ResultsFiles.column(table, "policy")).startsWith("none", "none");
        assertThat(ResultsFiles.column(table, "value")).startsWith("1147.5 W", "1552.5 W");
    }

    @Test
    void comparesEachReplicationWithItself() throws IOException {
        Path summary = whole.resolve("summary.csv");
        Path table = whole.resolve("sensitivity.csv");
        List<String> parameters = ResultsFiles.column(table, "parameter");
        int checked = 0;
        for (int row = 0; row < parameters.size(); row++) {
            double[] unmoved = runs(summary, table, row, "", "");
            double[] moved = runs(summary, table, row, parameters.get(row), cell(table, "end", row));
            double[] change = {moved[0] - unmoved[0], moved[1] - unmoved[1], moved[2] - unmoved[2]};
            double mean = (change[0] + change[1] + change[2]) / 3;
            double variance = 0;
            for (double one : change) {
                variance += (one - mean) * (one - mean) / 2;
            }
            double half = new TDistribution(2).inverseCumulativeProbability(0.975) * Math.sqrt(variance / 3);

            assertThat(number(table, "mean_power_watts_change_mean", row)).isCloseTo(mean, within(DIGITS));
            assertThat(number(table, "mean_power_watts_change_low", row)).isCloseTo(mean - half, within(DIGITS));
            assertThat(number(table, "mean_power_watts_change_high", row)).isCloseTo(mean + half, within(DIGITS));
            checked += mean == 0 ? 0 : 1;
        }
        // 2 caps x 2 policies x 5 ends.
        assertThat(parameters).hasSize(20);
        assertThat(checked).isGreaterThan(10);
    }

    @Test
    void leavesThePointsOfTheAxesAsTheyAreWithoutIt(@TempDir Path temp) throws IOException {
        Path plain = temp.resolve("plain");
        sweep("sensitivity=").run(SmallSweep.options(plain, 2, false), SweepListener.SILENT);

        List<String> unmoved = Files.readAllLines(whole.resolve("points.csv")).stream()
                .filter(line -> line.contains("kW,,,,"))
                .map(line -> line.replace("kW,,,,", "kW,"))
                .toList();

        assertThat(Files.readAllLines(plain.resolve("points.csv")).subList(1, 5))
                .isEqualTo(unmoved);
        assertThat(plain.resolve("sensitivity.csv")).doesNotExist();
    }

    @Test
    void writesTheSameBytesWhateverTheNumberOfThreads(@TempDir Path temp) throws IOException {
        sweep().run(SmallSweep.options(temp.resolve("out"), 5, false), SweepListener.SILENT);

        ResultsFiles.assertSame(temp.resolve("out"), whole);
    }

    @Test
    void goesOnWhereItWasStoppedWithTheSameBytes(@TempDir Path temp) throws IOException {
        Path out = temp.resolve("out");
        assertThatThrownBy(() -> sweep().run(SmallSweep.options(out, 2, false), new StopAfter(31)))
                .isInstanceOf(StopAfter.Stopped.class);
        assertThat(out.resolve("sensitivity.csv")).doesNotExist();
        assertThatThrownBy(() -> sweep("sensitivity.cluster.server_base=[1 kW, 2 kW]")
                        .run(SmallSweep.options(out, 2, true), SweepListener.SILENT))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("another experiment");

        sweep().run(SmallSweep.options(out, 2, true), SweepListener.SILENT);

        ResultsFiles.assertSame(out, whole);
    }

    @Test
    void keepsTheCourseOfUnmovedRunsOnly() throws IOException {
        try (var runs = Files.list(whole.resolve("runs"))) {
            assertThat(runs.map(run -> run.getFileName().toString()).sorted())
                    .containsExactly("00000-none-r0", "00003-replica-cap-r0", "00036-none-r0", "00039-replica-cap-r0");
        }
    }

    @Test
    void tellsInTheManifestWhatIsMovedAndWhy() throws IOException {
        JsonNode manifest = new ObjectMapper().readTree(Files.readAllBytes(whole.resolve("manifest.json")));

        assertThat(manifest.at("/sensitivity/0/parameter").asText()).isEqualTo("cluster.server_base");
        assertThat(manifest.at("/sensitivity/0/band").asText()).isEqualTo("±15 %");
        assertThat(manifest.at("/sensitivity/0/source").asText()).contains("MLPerf");
        assertThat(manifest.at("/sensitivity/1/name").asText()).isEqualTo("wall watts per GPU watt");
        assertThat(manifest.at("/sensitivity/1/band").asText()).isEqualTo("1.16 to 1.21");
        assertThat(manifest.at("/axes/0/path").asText()).isEqualTo("cap.power");
    }

    /** One point with 21 ends, three policies, five replications. */
    @Test
    void takesTheSample() {
        ExperimentFile sample =
                ExperimentFile.read(SAMPLES.resolve("experiments").resolve("bands.yaml"), List.of());

        assertThat(Sweep.of(sample).totalRuns()).isEqualTo(22 * 3 * 5);
        assertThat(Sweep.simulate(sample).totalRuns()).isEqualTo(3);
    }

    @Test
    void simulateMovesNothing(@TempDir Path temp) throws IOException {
        Path out = temp.resolve("out");

        Sweep.simulate(file()).run(SmallSweep.options(out, 2, false), SweepListener.SILENT);

        assertThat(ResultsFiles.column(out.resolve("summary.csv"), "policy")).containsExactly("none", "replica-cap");
        assertThat(out.resolve("sensitivity.csv")).doesNotExist();
    }

    /** Mean power in the three replications at the cap and policy of a row. */
    private static double[] runs(Path summary, Path table, int row, String parameter, String end) throws IOException {
        List<String> caps = ResultsFiles.column(summary, "cap.power");
        List<Double> watts = new ArrayList<>();
        for (int run = 0; run < caps.size(); run++) {
            if (caps.get(run).equals(cell(table, "cap.power", row))
                    && cell(summary, "policy", run).equals(cell(table, "policy", row))
                    && cell(summary, "parameter", run).equals(parameter)
                    && cell(summary, "end", run).equals(end)) {
                watts.add(number(summary, "mean_power_watts", run));
            }
        }
        return watts.stream().mapToDouble(Double::doubleValue).toArray();
    }

    private static String cell(Path table, String column, int row) throws IOException {
        return ResultsFiles.column(table, column).get(row);
    }

    private static double number(Path table, String column, int row) throws IOException {
        return Double.parseDouble(cell(table, column, row));
    }

    private static ExperimentFile file(String... more) {
        List<String> sets = new ArrayList<>(List.of(
                "warmup=1m",
                "duration=5m",
                "replications=3",
                "policies=[none, replica-cap]",
                "axes={cap.power: [12 kW, 18 kW]}",
                "sensitivity={cluster.server_base: band, cluster.wall_watts_per_gpu_watt: band,"
                        + " 'services[].adjust.step_time': band}"));
        sets.addAll(List.of(more));
        return ExperimentFile.read(SAMPLES.resolve("experiments").resolve("timers.yaml"), sets);
    }

    private static Sweep sweep(String... more) {
        return Sweep.of(file(more));
    }
}
