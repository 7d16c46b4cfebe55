package dev.capstan.sim.sweep;

import static dev.capstan.sim.sweep.SmallSweep.REQUESTS;
import static dev.capstan.sim.sweep.SmallSweep.assertRefused;
import static dev.capstan.sim.sweep.SmallSweep.options;
import static dev.capstan.sim.sweep.SmallSweep.sweep;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.jimfs.Configuration;
import com.google.common.jimfs.Jimfs;
import dev.capstan.sim.kernel.CheckLevel;
import dev.capstan.sim.results.Row;
import java.io.IOException;
import java.nio.file.FileSystem;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is on disk of a sweep that was stopped, failed or found the disk full, and how it goes on. */
class SweepDurabilityTest {

    @TempDir
    static Path shared;

    private static Path whole;

    @BeforeAll
    static void runTheWholeSweepOnce() throws IOException {
        whole = shared.resolve("whole");
        sweep().run(options(whole, 1, false), SweepListener.SILENT);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void goesOnWhereItWasStoppedWithTheSameBytes(int jobs, @TempDir Path temp) throws IOException {
        Path out = temp.resolve("out");
        for (int stop = 0; stop < 3; stop++) {
            boolean resume = stop > 0;
            assertThatThrownBy(() -> sweep().run(options(out, jobs, resume), new StopAfter(5)))
                    .isInstanceOf(StopAfter.Stopped.class);
            assertThat(out.resolve("summary.csv")).doesNotExist();
        }
        int done = Files.readAllLines(out.resolve("progress.jsonl")).size() - 1;
        List<Integer> started = new ArrayList<>();

        sweep().run(options(out, jobs, true), new StopAfter(Integer.MAX_VALUE) {
            @Override
            public void started(int totalRuns, int alreadyDone, List<String> axes) {
                started.add(totalRuns);
                started.add(alreadyDone);
            }
        });

        assertThat(started).containsExactly(24, done);
        assertThat(done).isBetween(15, 15 + 3 * jobs);
        ResultsFiles.assertSame(out, whole);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void keepsFinishedRunsWhenTheDiskIsFullAndGoesOnWithMoreRoom(int jobs, @TempDir Path temp) throws IOException {
        Path small = disk(ResultsFiles.bytes(whole) / 2).getPath("/out");

        assertThatThrownBy(() -> sweep().run(options(small, jobs, false), SweepListener.SILENT))
                .isInstanceOf(IOException.class)
                .hasMessageStartingWith("/out: run 0")
                .hasMessageContaining("out of disk space")
                .hasMessageContaining("go on with --resume");

        assertThat(small.resolve("summary.csv")).doesNotExist();
        assertThat(small.resolve("manifest.json")).doesNotExist();
        List<String> lines = Files.readAllLines(small.resolve("progress.jsonl"));
        assertThat(lines).hasSizeBetween(3, 24);
        assertThat(lines).allSatisfy(line -> assertThat(line).startsWith("{").endsWith("}"));
        Path large = temp.resolve("large");
        ResultsFiles.copy(small, large);
        sweep().run(options(large, jobs, true), SweepListener.SILENT);
        ResultsFiles.assertSame(large, whole);
    }

    /** The disk is full at every possible block in turn: in tables of runs, in the progress file, in the last tables. */
    @Test
    void keepsFinishedRunsWhereverTheDiskGetsFull(@TempDir Path temp) throws IOException {
        Sweep two = sweep("policies=[none]", "replications=1", "axes=", "output.detail=none", "duration=1m");
        Path expected = temp.resolve("expected");
        two.run(options(expected, 1, false), SweepListener.SILENT);
        int failed = 0;
        for (int kilobytes = 1; kilobytes < 24; kilobytes++) {
            Path out = disk(kilobytes * 1024L).getPath("/out");
            try {
                two.run(options(out, 1, false), SweepListener.SILENT);
            } catch (IOException e) {
                failed++;
                assertThat(out.resolve("summary.csv")).doesNotExist();
                Path large = temp.resolve("large" + kilobytes);
                if (Files.exists(out)) {
                    ResultsFiles.copy(out, large);
                }
                two.run(options(large, 1, true), SweepListener.SILENT);
                ResultsFiles.assertSame(large, expected);
                continue;
            }
            ResultsFiles.assertSame(out, expected);
        }
        assertThat(failed).isBetween(2, 22);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 7})
    void reportsTheFailureOfTheFirstRunThatFailed(int jobs, @TempDir Path temp) {
        AtomicInteger calls = new AtomicInteger();
        SweepListener failing = new StopAfter(0) {
            @Override
            public void runFinished(Row row) {
                calls.incrementAndGet();
                throw new Stopped(row.runId());
            }
        };

        assertThatThrownBy(() -> sweep().run(options(temp.resolve("out"), jobs, false), failing))
                .isInstanceOf(StopAfter.Stopped.class)
                .hasMessage("00000-none-r0");
        // Only runs that were under way when the first one failed come to their end.
        assertThat(calls.get()).isLessThanOrEqualTo(jobs);
    }

    @Test
    void stopsWhenItsThreadIsInterrupted(@TempDir Path temp) {
        SweepListener interrupting = new StopAfter(Integer.MAX_VALUE) {
            @Override
            public void started(int totalRuns, int alreadyDone, List<String> axes) {
                Thread.currentThread().interrupt();
            }
        };

        assertThatThrownBy(() -> sweep().run(options(temp.resolve("out"), 2, false), interrupting))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("interrupted");
        assertThat(Thread.interrupted()).isTrue();
    }

    @Test
    void refusesToGoOnAfterTheExperimentAFileOfItOrTheVersionWasChanged(@TempDir Path temp) throws IOException {
        Path trace = Files.writeString(temp.resolve("requests.csv"), REQUESTS);
        String measured = Files.readString(SmallSweep.SAMPLES.resolve("models").resolve("llama-3.1-70b-h100x4.yaml"));
        Path profile = Files.writeString(temp.resolve("mine.yaml"), measured);
        Path out = temp.resolve("out");
        List<String> sets = List.of(
                "workload.trace=" + trace,
                "services[0].model=" + profile,
                "axes=",
                "warmup=10s",
                "duration=50s",
                "policies=[none, three-band]");
        assertThatThrownBy(() -> sweep(sets).run(options(out, 1, false), new StopAfter(1)))
                .isInstanceOf(StopAfter.Stopped.class);

        List<String> changed = new ArrayList<>(sets);
        changed.add("cap.power=19 kW");
        assertRefused(sweep(changed), options(out, 1, true));
        SweepOptions same = options(out, 1, true);
        assertRefused(
                sweep(sets),
                new SweepOptions(
                        out,
                        same.engine(),
                        CheckLevel.NONE,
                        true,
                        Optional.empty(),
                        same.command(),
                        "another version",
                        same.clock()));
        Files.writeString(profile, measured.replace("base_ms: 15.74", "base_ms: 15.75"));
        assertRefused(sweep(sets), same);
        Files.writeString(profile, measured);
        Files.writeString(trace, REQUESTS.replace("100,10", "100,11"));
        assertRefused(sweep(sets), same);

        Files.writeString(trace, REQUESTS);
        assertThat(sweep(sets).run(same, SweepListener.SILENT).runs()).isEqualTo(4);
    }

    private static FileSystem disk(long bytes) {
        return Jimfs.newFileSystem(Configuration.unix().toBuilder()
                .setBlockSize(512)
                .setMaxSize(bytes)
                .build());
    }
}
