package dev.capstan.sim.experiment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SensitivityTest {

    private final ExperimentFolder folder = new ExperimentFolder();

    @Test
    void movesEveryFigureToTheEndsOfItsBandThatDifferFromTheExperiment() {
        assertThat(moved(ExperimentFolder.LEAST, "sensitivity=bands"))
                .containsExactly(
                        // 0.05, 0 and 1.21 are what the experiment has already.
                        "services[].adjust.kappa_decode_from high 0.4",
                        "services[].adjust.kappa_decode_to low 0.4",
                        "services[].adjust.kappa_decode_to high 1",
                        "services[].adjust.kappa_prefill low 0.8",
                        "services[].adjust.kappa_prefill high 1",
                        "services[].adjust.gamma low 1.5",
                        "services[].adjust.gamma high 3",
                        "services[].adjust.lag low 100ms",
                        "services[].adjust.lag high 1s",
                        "services[].adjust.idle_gpu low 110 W",
                        "services[].adjust.idle_gpu high 146 W",
                        "services[].adjust.startup_gpu low 120 W",
                        "services[].adjust.startup_gpu high 500 W",
                        "services[].adjust.step_time low 0.975",
                        "services[].adjust.step_time high 1.025",
                        "services[].adjust.power low 0.98",
                        "services[].adjust.power high 1.02",
                        // 1350 W x 0.85 and x 1.15
                        "cluster.server_base low 1147.5 W",
                        "cluster.server_base high 1552.5 W",
                        "cluster.wall_watts_per_gpu_watt low 1.16",
                        "telemetry.board_gain high 5 %");
    }

    @Test
    void movesTheFitErrorsOfAMixtureOfExpertsFurther() {
        String experts = ExperimentFolder.LEAST.replace("llama-3.1-8b-h100", "qwen3-30b-a3b-h100x2");

        assertThat(moved(experts, "sensitivity=bands"))
                .contains(
                        "services[].adjust.step_time low 0.89",
                        "services[].adjust.step_time high 1.11",
                        "services[].adjust.power low 0.94",
                        "services[].adjust.power high 1.06");
    }

    @Test
    void movesAllServicesTogetherEachWithinItsOwnBand() {
        String two = ExperimentFolder.LEAST.replace(
                "services: [", "services: [{name: experts, model: qwen3-30b-a3b-h100x2}, ");

        assertThat(moved(two, "sensitivity=bands"))
                .contains("services[].adjust.step_time low 0.89 / 0.975", "services[].adjust.gamma high 3");
        List<Variation> gamma = variations(two, "sensitivity={'services[].adjust.gamma': band}");
        assertThat(gamma.get(1).sets().keySet())
                .containsExactly("services[0].adjust.gamma", "services[1].adjust.gamma");
        assertThat(variations(two, "sensitivity={'services[1].adjust.gamma': [1, 4]}")
                        .get(1)
                        .sets()
                        .keySet())
                .containsExactly("services[1].adjust.gamma");
    }

    /** A share is one of what the experiment has. */
    @Test
    void movesFromWhatTheExperimentHas() {
        assertThat(moved(
                        ExperimentFolder.LEAST,
                        "cluster.server_base=2 kW",
                        "services[0].adjust.step_time=1.2",
                        "services[0].adjust.gamma=1.5",
                        "sensitivity={cluster.server_base: band, 'services[].adjust.step_time': band,"
                                + " 'services[].adjust.gamma': band}"))
                .containsExactly(
                        "cluster.server_base low 1700 W",
                        "cluster.server_base high 2300 W",
                        "services[].adjust.step_time low 1.17",
                        "services[].adjust.step_time high 1.23",
                        "services[].adjust.gamma high 3");
    }

    /** 80 W with a context are not in the band of an H100, a slope of 1 is not in that of the wall model. */
    @Test
    void leavesOutBandsOfOtherHardware() {
        String a100 = ExperimentFolder.LEAST.replace("llama-3.1-8b-h100", "llama-3.1-8b-a100-40-vllm2024");

        assertThat(moved(a100, "sensitivity=bands", "cluster.wall_watts_per_gpu_watt=1"))
                .noneMatch(line -> line.contains("idle_gpu") || line.contains("wall_watts"));
    }

    @Test
    void movesThePueWhereThereIsCarbonOrAPriceToCount() {
        assertThat(moved(ExperimentFolder.LEAST, "sensitivity=bands", "carbon.trace=/experiments/carbon.csv"))
                .contains("cluster.pue low 1.1", "cluster.pue high 1.4");
    }

    @Test
    void movesWhatMattersToAPowerTrace() {
        assertThat(moved(WorkloadKeysTest.POWER, "sensitivity=bands"))
                .extracting(line -> line.substring(0, line.indexOf(' ')))
                .containsOnly(
                        "services[].adjust.gamma",
                        "services[].adjust.idle_gpu",
                        "services[].adjust.startup_gpu",
                        "cluster.server_base",
                        "cluster.wall_watts_per_gpu_watt",
                        "telemetry.board_gain");
    }

    @Test
    void takesAnyKeyWithEndsOfItsOwn() {
        assertThat(moved(
                        ExperimentFolder.LEAST,
                        "sensitivity.control.api_latency=[250ms, 2s]",
                        "sensitivity.cluster.pue=[1.2, 1.5]"))
                .containsExactly(
                        "control.api_latency low 250ms", "control.api_latency high 2s", "cluster.pue high 1.5");
    }

    @Test
    void movesFromEachPointOfTheAxes() {
        ExperimentFile file = folder.read(
                ExperimentFolder.LEAST
                        + "axes: {'services[0].model': [llama-3.1-8b-h100, llama-3.1-8b-a100-40-vllm2024]}\n",
                "sensitivity={'services[].adjust.idle_gpu': band}");

        List<JsonNode> models = file.axes().get(0).values();
        assertThat(file.variations(List.of(models.get(0)))).hasSize(2);
        assertThat(file.variations(List.of(models.get(1)))).isEmpty();
        assertThat(file.at(
                                List.of(models.get(0)),
                                file.variations(List.of(models.get(0))).get(1))
                        .services()
                        .get(0)
                        .model()
                        .idleGpuWatts())
                .isEqualTo(146);
    }

    @Test
    void leavesAxesToTheSweep() {
        ExperimentFile file = folder.read(
                ExperimentFolder.LEAST + "axes: {'services[0].adjust.gamma': [1, 2]}\n", "sensitivity=bands");

        assertThat(file.sensitivity().parameters())
                .extracting(Sensitivity.Parameter::path)
                .contains("services[].adjust.kappa_prefill")
                .doesNotContain("services[].adjust.gamma");
    }

    @Test
    void movesNothingUnlessAsked() {
        assertThat(moved(ExperimentFolder.LEAST)).isEmpty();
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "sensitivity=band | sensitivity | expected bands, or a mapping of dotted paths to band or to two ends",
                "sensitivity={} | sensitivity | expected bands, or a mapping",
                "sensitivity={cluster.pue: [1.1]} | sensitivity.cluster.pue | expected the word band or a list of two ends",
                "sensitivity={cluster.puee: band} | sensitivity.cluster.puee | has no band that Capstan knows; give two ends, such as [0.9, 1.1]. Maybe you meant cluster.pue. Known: services[].adjust.kappa_decode_from,",
                "sensitivity={cluster.puee: [1, 2]} | sensitivity.cluster.puee[0] | makes cluster.puee: unknown key. Maybe you meant pue.",
                "sensitivity={cluster.pue: [1.1, 0.5]} | sensitivity.cluster.pue[1] | makes cluster.pue: must lie between 1 and 3, was 0.5",
                "sensitivity={seed: [1, 2]} | sensitivity.seed | cannot be moved: all points of a sweep share it",
                "sensitivity={'services[].adjust.gamma': [1, 20]} | sensitivity.services[].adjust.gamma[1] | makes services[0].adjust.gamma: must lie between 0.5 and 10, was 20",
                "sensitivity={'control.interval': [1s, 20s]} | sensitivity.control.interval | is an axis too",
                "sensitivity={'services[].adjust.idle_gpu': band} | sensitivity.services[].adjust.idle_gpu | its band, 110 W to 146 W, does not hold the value of the experiment",
            })
    void saysWhatCannotBeMoved(String set, String path, String words) {
        InvalidExperimentException invalid = catchThrowableOfType(
                InvalidExperimentException.class,
                () -> folder.read(
                        ExperimentFolder.LEAST,
                        "services[0].adjust.idle_gpu=80 W",
                        "axes={control.interval: [5s, 10s]}",
                        set));

        assertThat(invalid.issues()).anySatisfy(issue -> {
            assertThat(issue.path()).isEqualTo(path);
            assertThat(issue.message()).contains(words);
        });
    }

    @Test
    void standsInTheDocumentation() throws IOException {
        List<String> rows = Files.readAllLines(Path.of("..", "docs", "experiments.md")).stream()
                .dropWhile(line -> !line.equals("## sensitivity"))
                .takeWhile(line -> !line.startsWith("## Setting"))
                .filter(line -> line.matches("\\| .*`.*"))
                .toList();

        assertThat(rows)
                .containsExactlyElementsOf(Band.ALL.stream()
                        .map(band -> String.join(
                                        " | ",
                                        "| " + band.name(),
                                        "`" + band.path() + "`",
                                        band.inWords(),
                                        band.source())
                                + " |")
                        .toList());
    }

    private List<String> moved(String yaml, String... sets) {
        return variations(yaml, sets).stream()
                .map(moved ->
                        moved.parameter() + (moved.end() == Variation.End.LOW ? " low " : " high ") + moved.value())
                .toList();
    }

    private List<Variation> variations(String yaml, String... sets) {
        return folder.read(yaml, Stream.of(sets).toArray(String[]::new)).variations(List.of());
    }
}
