package dev.capstan.sim.results;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The runs that a results folder holds which was begun and not finished. The folder stays as it is. */
public final class FinishedRuns implements Closeable {

    private final Path folder;
    private final ProgressFile progress;
    private final String identity;

    private FinishedRuns(Path folder, ProgressFile progress, String identity) {
        this.folder = folder;
        this.progress = progress;
        this.identity = identity;
    }

    /**
     * Opens a folder.
     *
     * @throws IOException if it holds no such runs
     */
    public static FinishedRuns open(Path folder) throws IOException {
        ProgressFile progress;
        try {
            progress = ProgressFile.read(folder.resolve(ResultsWriter.PROGRESS));
        } catch (NoSuchFileException e) {
            throw new IOException(
                    folder + " holds no runs that were begun and not finished: there is no progress.jsonl", e);
        }
        try {
            @Nullable String head = progress.head();
            if (head == null) {
                throw new IOException(folder + " holds no runs: its progress.jsonl is empty");
            }
            return new FinishedRuns(
                    folder,
                    progress,
                    new ObjectMapper().readTree(head).path("identity").asText());
        } catch (IOException e) {
            progress.close();
            throw e;
        }
    }

    /** The folder. */
    public Path folder() {
        return folder;
    }

    /** What {@link ResultsWriter#open} was given. */
    public String identity() {
        return identity;
    }

    /** Whether a run is there. */
    public boolean has(int index) {
        return progress.has(index);
    }

    /** The row of a run that is there. */
    public Row row(int index) throws IOException {
        return progress.row(index);
    }

    /** The course of a run that is there, where it was kept. */
    public Optional<RunFiles> files(Row row) {
        Path from = folder.resolve("runs").resolve(row.runId());
        return Files.isDirectory(from) ? Optional.of(to -> copy(from, to)) : Optional.empty();
    }

    private static void copy(Path from, Path to) throws IOException {
        Files.createDirectories(to);
        List<Path> files;
        try (Stream<Path> listed = Files.list(from)) {
            files = listed.toList();
        }
        for (Path file : files) {
            Files.copy(file, to.resolve(file.getFileName()));
        }
    }

    @Override
    public void close() throws IOException {
        progress.close();
    }
}
