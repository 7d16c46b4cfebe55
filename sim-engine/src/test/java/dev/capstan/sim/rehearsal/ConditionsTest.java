package dev.capstan.sim.rehearsal;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.capstan.sim.experiment.ExperimentFile;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class ConditionsTest {

    private static ObjectNode of(String... sets) {
        return ofSample("feed-loss.yaml", sets);
    }

    private static ObjectNode ofSample(String sample, String... sets) {
        return Conditions.of(ExperimentFile.read(Path.of("..", "traces-sample", "experiments", sample), List.of(sets))
                .base());
    }

    /** The defaults of docs/experiments.md; a reading may be as old as one exporter interval and three scrapes. */
    @Test
    void everyDefaultIsFilledInAndInSeconds() {
        ObjectNode conditions =
                of("control={interval: 7s}", "telemetry={exporter: kepler, scrape_interval: 10s, rate_window: 45s}");
        JsonNode timers = conditions.path("timers");

        assertThat(timers.path("power_source").asText()).isEqualTo("energy-counter");
        assertThat(timers.path("control_interval_seconds").asDouble()).isEqualTo(7);
        assertThat(timers.path("exporter_interval_seconds").asDouble()).isEqualTo(5);
        assertThat(timers.path("scrape_interval_seconds").asDouble()).isEqualTo(10);
        assertThat(timers.path("rate_window_seconds").asDouble()).isEqualTo(45);
        assertThat(timers.path("api_latency_seconds").asDouble()).isEqualTo(0.5);
        assertThat(timers.path("gpu_limit_latency_seconds").asDouble()).isEqualTo(0.5);
        assertThat(timers.path("clock_latency_seconds").asDouble()).isEqualTo(0.2);
        assertThat(timers.path("brake_latency_seconds").asDouble()).isEqualTo(0.2);
        assertThat(timers.path("concurrency_latency_seconds").asDouble()).isEqualTo(0.1);
        assertThat(timers.path("admission_latency_seconds").asDouble()).isEqualTo(0.1);
        assertThat(timers.path("routing_latency_seconds").asDouble()).isEqualTo(0.1);
        assertThat(conditions.at("/guard_rails/max_reading_age_seconds").asDouble())
                .isEqualTo(5 + 3 * 10);
        assertThat(conditions.at("/guard_rails/hold_seconds").asDouble()).isEqualTo(60);
        assertThat(conditions.at("/guard_rails/max_raise_per_step").asInt()).isEqualTo(1);
        assertThat(conditions.path("guard_rails").has("ramp_watts_per_second")).isFalse();
    }

    @Test
    void aGaugeHasNoWindowAndARampIsGivenWhereThereIsOne() {
        ObjectNode conditions = of("telemetry={exporter: dcgm}", "control={ramp_per_second: 150 W}");

        assertThat(conditions.at("/timers/power_source").asText()).isEqualTo("power-gauge");
        assertThat(conditions.path("timers").has("rate_window_seconds")).isFalse();
        assertThat(conditions.at("/guard_rails/ramp_watts_per_second").asDouble())
                .isEqualTo(150);
    }

    @Test
    void capsThatTheScheduleAndEventsBringWithinTheRunAreRehearsed() {
        ObjectNode conditions = of(
                "warmup=1m",
                "duration=9m",
                "cap={power: 20 kW, contain_within: 30s, schedule: [{at: 5m, power: 15 kW}, {at: 10m, power: 1 kW}],"
                        + " events: [{at: 2m, lasting: 1m, power: 14 kW}, {at: 11m, lasting: 1m, power: 30 kW}]}");

        assertThat(conditions.at("/cap/lowest_watts").asDouble()).isEqualTo(14_000);
        assertThat(conditions.at("/cap/highest_watts").asDouble()).isEqualTo(20_000);
        assertThat(conditions.at("/cap/contain_within_seconds").asDouble()).isEqualTo(30);
    }

    @Test
    void onlyRequestsThatAreDrawnByChanceDifferBetweenReplications() {
        assertThat(sameLoad("timers.yaml")).isFalse();
        assertThat(sameLoad("power-row.yaml")).isTrue();
        assertThat(sameLoad(
                        "power-row.yaml",
                        "workload={generate: {disturbance: {shape: step, base: 1 kW, peak: 2 kW, at: 1m}}}"))
                .isTrue();
    }

    private static boolean sameLoad(String sample, String... sets) {
        return ofSample(sample, sets).path("same_load_in_replications").booleanValue();
    }

    @Test
    void aProfileThatIsAdjustedHasAnotherHash() {
        String asItIs = of().at("/services/0/profile_sha256").asText();

        assertThat(asItIs).hasSize(64);
        assertThat(of("services[0].adjust.step_time=1.1")
                        .at("/services/0/profile_sha256")
                        .asText())
                .hasSize(64)
                .isNotEqualTo(asItIs);
        assertThat(of("services[0].grace=3s").at("/services/0/profile_sha256").asText())
                .isEqualTo(asItIs);
    }
}
