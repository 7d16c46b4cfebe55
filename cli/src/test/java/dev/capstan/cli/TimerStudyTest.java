package dev.capstan.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The experiment of the study and its page, over two of its points. */
class TimerStudyTest {

    private static final Path EXPERIMENT = Path.of("..", "traces-sample", "experiments", "study-timers.yaml");

    @TempDir
    Path folder;

    private final CommandRun capstan = new CommandRun();

    @Test
    void theSweepOfItsExperimentGivesThePage() throws IOException {
        Path out = folder.resolve("out");
        assertThat(capstan.run(
                        "sweep",
                        EXPERIMENT.toString(),
                        "--out",
                        out.toString(),
                        "--no-report",
                        "--set",
                        "replications=2",
                        "--set",
                        "duration=10m",
                        "--set",
                        "policies=[none, three-band]",
                        "--set",
                        "axes.faults={none: {}}",
                        "--set",
                        "axes.exporter={kepler-5s: {telemetry.exporter: kepler}}",
                        "--set",
                        "axes.telemetry.scrape_interval=[15s]",
                        "--set",
                        "axes.telemetry.rate_window=[30s, 5m]",
                        "--set",
                        "axes.control.interval=[5s]",
                        "--set",
                        "axes.services[0].autoscaler.hpa_sync=[15s]",
                        "--set",
                        "axes.cold_start={85s: {}}",
                        "--set",
                        "axes.cap.power=[22 kW]"))
                .as(capstan.err())
                .isEqualTo(0);
        Path page = folder.resolve("timers.md");

        assertThat(capstan.run("report", out.toString(), "--study", page.toString()))
                .as(capstan.err())
                .isEqualTo(0);

        assertThat(Files.readString(page))
                .contains("- cap: 22\u00a0kW\n", "scraped every 15\u00a0s over 30\u00a0s, operator every 5\u00a0s.")
                .doesNotContain("{{");
        assertThat(folder.resolve("images")).isDirectoryContaining("glob:**/timers-surface.png");
        assertThat(out.resolve("report.html")).doesNotExist();
    }
}
