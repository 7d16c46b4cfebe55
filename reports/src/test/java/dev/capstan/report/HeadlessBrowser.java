package dev.capstan.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Opens a page in the browser of this machine; the test is skipped where there is none. */
final class HeadlessBrowser {

    private static final int SECONDS_TO_OPEN = 60;

    private HeadlessBrowser() {}

    /**
     * The document after its scripts ran; fails if the console held an error.
     *
     * @param folder for the browser's own files
     */
    static String open(Path page, Path folder) throws IOException, InterruptedException {
        Optional<Path> browser = browser();
        assumeTrue(browser.isPresent(), "no chromium, chromium-browser or google-chrome on the path");
        Path dom = folder.resolve("dom.html");
        Path console = folder.resolve("console.txt");
        List<String> command = new ArrayList<>(List.of(browser.get().toString()));
        command.addAll(List.of(
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-quic",
                "--no-first-run",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
                "--user-data-dir=" + folder.resolve("profile"),
                "--enable-logging=stderr",
                "--virtual-time-budget=2000",
                "--dump-dom",
                page.toUri().toString()));
        Process process = new ProcessBuilder(command)
                .redirectOutput(dom.toFile())
                .redirectError(console.toFile())
                .start();
        try {
            assertThat(process.waitFor(SECONDS_TO_OPEN, TimeUnit.SECONDS))
                    .as("the browser answers")
                    .isTrue();
        } finally {
            process.destroyForcibly();
        }
        assertThat(Files.readAllLines(console)).noneMatch(line -> line.contains(":CONSOLE"));
        return Files.readString(dom);
    }

    private static Optional<Path> browser() {
        return Stream.of(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
                .filter(entry -> !entry.isEmpty())
                .flatMap(entry -> Stream.of("chromium", "chromium-browser", "google-chrome")
                        .map(Path.of(entry)::resolve))
                .filter(Files::isExecutable)
                .findFirst();
    }
}
