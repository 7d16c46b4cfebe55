package dev.capstan.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.capstan.sim.results.Row;
import dev.capstan.sim.run.Figure;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class RunProgressTest {

    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    @Test
    void drawsOnATerminalOnly() {
        assertThat(drawn(0, false)).isEmpty();
        assertThat(drawn(90, true)).isEmpty();
        assertThat(drawn(90, false)).contains("runs", "4/4");
    }

    /** Half a second a run: the first two seconds tell once each, the last run tells the end. */
    @Test
    void tellsAProgramOnceASecondAndAtTheEnd() throws IOException {
        AtomicLong nanos = new AtomicLong();
        Console console = new Console(System.out, new PrintStream(err, true, StandardCharsets.UTF_8), 0, false);
        try (RunProgress progress = new RunProgress(console, RunProgress.Form.JSON, nanos::get)) {
            progress.started(7, 2, List.of("control.interval"));
            for (Row row : List.of(
                    row("5s", "polca", 4, 4, 10),
                    row("10s", "polca", 4, 3, 12),
                    row("5s", "polca", 4, 4, 11),
                    row("10s", "polca", 4, 4, 12),
                    row("5s", "capstan", 2, 2, 11))) {
                nanos.addAndGet(500_000_000);
                progress.runFinished(row);
            }
        }
        List<JsonNode> lines = new ArrayList<>();
        for (String line : err.toString(StandardCharsets.UTF_8).lines().toList()) {
            lines.add(new ObjectMapper().readTree(line));
        }
        assertThat(lines).extracting(line -> line.path("done").asInt()).containsExactly(4, 6, 7);
        assertThat(lines.get(0))
                .hasToString("{\"done\":4,\"total\":7,\"runs_per_second\":2.0,\"seconds_left\":1.5,\"best\":"
                        + "{\"control.interval\":\"5s\",\"policy\":\"polca\",\"success_rate\":1.0,"
                        + "\"goodput_requests_per_second\":10.0}}");
        // 10.5 requests a second on average, against 11; the interval of 10 s contained 7 of 8.
        assertThat(lines.get(2).path("best").path("policy").asText()).isEqualTo("capstan");
        assertThat(lines.get(2).path("seconds_left").asDouble()).isZero();
    }

    @Test
    void takesTheLeastStrandedPowerWhereThereAreNoRequestsAndThePointWithoutDisturbanceLast() {
        BestSoFar best = new BestSoFar();
        assertThat(best.best()).isEmpty();
        best.add(row("5s", "none", 0, 0, Double.NaN));
        assertThat(best.best().orElseThrow().policy()).isEqualTo("none");
        Row much = row("5s", "polca", 4, 4, Double.NaN);
        much.figures()[Figure.STRANDED_WATT_SECONDS.ordinal()] = 100;
        best.add(much);
        Row little = row("10s", "polca", 4, 4, Double.NaN);
        little.figures()[Figure.STRANDED_WATT_SECONDS.ordinal()] = 99;
        best.add(little);
        assertThat(best.best().orElseThrow().axisValues()).containsExactly("10s");
    }

    private static Row row(String interval, String policy, int disturbances, int contained, double goodput) {
        double[] figures = new double[Figure.values().length];
        figures[Figure.DISTURBANCES.ordinal()] = disturbances;
        figures[Figure.DISTURBANCES_CONTAINED.ordinal()] = contained;
        figures[Figure.GOODPUT_REQUESTS_PER_SECOND.ordinal()] = goodput;
        return new Row(0, "run", List.of(interval), policy, 1000, 0, 0, figures, List.of());
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
        RunProgress.Form form = quiet ? RunProgress.Form.NONE : RunProgress.Form.BAR;
        try (RunProgress progress = new RunProgress(console, form, System::nanoTime)) {
            progress.started(4, 2, List.of());
            progress.runFinished(row("5s", "polca", 1, 1, 10));
            progress.runFinished(row("10s", "polca", 0, 0, 10));
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
