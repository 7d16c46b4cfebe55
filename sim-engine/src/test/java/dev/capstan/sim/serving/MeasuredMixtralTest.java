package dev.capstan.sim.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The tables of Mixtral-8x7B under the older engine against the runs that they were made from (S-MLE2). */
class MeasuredMixtralTest {

    /** Prompts of 120 tokens are in the measured time per token; the step does not hold them. */
    @ParameterizedTest
    @CsvSource({"mixtral-8x7b-a100-40x4-vllm2024, A100-SXM4-40GB, 7", "mixtral-8x7b-h100x4-vllm2024, H100_80GB_HBM3, 6"
    })
    void holdsEveryRunUpTo512Sequences(String name, String board, int runs) throws IOException {
        String traces = System.getenv("CAPSTAN_TRACES");
        assumeTrue(traces != null, "needs CAPSTAN_TRACES, the folder of the public traces");
        Path folder = Path.of(traces, "ml-energy-v2", "chat", board, "mistralai", "Mixtral-8x7B-Instruct-v0.1");
        ModelProfile profile = ModelProfiles.find(name).orElseThrow();

        assertThat(profile.step().sequences()).hasSize(runs);
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.toList()) {
                JsonNode run = new ObjectMapper().readTree(file.toFile());
                double b = run.path("Avg BS (reqs)").asDouble();
                if (b > 512) {
                    continue;
                }
                assertThat(run.path("TP").asInt()).isEqualTo(profile.gpus());
                double output = run.path("Avg Output Tokens").asDouble();
                double prompts = b / output * 120 * profile.prefill().perTokenUs() * 1e3;
                double nanos = run.path("Avg TPOT (s)").asDouble() * 1e9;
                assertThat(profile.decodeStepNanos(b) + prompts).isEqualTo(nanos, within(0.002 * nanos));
                double watts = run.path("Energy/req (J)").asDouble()
                        / output
                        * run.path("Token tput (tok/s)").asDouble();
                assertThat(profile.decodeWatts(b)).isEqualTo(watts, within(0.002 * watts));
            }
        }
    }
}
