package dev.capstan.sim.results;

import static org.assertj.core.api.Assertions.assertThat;

import dev.capstan.sim.experiment.Experiment;
import dev.capstan.sim.experiment.ExperimentFile;
import dev.capstan.sim.run.RunResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunFolderTest {

    private static final int LENGTH = 100_000;

    @TempDir
    private Path folder;

    /**
     * Of a run of more than a day seconds 20,000 to 20,009 were over the cap, at 50,000 s there was an event, and in the reference
     * run seconds 70,000 to 79,999 are over: 60 s before to 120 s after, of the last its first half hour.
     */
    @Test
    void tellsTheSecondsAroundWhatHappenedInALongRun() throws IOException {
        double[] power = filled(9_000);
        Arrays.fill(power, 20_000, 20_010, 21_000);
        double[] reference = filled(9_000);
        Arrays.fill(reference, 70_000, 80_000, 21_000);
        List<RunResult.LoggedEvent> events =
                List.of(new RunResult.LoggedEvent(50_000_000_000_000L, "gpu-failed", "server-0", ""));

        List<String> rows = seconds(power, reference, events);

        assertThat(rows.get(0))
                .isEqualTo("time_seconds,power_watts,reference_power_watts,cap_watts,sensed_power_watts,"
                        + "ready_replicas,starting_replicas,terminating_replicas");
        // 60 + 10 + 120, 60 + 1 + 120 and 60 + 1800 + 120.
        assertThat(rows).hasSize(1 + 190 + 181 + 1980);
        assertThat(rows.get(1)).isEqualTo("19941,9000,9000,20000,8000,2,1,0");
        assertThat(rows.get(190)).startsWith("20130,");
        assertThat(rows.get(191)).startsWith("49941,");
        assertThat(rows.get(rows.size() - 1)).startsWith("71920,9000,21000,");
    }

    /** 200,000 cells of eight columns are 25,000 seconds; each of the events has 181, and 138 of them fit. */
    @Test
    void tellsNoMoreSecondsThanFit() throws IOException {
        List<RunResult.LoggedEvent> events = LongStream.range(0, 300)
                .mapToObj(i -> new RunResult.LoggedEvent((1_000 + 300 * i) * 1_000_000_000L, "gpu-failed", "", ""))
                .toList();

        assertThat(seconds(filled(9_000), filled(9_000), events)).hasSize(1 + 138 * 181);
    }

    private List<String> seconds(double[] power, double[] reference, List<RunResult.LoggedEvent> events)
            throws IOException {
        Experiment experiment = ExperimentFile.read(
                        Path.of("..", "traces-sample", "experiments", "timers.yaml"), List.of("axes={}"))
                .base();
        RunFolder.write(
                folder,
                experiment,
                new RunResult.Detail(
                        power,
                        reference,
                        filled(20_000),
                        List.of(power),
                        List.of(),
                        new RunResult.Seconds(filled(8_000), filled(2), filled(1), filled(0)),
                        List.of(),
                        List.of(),
                        events,
                        List.of()));
        return Files.readAllLines(folder.resolve("seconds.csv"));
    }

    private static double[] filled(double value) {
        double[] values = new double[LENGTH];
        Arrays.fill(values, value);
        return values;
    }
}
