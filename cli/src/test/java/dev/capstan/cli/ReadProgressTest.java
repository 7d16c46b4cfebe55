package dev.capstan.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReadProgressTest {

    @TempDir
    Path folder;

    /** A file of 3 MB, of which all has been read. */
    @Test
    void drawsOnATerminalOnly() throws IOException {
        Path file = Files.write(folder.resolve("big.csv"), new byte[3_000_000]);

        assertThat(drawn(file, 0)).isEmpty();
        assertThat(drawn(file, 90)).contains("reading", "3/3 MB");
    }

    private static String drawn(Path file, int columns) {
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        Console console = new Console(System.out, new PrintStream(err, true, StandardCharsets.UTF_8), columns, false);
        try (ReadProgress progress = new ReadProgress(console, file)) {
            progress.accept(1_000_000);
            progress.accept(3_000_000);
        }
        return err.toString(StandardCharsets.UTF_8);
    }
}
