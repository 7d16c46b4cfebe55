package dev.capstan.sim.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.capstan.capping.StepLaw;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ModelProfilesTest {

    private static final Path FOLDER = Path.of("..", "traces-sample", "models");

    @TempDir
    private Path temp;

    @Test
    void listsEveryFileOfTheFolder() throws IOException {
        try (Stream<Path> files = Files.list(FOLDER)) {
            assertThat(files.map(file -> String.valueOf(file.getFileName()).replace(".yaml", ""))
                            .filter(name -> !name.equals("index") && !name.equals("hardware")))
                    .containsExactlyInAnyOrderElementsOf(
                            ModelProfiles.all().stream().map(ModelProfile::name).toList());
        }
    }

    /** What the law says of a step is what the laws of the profile say of it: the kappa of a whole step is split exactly. */
    @ParameterizedTest
    @CsvSource({"llama-3.1-8b-h100, 8", "llama-3.1-8b-h100, 200", "llama-3.1-70b-h100x4, 1", "llama-3.1-70b-h100x4, 256"
    })
    void tellsPoliciesTheLawOfItsStepsOverTheClock(String name, int sequences) {
        ModelProfile profile = ModelProfiles.find(name).orElseThrow();
        StepLaw law = Objects.requireNonNull(profile.stepLaw());
        double clock = 1000.0 / profile.maxClockMegahertz();
        double nanos = profile.decodeStepNanos(sequences)
                * ModelProfile.Response.stretch(profile.kappaDecode(sequences), clock);
        assertThat(law.stepSeconds(sequences, 1000)).isEqualTo(nanos * 1e-9, within(1e-12));
        assertThat(law.promptShare(1, 1000))
                .isEqualTo(
                        profile.prefill().perTokenUs()
                                * 1e-6
                                * ModelProfile.Response.stretch(
                                        profile.response().kappaPrefill(), clock),
                        within(1e-15));
        assertThat(law.dynamicShare(1000)).isEqualTo(profile.response().dynamicShare(clock), within(1e-12));
    }

    @Test
    void tellsNoLawWhereItHasTables() {
        assertThat(ModelProfiles.find("llama-2-70b-a100-80x8-splitwise")
                        .orElseThrow()
                        .stepLaw())
                .isNull();
    }

    /** Experiments name these since the first release. */
    @ParameterizedTest
    @CsvSource({
        "llama-3.1-8b-h100, 1, 426000",
        "qwen3-8b-h100, 1, 378000",
        "qwen3-32b-h100x2, 2, 299000",
        "llama-3.1-70b-h100x4, 4, 449000",
        "llama-3.1-405b-fp8-h100x8, 8, 330000"
    })
    void keepsTheNamesThatExperimentsUse(String name, int gpus, long kvTokens) {
        ModelProfile profile = ModelProfiles.find(name).orElseThrow();
        assertThat(profile.gpus()).isEqualTo(gpus);
        assertThat(profile.kvCapacityTokens()).isEqualTo(kvTokens);
    }

    @Test
    void readsBackWhatItWrites() throws IOException {
        for (ModelProfile profile : ModelProfiles.all()) {
            Path file = Files.writeString(temp.resolve("written.yaml"), ModelProfiles.write(profile));
            assertThat(ModelProfiles.read(file)).isEqualTo(profile);
        }
    }

    /** Its keys come in one order, whatever the order in the file: hashes of results are made over them. */
    @Test
    void takesABoardOfTheUsersOwn() throws IOException {
        String board = "gpu: {name: mine, bf16_teraflops: 400, hbm_terabytes_per_second: 2, hbm_gigabytes: 96,"
                + " board_watts: 600, min_limit_watts: 150, idle_watts: 30, context_idle_watts: 60, basis:"
                + " {limits: {status: measured, source: me}, compute: {status: assumed, source: me}}}";
        String yaml = Files.readString(FOLDER.resolve("llama-3.1-8b-h100.yaml")).replace("gpu: H100", board);
        ModelProfile profile = ModelProfiles.read(Files.writeString(temp.resolve("mine.yaml"), yaml));
        assertThat(profile.tdpGpuWatts()).isEqualTo(600);
        assertThat(profile.minGpuLimitWatts()).isEqualTo(150);

        String written = ModelProfiles.write(profile);
        assertThat(written).containsSubsequence("name: mine", "compute:", "limits:");
        assertThat(ModelProfiles.read(Files.writeString(temp.resolve("mine.yaml"), written)))
                .isEqualTo(profile);
    }

    @Test
    void saysOfEachProfileWhatItRestsOn() {
        assertThat(ModelProfiles.find("llama-3.1-70b-h100x4").orElseThrow().validity())
                .contains("engine vllm-2025")
                .contains("step fitted (2.3 %) for 8 to 898 sequences")
                .contains("response")
                .contains("assumed");
    }

    /** S-MLE3: 70B on 4x H100 has inter-token latencies of 16.6 ms at 8 and 39.8 at 255 sequences. */
    @Test
    void meetsThePublishedLatencies() {
        ModelProfile profile = ModelProfiles.find("llama-3.1-70b-h100x4").orElseThrow();
        assertThat(profile.decodeStepNanos(8)).isEqualTo(16.6e6, within(0.02 * 16.6e6));
        assertThat(profile.decodeStepNanos(255.3)).isEqualTo(39.8e6, within(0.06 * 39.8e6));
        assertThat(profile.measures(7)).isFalse();
        assertThat(profile.measures(8)).isTrue();
    }

    /** kappa rises with the share of the step that grows with the batch: 8 sequences hardly feel the clock. */
    @Test
    void feelsTheClockMoreTheLargerTheBatch() {
        ModelProfile profile = ModelProfiles.find("llama-3.1-70b-h100x4").orElseThrow();
        assertThat(profile.kappaDecode(8)).isBetween(0.05, 0.1);
        assertThat(profile.kappaDecode(64)).isBetween(0.2, 0.4);
        assertThat(profile.kappaDecode(256)).isBetween(0.4, 0.6);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "base_ms: 15.74|base_ms: -1|step.base_ms: must be above 0.0, was -1.0",
                "base_ms: 15.74|base_ms: fast|step.base_ms: expected a number, found 'fast'",
                "base_ms: 15.74|basis_ms: 3|step.base_ms: is missing",
                "status: fitted|status: sure|basis.status: expected one of measured, fitted, assumed, extrapolated",
                "gpu: H100|gpu: H10|gpu: no GPU is called 'H10'.",
                "gamma: 2|gamma: 20|response.gamma: must lie between 0.5 and 10.0, was 20.0",
                "kv_tokens: 449000|kv_tokens: 1.5|limits.kv_tokens: ",
                "kv_tokens: 449000|# none|limits.kv_tokens: is missing",
                "workload_tokens: 400|workload_tokens: 40000|context.per_token_ns: the context of the workload",
                "seconds: 45|seconds: -45|start.phases[0].seconds: must lie between",
                "gpus: 4|gpus: [4]|gpus: expected a number",
                "gpus: 4|gpus: '4|(line"
            })
    void namesThePathOfWhatIsWrong(String found, String replacement, String message) throws IOException {
        String yaml = Files.readString(FOLDER.resolve("llama-3.1-70b-h100x4.yaml"));
        assertThat(yaml).contains(found);
        Path file = Files.writeString(temp.resolve("mine.yaml"), yaml.replaceFirst(found, replacement));
        assertThatThrownBy(() -> ModelProfiles.read(file))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("mine.yaml")
                .hasMessageContaining(message);
    }

    @Test
    void refusesAKeyThatItDoesNotKnow() throws IOException {
        String yaml = Files.readString(FOLDER.resolve("llama-3.1-70b-h100x4.yaml"));
        Path file = Files.writeString(
                temp.resolve("mine.yaml"), yaml.replace("  base_ms: 15.74", "  base_ms: 15.74\n  basems: 15.74"));
        assertThatThrownBy(() -> ModelProfiles.read(file))
                .hasMessageContaining("step.basems: unknown key. Maybe you meant base_ms.");
    }

    @Test
    void namesASectionThatIsMissing() throws IOException {
        String yaml = Files.readString(FOLDER.resolve("llama-3.1-70b-h100x4.yaml"));
        Path file =
                Files.writeString(temp.resolve("mine.yaml"), yaml.replaceFirst("(?s)idle:.*?response:", "response:"));
        assertThatThrownBy(() -> ModelProfiles.read(file)).hasMessageContaining("idle: is missing");
    }
}
