package dev.capstan.sim.sweep;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Parts of a sweep that were carried out apart are put together. */
class GatherEngineTest {

    private static final int PARTS = 3;

    private static final List<Path> FOLDERS = new ArrayList<>();

    @TempDir
    private static Path temp;

    @BeforeAll
    static void carryOutTheParts() throws IOException {
        for (int part = 0; part < PARTS; part++) {
            Path folder = temp.resolve("part" + part);
            run(SmallSweep.sweep(), folder, new LocalEngine(2), Optional.of(new Shard(part, PARTS)));
            FOLDERS.add(folder);
        }
    }

    private static void run(Sweep sweep, Path out, SweepEngine engine, Optional<Shard> shard) throws IOException {
        SweepOptions local = SmallSweep.options(out, 1, false);
        sweep.run(
                new SweepOptions(out, engine, local.check(), false, shard, "sweep", "test", local.clock()),
                SweepListener.SILENT);
    }

    private void gather(Sweep sweep, String out, List<Path> folders) throws IOException {
        try (SweepEngine engine = GatherEngine.open(folders)) {
            run(sweep, temp.resolve(out), engine, Optional.empty());
        }
    }

    @Test
    void givesTheBytesOfTheSweepInOnePiece() throws IOException {
        Path whole = temp.resolve("whole");
        run(SmallSweep.sweep(), whole, new LocalEngine(2), Optional.empty());
        List<Path> shuffled = new ArrayList<>(FOLDERS);
        Collections.reverse(shuffled);

        gather(SmallSweep.sweep(), "gathered", shuffled);

        ResultsFiles.assertSame(temp.resolve("gathered"), whole);
    }

    @Test
    void namesThePartsThatNoFolderHolds() {
        assertThatThrownBy(() -> gather(SmallSweep.sweep(), "missing", FOLDERS.subList(1, 2)))
                .isInstanceOf(IOException.class)
                .hasMessageStartingWith("no folder holds part 0/3, 2/3.");
    }

    @Test
    void namesFoldersThatHoldTheSamePart() {
        List<Path> twice = List.of(FOLDERS.get(0), FOLDERS.get(1), FOLDERS.get(0));
        assertThatThrownBy(() -> gather(SmallSweep.sweep(), "twice", twice))
                .isInstanceOf(IOException.class)
                .hasMessage(FOLDERS.get(0) + " holds part 0/3, which " + FOLDERS.get(0) + " holds too");
    }

    @Test
    void namesAFolderOfAnotherExperiment() {
        assertThatThrownBy(() -> gather(SmallSweep.sweep("seed=8"), "foreign", FOLDERS))
                .isInstanceOf(IOException.class)
                .hasMessageStartingWith(FOLDERS.get(0) + " holds runs of another experiment");
    }

    @Test
    void namesAPartThatWasNotCarriedOutToItsEnd() throws IOException {
        Path cut = Files.createDirectories(temp.resolve("cut"));
        List<String> lines = Files.readAllLines(FOLDERS.get(1).resolve("progress.jsonl"));
        // The last run is cut short, as by a crash.
        String last = lines.get(lines.size() - 1);
        String text = String.join("\n", lines.subList(0, lines.size() - 1)) + "\n" + last.substring(0, 40);
        Files.writeString(cut.resolve("progress.jsonl"), text);

        assertThatThrownBy(() -> gather(SmallSweep.sweep(), "unfinished", List.of(FOLDERS.get(0), cut, FOLDERS.get(2))))
                .isInstanceOf(IOException.class)
                .hasMessageStartingWith(cut + " has not all runs of part 1/3: run ");
        assertThat(cut.resolve("progress.jsonl")).hasContent(text);
    }

    @Test
    void refusesWhatIsNoPart() throws IOException {
        Path empty = Files.createDirectories(temp.resolve("empty"));
        assertThatThrownBy(() -> GatherEngine.open(List.of(empty)))
                .isInstanceOf(IOException.class)
                .hasMessageStartingWith(empty + " holds no runs that were begun and not finished");
        Path whole = Files.createDirectories(temp.resolve("begun"));
        Files.writeString(whole.resolve("progress.jsonl"), "{\"identity\":\"abc\"}\n");
        assertThatThrownBy(() -> GatherEngine.open(List.of(whole)))
                .isInstanceOf(IOException.class)
                .hasMessageStartingWith(whole + " holds a whole sweep that was not finished");
    }

    @Test
    void aPartIsNotGoneOnWithAsAnother() {
        assertThatThrownBy(
                        () -> SmallSweep.sweep().run(SmallSweep.options(FOLDERS.get(0), 1, true), SweepListener.SILENT))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("of another part");
    }
}
