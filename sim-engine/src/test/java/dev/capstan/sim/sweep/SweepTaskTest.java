package dev.capstan.sim.sweep;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.capstan.sim.experiment.InvalidExperimentException;
import dev.capstan.sim.results.RowLine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A sweep whose task and runs go through JSON, as they do to another machine. */
class SweepTaskTest {

    @TempDir
    private Path temp;

    /** Carries out each run with a task of its own that was made of JSON. */
    private static final class ByJson implements SweepEngine {

        @Override
        public String name() {
            return "json";
        }

        @Override
        public int jobs() {
            return 1;
        }

        @Override
        public void execute(SweepTask task, List<SweepRun> runs, Sink sink) throws IOException {
            SweepTask there = SweepTask.fromJson(task.toJson());
            for (SweepRun run : runs) {
                RunOutcome outcome = there.run(SweepRun.fromJson(run.toJson()));
                sink.finished(new RunOutcome(RowLine.read(RowLine.write(outcome.row())), outcome.files()));
            }
        }
    }

    private static SweepOptions byJson(Path out) {
        SweepOptions local = SmallSweep.options(out, 1, false);
        return new SweepOptions(
                out,
                new ByJson(),
                local.check(),
                false,
                Optional.empty(),
                local.command(),
                local.version(),
                local.clock());
    }

    @Test
    void givesTheSameBytesElsewhere() throws IOException {
        String[] moved = {"sensitivity={cluster.server_base: [1 kW, 2 kW]}", "axes={control.interval: [5s, 30s]}"};
        Path here = temp.resolve("here");
        SmallSweep.sweep(moved).run(SmallSweep.options(here, 1, false), SweepListener.SILENT);
        Path there = temp.resolve("there");

        SmallSweep.sweep(moved).run(byJson(there), SweepListener.SILENT);

        ResultsFiles.assertSame(there, here);
    }

    @Test
    void refusesAnotherTraceElsewhere() throws IOException {
        Path trace = Files.writeString(temp.resolve("requests.csv"), SmallSweep.REQUESTS);
        Sweep sweep = SmallSweep.sweep("workload.trace=" + trace, "axes=", "warmup=10s", "duration=50s");
        SweepEngine changing = new SweepEngine() {
            @Override
            public String name() {
                return "changing";
            }

            @Override
            public int jobs() {
                return 1;
            }

            @Override
            public void execute(SweepTask task, List<SweepRun> runs, Sink sink) throws IOException {
                Files.writeString(trace, SmallSweep.REQUESTS.replace("100,10", "100,11"));
                SweepTask.fromJson(task.toJson()).run(runs.get(0));
            }
        };
        SweepOptions local = SmallSweep.options(temp.resolve("out"), 1, false);
        SweepOptions options = new SweepOptions(
                local.out(), changing, local.check(), false, Optional.empty(), "sweep", "test", local.clock());

        assertThatThrownBy(() -> sweep.run(options, SweepListener.SILENT))
                .isInstanceOf(InvalidExperimentException.class)
                .hasMessageContaining(" is not the file that the sweep was begun with")
                .hasMessageContaining("Maybe put the same traces on every machine");
    }

    @Test
    void carriesOutOnePartOfSeveralAndLeavesTheFolderToBePutTogether() throws IOException {
        for (int part = 0; part < 2; part++) {
            SweepOptions local = SmallSweep.options(temp.resolve("part" + part), 2, false);
            SmallSweep.sweep()
                    .run(
                            new SweepOptions(
                                    local.out(),
                                    local.engine(),
                                    local.check(),
                                    false,
                                    Optional.of(new Shard(part, 2)),
                                    "sweep",
                                    "test",
                                    local.clock()),
                            SweepListener.SILENT);

            assertThat(local.out().resolve("summary.csv")).doesNotExist();
            List<String> lines = Files.readAllLines(local.out().resolve("progress.jsonl"));
            // Two points of four, three policies, two replications.
            assertThat(lines).hasSize(1 + 12);
            int expected = part;
            assertThat(lines.stream().skip(1).map(RowLine::read)).allMatch(row -> row.index() / 6 % 2 == expected);
        }
    }

    @Test
    void hasNoPartBeyondTheLast() {
        assertThatThrownBy(() -> new Shard(2, 2))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("a part of 2 has a number from 0 to 1, was 2");
    }
}
