package dev.capstan.spark;

import static org.assertj.core.api.Assertions.assertThat;

import dev.capstan.sim.experiment.ExperimentFile;
import dev.capstan.sim.kernel.CheckLevel;
import dev.capstan.sim.results.Row;
import dev.capstan.sim.sweep.LocalEngine;
import dev.capstan.sim.sweep.Sweep;
import dev.capstan.sim.sweep.SweepEngine;
import dev.capstan.sim.sweep.SweepListener;
import dev.capstan.sim.sweep.SweepOptions;
import dev.capstan.trace.RequestTraces;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** A sweep of a trace, and what the engine of one machine makes of it. */
final class SmallSweep {

    /** 120 runs of some milliseconds, of which 40 keep their course. */
    private static final String EXPERIMENT = """
            name: small
            duration: 10m
            replications: 3
            workload: {trace: requests.parquet, scale: 2}
            cluster: {servers: 4}
            services:
              - name: chat
                model: llama-3.1-70b-h100x4
                replicas: {min: 1, initial: 2, max: 8}
            cap: {power: 9 kW, contain_within: 60s}
            policies: [none, three-band]
            output: {timeline_step: 1m}
            axes:
              cap.power: [9 kW, 10 kW, 11 kW, 12 kW]
              control.interval: [5s, 10s, 20s, 30s, 60s]
            """;

    private final Path folder;
    private final Path experiment;
    private final Path expected;

    SmallSweep(Path folder) throws IOException {
        this.folder = folder;
        trace(5);
        experiment = Files.writeString(folder.resolve("small.yaml"), EXPERIMENT);
        expected = folder.resolve("local");
        run(expected, new LocalEngine(2), row -> {});
    }

    /**
     * Writes the trace anew: ten minutes of so many requests a second. Parquet, whose library brings stubs of classes that
     * Spark has too.
     */
    void trace(int perSecond) throws IOException {
        StringBuilder rows = new StringBuilder("arrival_seconds,input_tokens,output_tokens\n");
        for (int i = 0; i < 600 * perSecond; i++) {
            rows.append(i / (double) perSecond)
                    .append(',')
                    .append(200 + 7 * i % 900)
                    .append(',')
                    .append(1 + i % 300)
                    .append('\n');
        }
        RequestTraces.writeParquet(
                RequestTraces.read(Files.writeString(folder.resolve("requests.csv"), rows)),
                folder.resolve("requests.parquet"));
    }

    /** @param each is told of every run that is recorded */
    void run(Path out, SweepEngine engine, Consumer<Row> each) throws IOException {
        InstantSource clock = InstantSource.fixed(Instant.parse("2026-01-01T00:00:00Z"));
        Sweep.of(ExperimentFile.read(experiment, List.of()))
                .run(
                        new SweepOptions(
                                out, engine, CheckLevel.LIGHT, false, Optional.empty(), "sweep", "test", clock),
                        new SweepListener() {
                            @Override
                            public void started(int totalRuns, int alreadyDone, List<String> axes) {}

                            @Override
                            public void runFinished(Row row) {
                                each.accept(row);
                            }
                        });
    }

    /** All files, the manifest aside. */
    void assertSame(Path out) throws IOException {
        List<Path> all = files(expected);
        assertThat(all).hasSizeGreaterThan(40 * 5);
        assertThat(files(out)).isEqualTo(all);
        assertThat(all)
                .filteredOn(file -> !file.endsWith("manifest.json"))
                .allSatisfy(file -> assertThat(out.resolve(file)).hasSameBinaryContentAs(expected.resolve(file)));
    }

    private static List<Path> files(Path root) throws IOException {
        try (Stream<Path> files = Files.walk(root)) {
            return files.filter(Files::isRegularFile)
                    .map(root::relativize)
                    .sorted()
                    .toList();
        }
    }
}
