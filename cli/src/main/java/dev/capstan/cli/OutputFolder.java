package dev.capstan.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Comparator;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Chooses the results folder of a run. */
final class OutputFolder {

    private static final DateTimeFormatter TIMESTAMP =
            DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss", Locale.ROOT).withZone(ZoneOffset.UTC);

    private final Path results;

    /** @param results folder of results folders, for runs that name none */
    OutputFolder(Path results) {
        this.results = results;
    }

    /** The folder that was named, else one of the experiment's name and the time. */
    Path fresh(@Nullable Path named, String experiment, Instant now) {
        return named != null ? named : results.resolve(fileName(experiment) + "-" + TIMESTAMP.format(now));
    }

    /**
     * The folder to go on with: the one that was named, else the newest of the experiment.
     *
     * @throws InvalidArgument if there is none
     */
    Path interrupted(@Nullable Path named, String experiment) throws IOException {
        if (named != null) {
            if (!Files.isDirectory(named)) {
                throw new InvalidArgument("--resume: there is no folder " + named + ". Maybe start without --resume");
            }
            return named;
        }
        if (Files.isDirectory(results)) {
            try (Stream<Path> folders = Files.list(results)) {
                // The timestamp has a fixed length, so names of one experiment sort by age.
                return folders.filter(folder -> folder.getFileName()
                                .toString()
                                .matches(Pattern.quote(fileName(experiment)) + "-\\d{8}-\\d{6}"))
                        .max(Comparator.comparing(folder -> folder.getFileName().toString()))
                        .orElseThrow(() -> nothingToResume(experiment));
            }
        }
        throw nothingToResume(experiment);
    }

    private static String fileName(String experiment) {
        return experiment.replaceAll("[^\\p{L}\\p{N}._-]+", "_");
    }

    private InvalidArgument nothingToResume(String experiment) {
        return new InvalidArgument("--resume: " + results + " holds no results of experiment " + experiment
                + ". Maybe name the folder with --out");
    }
}
