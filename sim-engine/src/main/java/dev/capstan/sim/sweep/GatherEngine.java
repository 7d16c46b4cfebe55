package dev.capstan.sim.sweep;

import dev.capstan.sim.results.FinishedRuns;
import dev.capstan.sim.results.Row;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Carries out nothing: takes the runs from the folders of all parts of a sweep, which other machines carried out. */
public final class GatherEngine implements SweepEngine {

    /** By number. */
    private final FinishedRuns[] parts;

    private GatherEngine(FinishedRuns[] parts) {
        this.parts = parts;
    }

    /**
     * Opens the folders of all parts, in any order.
     *
     * @throws IOException if a folder holds no part, or if parts are missing, twice there or not of one sweep
     */
    public static GatherEngine open(List<Path> folders) throws IOException {
        FinishedRuns @Nullable [] parts = null;
        for (Path folder : folders) {
            FinishedRuns runs = FinishedRuns.open(folder);
            Shard shard = shard(runs);
            if (parts == null) {
                parts = new FinishedRuns[shard.of()];
            }
            if (parts.length != shard.of()) {
                throw new IOException(
                        folder + " holds part " + shard + ", the folders before it parts of " + parts.length);
            }
            if (parts[shard.index()] != null) {
                throw new IOException(
                        folder + " holds part " + shard + ", which " + parts[shard.index()].folder() + " holds too");
            }
            parts[shard.index()] = runs;
        }
        if (parts == null) {
            throw new IllegalArgumentException("needs a folder for each part");
        }
        requireAll(parts);
        return new GatherEngine(parts);
    }

    private static Shard shard(FinishedRuns runs) throws IOException {
        String[] identity = runs.identity().split(" ", -1);
        if (identity.length != 2) {
            throw new IOException(
                    runs.folder() + " holds a whole sweep that was not finished and no part of one. Maybe go on"
                            + " with it: --resume --out " + runs.folder());
        }
        return Shard.parse(identity[1]);
    }

    private static void requireAll(FinishedRuns[] parts) throws IOException {
        String missing = IntStream.range(0, parts.length)
                .filter(part -> parts[part] == null)
                .mapToObj(part -> part + "/" + parts.length)
                .collect(Collectors.joining(", "));
        if (!missing.isEmpty()) {
            throw new IOException("no folder holds part " + missing + ". Maybe name it too, or carry it out (--shard)");
        }
    }

    @Override
    public String name() {
        return "gather";
    }

    @Override
    public int jobs() {
        return 1;
    }

    @Override
    public void execute(SweepTask task, List<SweepRun> runs, Sink sink) throws IOException {
        for (int part = 0; part < parts.length; part++) {
            if (!parts[part].identity().equals(task.identity() + " " + new Shard(part, parts.length))) {
                throw new IOException(
                        parts[part].folder() + " holds runs of another experiment, of this one or its traces"
                                + " before they were changed, or of another version of Capstan");
            }
        }
        for (SweepRun run : runs) {
            int number = task.setting(run) % parts.length;
            FinishedRuns part = parts[number];
            if (!part.has(run.index())) {
                throw new IOException(
                        part.folder() + " has not all runs of part " + number + "/" + parts.length + ": run "
                                + run.index() + " is missing. Maybe carry it out to its end: --shard " + number + "/"
                                + parts.length
                                + " --out " + part.folder());
            }
            Row row = part.row(run.index());
            sink.finished(new RunOutcome(row, part.files(row)));
        }
    }

    @Override
    public void close() throws IOException {
        for (FinishedRuns part : parts) {
            part.close();
        }
    }
}
