package dev.capstan.spark;

import dev.capstan.sim.results.RowLine;
import dev.capstan.sim.sweep.RunOutcome;
import dev.capstan.sim.sweep.SweepRun;
import dev.capstan.sim.sweep.SweepTask;
import java.io.IOException;
import java.io.ObjectOutputStream;
import java.io.OutputStream;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import scala.collection.Iterator;
import scala.runtime.AbstractFunction1;

/** What an executor does with the runs of one Spark task: one after the other, up to the first that fails. */
final class RunsOfTask extends AbstractFunction1<Iterator<String>, List<RemoteOutcome>> implements Serializable {

    private static final long serialVersionUID = 1L;

    /** Of this process, so that its threads and tasks share traces and references. An executor lives for one sweep. */
    private static final Map<String, SweepTask> SWEEPS = new ConcurrentHashMap<>();

    private final String sweep;

    /** @param sweep as {@link SweepTask#toJson} writes it */
    RunsOfTask(String sweep) {
        this.sweep = sweep;
    }

    @Override
    public List<RemoteOutcome> apply(Iterator<String> runs) {
        List<RemoteOutcome> outcomes = new ArrayList<>();
        boolean failed = false;
        while (!failed && runs.hasNext()) {
            RemoteOutcome outcome = carryOut(SweepRun.fromJson(runs.next()));
            outcomes.add(outcome);
            failed = outcome instanceof RemoteOutcome.Failed;
        }
        return outcomes;
    }

    /** A disk that is full, for one, is thrown: Spark tries again, maybe on another machine. */
    private RemoteOutcome carryOut(SweepRun run) {
        try {
            RunOutcome outcome =
                    SWEEPS.computeIfAbsent(sweep, SweepTask::fromJson).run(run);
            Map<String, byte[]> files = new TreeMap<>();
            if (outcome.files().isPresent()) {
                Path folder = Files.createTempDirectory("capstan-run");
                try {
                    outcome.files().get().writeTo(folder);
                    for (Path file : list(folder)) {
                        files.put(file.getFileName().toString(), Files.readAllBytes(file));
                    }
                } finally {
                    for (Path file : list(folder)) {
                        Files.delete(file);
                    }
                    Files.delete(folder);
                }
            }
            return new RemoteOutcome.Finished(RowLine.write(outcome.row()), files);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (UncheckedIOException e) {
            throw e;
        } catch (RuntimeException e) {
            return new RemoteOutcome.Failed(sendable(e));
        }
    }

    private static List<Path> list(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.sorted().toList();
        }
    }

    private static RuntimeException sendable(RuntimeException failure) {
        try (ObjectOutputStream out = new ObjectOutputStream(OutputStream.nullOutputStream())) {
            out.writeObject(failure);
            return failure;
        } catch (IOException e) {
            return new IllegalStateException(failure.toString());
        }
    }
}
