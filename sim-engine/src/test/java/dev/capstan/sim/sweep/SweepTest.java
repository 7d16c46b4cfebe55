package dev.capstan.sim.sweep;

import static dev.capstan.sim.sweep.SmallSweep.REQUESTS;
import static dev.capstan.sim.sweep.SmallSweep.SAMPLES;
import static dev.capstan.sim.sweep.SmallSweep.file;
import static dev.capstan.sim.sweep.SmallSweep.options;
import static dev.capstan.sim.sweep.SmallSweep.sweep;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.capstan.sim.experiment.ExperimentFile;
import dev.capstan.sim.experiment.InvalidExperimentException;
import dev.capstan.trace.TraceException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SweepTest {

    @TempDir
    static Path shared;

    private static Path whole;

    @BeforeAll
    static void runTheWholeSweepOnce() throws IOException {
        whole = shared.resolve("whole");
        sweep().run(options(whole, 1, false), SweepListener.SILENT);
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 7})
    void writesTheSameBytesWhateverTheNumberOfThreads(int jobs, @TempDir Path temp) throws IOException {
        Path out = temp.resolve("out");

        sweep().run(options(out, jobs, false), SweepListener.SILENT);

        ResultsFiles.assertSame(out, whole);
    }

    @Test
    void ordersRunsByAxesThenPoliciesThenReplications() throws IOException {
        Path summary = whole.resolve("summary.csv");

        List<String> runs = ResultsFiles.column(summary, "run_id");
        assertThat(runs).hasSize(24);
        assertThat(runs.subList(0, 4))
                .containsExactly(
                        "00000-none-r0", "00001-none-r1", "00002-climatik-shipped-r0", "00003-climatik-shipped-r1");
        assertThat(ResultsFiles.column(summary, "cap.power").subList(10, 14))
                .containsExactly("12 kW", "12 kW", "18 kW", "18 kW");
        assertThat(ResultsFiles.column(summary, "control.interval").subList(4, 8))
                .containsExactly("5s", "5s", "30s", "30s");
        assertThat(ResultsFiles.column(summary, "cap_watts"))
                .startsWith("12000")
                .endsWith("18000");
    }

    @Test
    void givesAReplicationTheSameSeedAndRequestsAtEveryPoint() throws IOException {
        Path summary = whole.resolve("summary.csv");
        List<String> replications = ResultsFiles.column(summary, "replication");
        List<String> seeds = ResultsFiles.column(summary, "seed");
        List<String> arrived = ResultsFiles.column(summary, "requests_arrived");

        for (int i = 0; i < seeds.size(); i++) {
            int same = Integer.parseInt(replications.get(i));
            assertThat(seeds.get(i)).isEqualTo(seeds.get(same));
            assertThat(arrived.get(i)).isEqualTo(arrived.get(same));
        }
        assertThat(seeds.get(0)).isNotEqualTo(seeds.get(1));
    }

    @Test
    void keepsTheCourseOfFirstReplicationsInTheColumnsOfTheDocumentation() throws IOException {
        List<MatchResult> documented = Pattern.compile("(?m)^\\| `(\\w+\\.csv)` \\| `([^`]+)`")
                .matcher(Files.readString(Path.of("..", "docs", "results.md")))
                .results()
                .toList();

        assertThat(documented).hasSize(10);
        for (MatchResult table : documented) {
            Path file = whole.resolve("runs").resolve("00000-none-r0").resolve(table.group(1));
            assertThat(Files.readAllLines(file).get(0)).isEqualTo(table.group(2).replace(", ", ","));
        }
        assertThat(whole.resolve("runs").resolve("00001-none-r1")).doesNotExist();
    }

    @Test
    void tellsInTheManifestWhatWasRun() throws IOException {
        JsonNode manifest = new ObjectMapper().readTree(Files.readAllBytes(whole.resolve("manifest.json")));

        assertThat(manifest.path("replications").asInt()).isEqualTo(2);
        assertThat(manifest.path("duration_seconds").asInt()).isEqualTo(300);
        assertThat(manifest.at("/axes/1/path").asText()).isEqualTo("control.interval");
        assertThat(manifest.at("/axes/1/values/1").asText()).isEqualTo("30s");
        assertThat(manifest.at("/policies/1/name").asText()).isEqualTo("climatik-shipped");
        assertThat(manifest.at("/policies/1/guarded").asBoolean()).isFalse();
        assertThat(manifest.at("/traces/0/role").asText()).isEqualTo("load of chat");
        assertThat(manifest.at("/traces/0/name").asText())
                .isEqualTo("generated from azure-2024-week-conversation.csv and azure-2023-conversation.csv");
        assertThat(manifest.at("/traces/0/licence").asText()).startsWith("CC-BY-4.0");
        assertThat(manifest.at("/experiment/control/api_latency").asText()).isEqualTo("500ms");
        assertThat(manifest.path("experiment_sha256").asText()).hasSize(64);
    }

    @Test
    void tellsTheConditionsOfEachPointAndOfLaterOnesWhatDiffersFromTheFirst() throws IOException {
        JsonNode conditions = new ObjectMapper()
                .readTree(Files.readAllBytes(whole.resolve("manifest.json")))
                .path("conditions");

        assertThat(conditions).hasSize(4);
        assertThat(conditions.get(0).path("axes")).map(JsonNode::asText).containsExactly("12 kW", "5s");
        assertThat(conditions.at("/0/timers/control_interval_seconds").asInt()).isEqualTo(5);
        assertThat(conditions.at("/0/cap/lowest_watts").asInt()).isEqualTo(12_000);
        assertThat(conditions.at("/0/policies/2/label").asText()).isEqualTo("three-band");
        assertThat(conditions.get(1).path("axes")).map(JsonNode::asText).containsExactly("12 kW", "30s");
        assertThat(conditions.at("/1/timers/control_interval_seconds").asInt()).isEqualTo(30);
        assertThat(conditions.get(1).fieldNames()).toIterable().containsExactlyInAnyOrder("axes", "timers");
        assertThat(conditions.get(2).fieldNames()).toIterable().containsExactlyInAnyOrder("axes", "cap");
        assertThat(conditions.at("/2/cap/highest_watts").asInt()).isEqualTo(18_000);
        assertThat(conditions.get(3).fieldNames()).toIterable().containsExactlyInAnyOrder("axes", "cap", "timers");
    }

    @Test
    void warnsOfProfilesOfDifferentGenerationsOfEngines(@TempDir Path temp) throws IOException {
        Sweep mixed = sweep(
                "replications=1",
                "policies=[none]",
                "axes={'services[0].model': [llama-3.1-70b-h100x4, llama-3.1-70b-h100x4-vllm2024]}");

        mixed.run(options(temp.resolve("out"), 1, false), SweepListener.SILENT);

        Path manifest = temp.resolve("out").resolve("manifest.json");
        assertThat(Files.readString(manifest)).contains("different generations of engines (vllm-2025, vllm-2024)");
        assertThat(Files.readString(whole.resolve("manifest.json"))).doesNotContain("generations of engines");
    }

    @Test
    void tellsWhatItAdjustsOfAProfile(@TempDir Path temp) throws IOException {
        Sweep adjusted = sweep(
                "replications=1",
                "duration=1m",
                "policies=[none]",
                "services[0].adjust.gamma=3",
                "axes={'services[0].adjust.power': [1, 1.02]}");

        adjusted.run(options(temp.resolve("out"), 1, false), SweepListener.SILENT);

        String manifest = Files.readString(temp.resolve("out").resolve("manifest.json"));
        assertThat(manifest)
                .contains("response adjusted", "gamma 3.0 by the experiment, else form after")
                .contains("Profile llama-3.1-70b-h100x4 is adjusted further at other points or services.");
        assertThat(ResultsFiles.column(temp.resolve("out").resolve("summary.csv"), "services[0].adjust.power"))
                .containsExactly("1", "1.02");
        assertThat(Files.readString(whole.resolve("manifest.json"))).doesNotContain("adjusted further", "by the exp");
    }

    @Test
    void simulatesEachPolicyOnceWithItsCourse(@TempDir Path temp) throws IOException {
        Sweep simulation = Sweep.simulate(file());

        SweepOutcome outcome = simulation.run(options(temp.resolve("out"), 2, false), SweepListener.SILENT);

        assertThat(outcome.runs()).isEqualTo(3);
        assertThat(Files.readAllLines(outcome.folder().resolve("points.csv"))).hasSize(1 + 3);
        assertThat(outcome.folder().resolve("runs")).isDirectoryContaining("glob:**00002-three-band-r0");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "arrival_seconds,input_tokens,output_tokens\n",
                "arrival_seconds,input_tokens,output_tokens\n0,100,10\n1,100",
                "arrival_seconds,input_tokens,output_tokens\n5,100,10\n1,100,10\n"
            })
    void saysWhichTraceCannotBeReadBeforeItWritesAnything(String text, @TempDir Path temp) throws IOException {
        Path trace = Files.writeString(temp.resolve("requests.csv"), text);
        Path out = temp.resolve("out");

        assertThatThrownBy(() -> sweep("workload.trace=" + trace).run(options(out, 2, false), SweepListener.SILENT))
                .isInstanceOf(TraceException.class)
                .hasMessageStartingWith(trace.toString());
        assertThat(out).doesNotExist();
    }

    @Test
    void saysWhichTraceWentAwayBeforeItWritesAnything(@TempDir Path temp) throws IOException {
        Path trace = Files.writeString(temp.resolve("requests.csv"), REQUESTS);
        Sweep sweep = sweep("workload.trace=" + trace);
        Files.delete(trace);

        assertThatThrownBy(() -> sweep.run(options(temp.resolve("out"), 2, false), SweepListener.SILENT))
                .isInstanceOf(TraceException.class)
                .hasMessageContaining("there is no such file");
        assertThat(temp.resolve("out")).doesNotExist();
    }

    @Test
    void saysWhenATraceDoesNotReachAsFarAsAsked(@TempDir Path temp) {
        InvalidExperimentException invalid = catchThrowableOfType(
                InvalidExperimentException.class,
                () -> sweep("workload.generate.from=8d")
                        .run(options(temp.resolve("out"), 1, false), SweepListener.SILENT));

        assertThat(invalid).hasMessageContaining("workload of chat: the rate profile covers 0s to 7d");
        assertThat(temp.resolve("out")).doesNotExist();
    }

    @Test
    void saysWhichPointsHaveValuesThatDoNotGoTogether() {
        assertThatThrownBy(() -> sweep("axes={telemetry.scrape_interval: [5s, 15s], telemetry.rate_window: [15s, 1m]}"))
                .isInstanceOf(InvalidExperimentException.class)
                .hasMessageContaining("1 issue")
                .hasMessageContaining("must be at least twice telemetry.scrape_interval (15s)");
    }

    @Test
    void losesOrDefersDemandWhenOnlyPowerIsKnown(@TempDir Path temp) throws IOException {
        ExperimentFile file = ExperimentFile.read(
                SAMPLES.resolve("experiments").resolve("power-row.yaml"),
                List.of(
                        "duration=40m",
                        "replications=1",
                        "policies=[none, three-band]",
                        "cap.power=150 kW",
                        "axes={workload.unserved: [curtail, defer]}"));
        Path out = temp.resolve("out");

        Sweep.of(file).run(options(out, 2, false), SweepListener.SILENT);

        List<String> energy = ResultsFiles.column(out.resolve("summary.csv"), "energy_joules");
        List<String> requests = ResultsFiles.column(out.resolve("summary.csv"), "requests_arrived");
        assertThat(energy).hasSize(4).doesNotContain("");
        assertThat(Double.parseDouble(energy.get(1)))
                .as("capping takes energy off the row")
                .isLessThan(Double.parseDouble(energy.get(0)));
        assertThat(Double.parseDouble(energy.get(3)))
                .as("deferred work is done later, curtailed work never")
                .isGreaterThan(Double.parseDouble(energy.get(1)));
        assertThat(requests).containsOnly("");
    }

    /** Of a row whose power is the demand; the file says nothing at 3 s and 4 s. */
    @Test
    void tellsInTheManifestWhereGapsOfTheMeterWereHeld(@TempDir Path temp) throws IOException {
        Files.writeString(
                temp.resolve("power.csv"),
                "# licence: CC0-1.0\ntime_seconds,power_watts\n0,900\n1,900\n2,900\n3,\n4,\n5,900\n6,900\n");

        JsonNode manifest = row(temp, "workload: {trace: power.csv, gaps: hold}\nduration: 7s\n");

        JsonNode trace = manifest.at("/traces/0");
        assertThat(trace.path("licence").asText()).isEqualTo("CC0-1.0");
        assertThat(trace.at("/held/0/from_seconds").asDouble()).isEqualTo(3);
        assertThat(trace.at("/held/0/to_seconds").asDouble()).isEqualTo(5);
        assertThat(trace.at("/held/0/reason").asText()).isEqualTo("missing");
        assertThat(manifest.path("notes").toString())
                .contains("Load of row: the power before was held over gaps of the recording, 2s together:"
                        + " 3s to 5s (missing).");
    }

    /**
     * 1.2 kW for two minutes, 100 EUR/MWh in the first and -40 EUR/MWh in the second: with a PUE of 1.25 that are
     * 1.2 kW x 1.25 x 1/60 h x 60 EUR/MWh = 0.0015 EUR.
     */
    @Test
    void costsTheEnergyOfTheFacilityAtThePriceOfTheTime(@TempDir Path temp) throws IOException {
        Files.writeString(temp.resolve("prices.csv"), """
                # zone: DE-LU
                # currency: EUR
                time_utc,price_per_megawatt_hour
                2024-06-01T00:00:00Z,100
                2024-06-01T01:00:00Z,-40
                """);

        JsonNode manifest = row(temp, """
                duration: 2m
                workload: {generate: {disturbance: {shape: step, base: 1200 W, peak: 1200 W, at: 1m}}}
                price: {trace: prices.csv, from: 59m}
                """);

        Path summary = temp.resolve("out").resolve("summary.csv");
        assertThat(Double.parseDouble(
                        ResultsFiles.column(summary, "energy_joules").get(0)))
                .isCloseTo(1200 * 120, within(1e-6));
        assertThat(Double.parseDouble(
                        ResultsFiles.column(summary, "energy_cost").get(0)))
                .isCloseTo(0.0015, within(1e-12));
        assertThat(Files.readAllLines(summary).get(0)).contains(",energy_cost,");
        assertThat(manifest.at("/traces/1/role").asText()).isEqualTo("price of DE-LU");
        assertThat(manifest.at("/traces/1/currency").asText()).isEqualTo("EUR");
        assertThat(manifest.at("/traces/0/name").asText()).isEqualTo("generated step");
    }

    @Test
    void leavesTheCostOutWhereThereAreNoPrices() throws IOException {
        assertThat(ResultsFiles.column(whole.resolve("summary.csv"), "energy_cost"))
                .containsOnly("");
    }

    /** A row that draws only what is demanded of it. */
    /** The scores walk the logs by buckets and the tables of a run sort them: both have the same quantiles and excursions. */
    @Test
    void quantilesAndExcursionsOfARunAreThoseOfItsRow() throws IOException {
        int compared = 0;
        for (Map<String, String> run : table(whole.resolve("summary.csv"))) {
            Path folder = whole.resolve("runs").resolve(run.get("run_id"));
            if (!Files.isDirectory(folder)) {
                continue;
            }
            List<Map<String, String>> latencies = table(folder.resolve("latencies.csv"));
            for (String latency : List.of("ttft", "tpot", "e2e")) {
                for (int percent : List.of(50, 99)) {
                    assertThat(Double.parseDouble(latencies.get(percent - 1).get(latency + "_seconds")))
                            .isEqualTo(
                                    Double.parseDouble(run.get(latency + "_p" + percent + "_seconds")), within(1e-8));
                }
            }
            List<Map<String, String>> excursions = table(folder.resolve("excursions.csv"));
            assertThat(excursions).hasSize(Integer.parseInt(run.get("excursions")));
            assertThat(excursions.stream()
                            .mapToInt(one -> Integer.parseInt(one.get("duration_seconds")))
                            .max()
                            .orElse(0))
                    .isEqualTo(Integer.parseInt(run.get("longest_excursion_seconds")));
            assertThat(excursions)
                    .allSatisfy(one -> assertThat(Double.parseDouble(one.get("peak_over_cap_watts")))
                            .isBetween(
                                    Double.parseDouble(one.get("mean_over_cap_watts")),
                                    Double.parseDouble(run.get("peak_over_cap_watts")) + 1e-6));
            compared += excursions.size();
        }
        assertThat(compared).isGreaterThan(10);
    }

    /** The seconds of a run are written as they pass, its timeline is sampled: both tell the same. */
    @Test
    void secondsOfARunAreThoseOfItsTimeline() throws IOException {
        int compared = 0;
        for (Map<String, String> run : table(whole.resolve("summary.csv"))) {
            Path folder = whole.resolve("runs").resolve(run.get("run_id"));
            if (!Files.isDirectory(folder)) {
                continue;
            }
            List<Map<String, String>> seconds = table(folder.resolve("seconds.csv"));
            int from = 0;
            for (Map<String, String> step : table(folder.resolve("timeline.csv"))) {
                int to = Integer.parseInt(step.get("time_seconds"));
                List<Map<String, String>> ofStep = seconds.subList(from, to);
                assertThat(ofStep.stream()
                                .mapToDouble(second -> Double.parseDouble(second.get("power_watts")))
                                .average()
                                .orElseThrow())
                        .isEqualTo(Double.parseDouble(step.get("power_mean_watts")), within(1e-4));
                Map<String, String> last = ofStep.get(ofStep.size() - 1);
                assertThat(last.get("time_seconds")).isEqualTo(Integer.toString(to));
                for (String state :
                        List.of("sensed_power_watts", "ready_replicas", "starting_replicas", "terminating_replicas")) {
                    assertThat(last.get(state)).as("%s at %s s", state, to).isEqualTo(step.get(state));
                }
                from = to;
                compared++;
            }
        }
        assertThat(compared).isGreaterThan(100);
    }

    private static List<Map<String, String>> table(Path file) throws IOException {
        List<String> lines = Files.readAllLines(file);
        List<String> names = List.of(lines.get(0).split(","));
        List<Map<String, String>> rows = new ArrayList<>();
        for (String line : lines.subList(1, lines.size())) {
            String[] cells = line.split(",", -1);
            Map<String, String> row = new HashMap<>();
            for (int i = 0; i < cells.length; i++) {
                row.put(names.get(i), cells[i]);
            }
            rows.add(row);
        }
        return rows;
    }

    private static JsonNode row(Path temp, String yaml) throws IOException {
        Path file = Files.writeString(temp.resolve("row.yaml"), yaml + """
                mode: power
                cluster: {server_base: 0 W, wall_watts_per_gpu_watt: 1, unallocated_gpu: 0 W, pue: 1.25}
                services:
                  - {name: row, model: llama-3.1-8b-h100, replicas: {min: 4}, autoscaler: {enabled: false}}
                cap: {power: 8 kW}
                policies: [none]
                """);
        Path out = temp.resolve("out");
        Sweep.of(ExperimentFile.read(file, List.of())).run(options(out, 1, false), SweepListener.SILENT);
        return new ObjectMapper().readTree(Files.readAllBytes(out.resolve("manifest.json")));
    }

    /** Less comes back in the ten minutes after the event at 10 W/s than at 1 MW/s, and less where services start an hour apart. */
    @Test
    void pacesTheRaisesOfGuardedPoliciesAsTheExperimentSays(@TempDir Path temp) throws IOException {
        Path file = Files.writeString(temp.resolve("paced.yaml"), """
                name: paced
                mode: power
                duration: 15m
                workload: {generate: {disturbance: {shape: step, base: 60 kW, peak: 60 kW, at: 1s}}}
                cluster: {servers: 2}
                services:
                  - {name: a, model: llama-3.1-8b-h100, replicas: {min: 1, initial: 8, max: 8}}
                  - {name: b, model: llama-3.1-8b-h100, replicas: {min: 1, initial: 8, max: 8}}
                cap: {power: 20 kW, events: [{at: 3m, lasting: 2m, share: 30 %}]}
                policies: [static-floor]
                scoring: {compare_with: static-floor}
                axes: {control.ramp_per_second: [10 W, 1 MW], control.stagger: [0s, 1h]}
                """);
        Path out = temp.resolve("out");
        Sweep.of(ExperimentFile.read(file, List.of())).run(options(out, 1, false), SweepListener.SILENT);

        List<Double> watts = ResultsFiles.column(out.resolve("summary.csv"), "mean_power_watts").stream()
                .map(Double::valueOf)
                .toList();

        // In the order of the axes: 10 W/s without and with stagger, 1 MW/s without and with.
        assertThat(watts.get(0)).isLessThan(watts.get(2) - 100);
        assertThat(watts.get(3)).isLessThan(watts.get(2) - 100);
    }
}
