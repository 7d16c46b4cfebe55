package dev.capstan.sim.sweep;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.capstan.sim.experiment.ExperimentFile;
import dev.capstan.sim.kernel.CheckLevel;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A sweep that takes a second, and how it is run. */
final class SmallSweep {

    static final Path SAMPLES = Path.of("..", "traces-sample");

    /** A trace of two. */
    static final String REQUESTS = "arrival_seconds,input_tokens,output_tokens\n0,100,10\n60,100,10\n";

    /** A row whose demand goes up and down every four minutes: five disturbances a run where the cap is between; runs take milliseconds. */
    static final String SQUARE_WAVE = """
            name: square
            mode: power
            warmup: 1m
            duration: 20m
            workload:
              generate: {disturbance: {shape: square, base: 1 kW, peak: 5 kW, at: 2m, lasting: 2m}}
            cluster: {servers: 1}
            services:
              - {name: row, model: llama-3.1-70b-h100x4, replicas: {min: 2, initial: 2, max: 2}}
            output: {detail: none}
            """;

    /** 2 x 2 points, 3 policies, 2 replications: 24 runs of five minutes. */
    private static final List<String> SETTINGS = List.of(
            // Never reached, so that it changes nothing but the tables.
            "budgets=[{name: team, power: 1 MW, services: [chat]}]",
            "warmup=1m",
            "duration=5m",
            "replications=2",
            "output.requests=10",
            "policies=[none, climatik-shipped, three-band]",
            "axes={cap.power: [12 kW, 18 kW], control.interval: [5s, 30s]}");

    private SmallSweep() {}

    static ExperimentFile file(String... more) {
        List<String> sets = new ArrayList<>(SETTINGS);
        sets.addAll(List.of(more));
        return ExperimentFile.read(SAMPLES.resolve("experiments").resolve("timers.yaml"), sets);
    }

    static Sweep sweep(String... more) {
        return Sweep.of(file(more));
    }

    static Sweep sweep(List<String> more) {
        return sweep(more.toArray(String[]::new));
    }

    static SweepOptions options(Path out, int jobs, boolean resume) {
        InstantSource clock = InstantSource.fixed(Instant.parse("2026-01-01T00:00:00Z"));
        return new SweepOptions(
                out, new LocalEngine(jobs), CheckLevel.NONE, resume, Optional.empty(), "sweep", "test", clock);
    }

    static void assertRefused(Sweep sweep, SweepOptions options) {
        assertThatThrownBy(() -> sweep.run(options, SweepListener.SILENT))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("another experiment, of this one or its traces before they were changed");
    }
}
