package dev.capstan.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RunProgressTest {

    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    @Test
    void drawsOnATerminalOnly() {
        assertThat(drawn(0, false)).isEmpty();
        assertThat(drawn(90, true)).isEmpty();
        assertThat(drawn(90, false)).contains("runs", "4/4");
    }

    @Test
    void noColorIsHonouredUnlessEmpty() {
        assertThat(color(Map.of("NO_COLOR", "1"))).isFalse();
        assertThat(color(Map.of("NO_COLOR", ""))).isTrue();
        assertThat(color(Map.of())).isTrue();
    }

    @Test
    void withoutALauncherThatSaysSoThereIsNoTerminal() {
        System.clearProperty("capstan.columns");

        assertThat(Console.ofProcess(System.out, System.err, Map.of()).isTerminal())
                .isFalse();
    }

    private String drawn(int columns, boolean quiet) {
        Console console = new Console(System.out, new PrintStream(err, true, StandardCharsets.UTF_8), columns, false);
        try (RunProgress progress = new RunProgress(console, quiet)) {
            progress.started(4, 2);
            progress.runFinished("a", 1);
            progress.runFinished("b", Double.NaN);
        }
        return err.toString(StandardCharsets.UTF_8);
    }

    private static boolean color(Map<String, String> environment) {
        System.setProperty("capstan.columns", "100");
        try {
            return Console.ofProcess(System.out, System.err, environment).color();
        } finally {
            System.clearProperty("capstan.columns");
        }
    }
}
