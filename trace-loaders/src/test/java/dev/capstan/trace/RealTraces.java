package dev.capstan.trace;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;

/** Finds the public traces that are not part of the project; tests without them are skipped by name. */
final class RealTraces {

    private static final Path FOLDER = Path.of(System.getenv()
            .getOrDefault(
                    "CAPSTAN_TRACES", Path.of("..", "..", "shared", "traces").toString()));

    private RealTraces() {}

    static Path file(String path) {
        Path file = FOLDER.resolve(path);
        assumeTrue(Files.exists(file), "skipped: no real trace " + path + " in " + FOLDER + " (set CAPSTAN_TRACES)");
        return file;
    }
}
