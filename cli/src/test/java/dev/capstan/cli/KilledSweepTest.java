package dev.capstan.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Processes that sweep are killed, as by kill -9, at random instants, and gone on with until they are done. */
class KilledSweepTest {

    private static final int KILLS = 50;

    /** 120 runs of some milliseconds, of which 40 keep their course. */
    private static final String EXPERIMENT = PowerRow.EXPERIMENT + """
            name: killed
            duration: 40m
            replications: 3
            output: {timeline_step: 1m}
            axes:
              cap.power: [9 kW, 10 kW, 11 kW, 12 kW]
              control.interval: [5s, 10s, 20s, 30s, 60s]
            """;

    @TempDir
    Path folder;

    @Test
    void losesNothingButTheRunsInFlightAndEndsWithTheSameBytes() throws IOException, InterruptedException {
        Files.writeString(folder.resolve("killed.yaml"), EXPERIMENT);
        Path whole = folder.resolve("whole");
        long began = System.nanoTime();
        assertThat(sweep(whole).waitFor()).isZero();
        // As long as the machine takes for all of it, busy or not.
        long longestNanos = System.nanoTime() - began;
        Random random = new Random(7);
        int kills = 0;
        int inTheMiddle = 0;
        for (int i = 0; kills < KILLS; i++) {
            Path out = folder.resolve("out" + i);
            List<Integer> finished = List.of();
            while (!Files.exists(out.resolve("manifest.json"))) {
                Process process = sweep(out);
                if (kills == KILLS) {
                    process.waitFor();
                } else if (!process.waitFor(
                        (long) (random.nextDouble() * span(process, out, finished, longestNanos, random)),
                        TimeUnit.NANOSECONDS)) {
                    process.destroyForcibly().waitFor();
                    kills++;
                }
                List<Integer> now = finished(out);
                if (Files.exists(out.resolve("progress.jsonl"))) {
                    assertThat(now)
                            .as("runs, none twice")
                            .doesNotHaveDuplicates()
                            .containsAll(finished);
                    inTheMiddle += now.size() > finished.size() ? 1 : 0;
                    finished = now;
                }
            }
            assertThat(sweep(out).waitFor()).as("done").isIn(0, ExitCodes.INVALID_INPUT);
            PowerRow.assertSame(out, whole, 40);
        }
        assertThat(inTheMiddle).as("kills that fell between runs").isGreaterThan(KILLS / 5);
    }

    /**
     * Within which time to kill a process: one half of them from their start on, the other once they have finished a run, which
     * on a busy machine comes late.
     */
    private static double span(Process process, Path out, List<Integer> finished, long longestNanos, Random random)
            throws IOException, InterruptedException {
        if (random.nextBoolean()) {
            return longestNanos;
        }
        boolean ended = false;
        while (!ended && finished(out).size() <= finished.size()) {
            ended = process.waitFor(2, TimeUnit.MILLISECONDS);
        }
        return 0.1 * longestNanos;
    }

    private Process sweep(Path out) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty("java.class.path"),
                Capstan.class.getName(),
                "sweep",
                folder.resolve("killed.yaml").toString(),
                "--out",
                out.toString(),
                "--no-report",
                "--jobs",
                "2"));
        if (Files.exists(out.resolve("progress.jsonl"))) {
            command.add("--resume");
        }
        return new ProcessBuilder(command)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(folder.resolve("err").toFile())
                .start();
    }

    /** The runs that are told to be done; the last line may be cut short. */
    private static List<Integer> finished(Path out) throws IOException {
        Path progress = out.resolve("progress.jsonl");
        List<Integer> runs = new ArrayList<>();
        if (Files.exists(progress)) {
            String text = Files.readString(progress);
            List<String> lines =
                    text.substring(0, text.lastIndexOf('\n') + 1).lines().toList();
            for (String line : lines.subList(Math.min(1, lines.size()), lines.size())) {
                runs.add(new ObjectMapper().readTree(line).path("index").asInt());
            }
        }
        return runs;
    }
}
