package dev.capstan.bridge.operator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.capstan.bridge.operator.Preflight.Finding;
import dev.capstan.bridge.operator.Preflight.Verdict;
import dev.capstan.bridge.prometheus.StubPrometheus;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a look at a Prometheus finds; that it finds what a real one has is shown where real ones are read. */
class PreflightTest {

    private static final String OF_A_POD =
            "{\"metric\":{\"UUID\":\"GPU-1\",\"namespace\":\"shop\",\"pod\":\"chat-a\"},\"value\":[1,\"%s\"]}";
    private static final String OF_NONE = "{\"metric\":{\"UUID\":\"GPU-2\"},\"value\":[1,\"%s\"]}";

    private static List<Finding> look(String ageSeconds, String... samples) throws IOException {
        try (StubPrometheus stub = new StubPrometheus((form, exchange) -> {
            String query = String.valueOf(form.get("query"));
            boolean dcgm = query.startsWith("max by") && query.contains("DCGM_FI_DEV_POWER_USAGE");
            String value = query.contains("timestamp(") ? ageSeconds : "350";
            StubPrometheus.send(
                    exchange,
                    200,
                    dcgm
                            ? StubPrometheus.vector(List.of(samples).stream()
                                    .map(sample -> sample.formatted(value))
                                    .toArray(String[]::new))
                            : StubPrometheus.vector());
        })) {
            return Preflight.telemetry(stub.client(), Instant.EPOCH);
        }
    }

    @Test
    void countsBoardsAndThoseOfPods() throws IOException {
        assertThat(look("12", OF_A_POD, OF_NONE))
                .containsExactly(new Finding(
                        "source dcgm",
                        Verdict.OK,
                        "has 2 GPUs, 1 of them with the name of their pod; samples up to 12 s old;"
                                + " DCGM_FI_DEV_POWER_USAGE by namespace/pod, UUID"));
    }

    @Test
    void saysWhereNoServiceCanBeTold() throws IOException {
        assertThat(look("12", OF_NONE)).singleElement().satisfies(finding -> {
            assertThat(finding.verdict()).isEqualTo(Verdict.WARNING);
            assertThat(finding.message()).contains("has 1 GPUs, none with", "DCGM_EXPORTER_KUBERNETES=true");
        });
    }

    @Test
    void saysWhereEverySampleWouldCountAsOld() throws IOException {
        assertThat(look("75", OF_A_POD)).singleElement().satisfies(finding -> {
            assertThat(finding.verdict()).isEqualTo(Verdict.WARNING);
            assertThat(finding.message()).contains("samples up to 75 s old", "by default 60 s");
        });
    }

    @Test
    void saysWhereThereIsNoPower() throws IOException {
        assertThat(look("12")).singleElement().satisfies(finding -> {
            assertThat(finding.verdict()).isEqualTo(Verdict.WARNING);
            assertThat(finding.message())
                    .contains("neither DCGM's power of GPUs nor Kepler's of pods", "source: custom");
        });
    }

    @Test
    void failsWhereNothingAnswers() throws IOException {
        try (StubPrometheus stub =
                new StubPrometheus((form, exchange) -> StubPrometheus.send(exchange, 401, "Unauthorized"))) {
            assertThat(Preflight.telemetry(stub.client(), Instant.EPOCH))
                    .singleElement()
                    .satisfies(finding -> {
                        assertThat(finding.verdict()).isEqualTo(Verdict.FAILED);
                        assertThat(finding.message()).contains("answers HTTP 401");
                    });
        }
    }
}
