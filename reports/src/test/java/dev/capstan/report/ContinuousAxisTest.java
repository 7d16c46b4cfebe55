package dev.capstan.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.capstan.sim.experiment.ExperimentFile;
import dev.capstan.sim.kernel.CheckLevel;
import dev.capstan.sim.sweep.Sweep;
import dev.capstan.sim.sweep.SweepListener;
import dev.capstan.sim.sweep.SweepOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The report of a sweep whose axes have a value for each of its points. */
class ContinuousAxisTest {

    /** The first of the points is in the middle of both ranges: sqrt(2 s x 50 s) and sqrt(15 s x 240 s). */
    @Test
    void opensWithoutAnError(@TempDir Path temp) throws IOException, InterruptedException {
        Path folder = temp.resolve("results");
        List<String> sets = List.of(
                "warmup=0s",
                "duration=1m",
                "replications=1",
                "policies=[none, three-band]",
                "axes={control.interval: {from: 2s, to: 50s, scale: log}, telemetry.rate_window: {from: 15s, to: 4m, scale: log}}",
                "design={kind: sobol, points: 64}");
        Sweep.of(ExperimentFile.read(Path.of("..", "traces-sample", "experiments", "timers.yaml"), sets))
                .run(
                        new SweepOptions(
                                folder,
                                1,
                                CheckLevel.NONE,
                                false,
                                "sweep",
                                "test",
                                InstantSource.fixed(Instant.parse("2026-01-01T00:00:00Z"))),
                        SweepListener.SILENT);

        String opened = HeadlessBrowser.open(ReportWriter.write(folder), temp);

        assertThat(opened).contains("three-band").contains("10\u00a0s").contains("60\u00a0s");
    }
}
