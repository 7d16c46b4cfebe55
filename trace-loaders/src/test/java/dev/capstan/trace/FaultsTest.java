package dev.capstan.trace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class FaultsTest {

    private static final int ROWS = 10_000;

    @TempDir
    Path folder;

    /** Ten thousand rows, of which each has the same bad cell and a good time: reader, lines ahead, row, column. */
    static Stream<Arguments> readers() {
        return Stream.of(
                of(
                        "azure",
                        file -> RequestTraces.read(file),
                        "TIMESTAMP,ContextTokens,GeneratedTokens",
                        "2023-11-16 18:17:03.%04d,1,x",
                        "GeneratedTokens"),
                of("capstan", file -> RequestTraces.read(file), RequestTraces.CAPSTAN_HEADER, "%d,x,1", "input_tokens"),
                of(
                        "labelled",
                        file -> RequestTraces.read(file),
                        RequestTraces.CAPSTAN_HEADER + ",model",
                        "%d,1,x,m",
                        "output_tokens"),
                of(
                        "mooncake",
                        file -> RequestTraces.read(file),
                        "{\"timestamp\":0,\"input_length\":1,\"output_length\":1}",
                        "{\"timestamp\":%d,\"input_length\":1,\"output_length\":\"x\"}",
                        "output_length"),
                of("meter", PowerCsv::read, "time_seconds,power_watts", "%d,x", "power_watts"),
                of(
                        "PTDaemon",
                        PowerCsv::read,
                        "Time,07-17-2024 20:49:56.000,Watts,1",
                        "Time,07-17-2024 20:49:%2$02d.%3$03d,Watts,x",
                        "Watts"),
                of("recording", file -> PowerRecordings.read(file), "time_seconds,gpu_watts", "%d,x", "gpu_watts"),
                of("rates", RateProfile::read, "offset_seconds,requests_per_second", "%d,x", "requests_per_second"),
                of("lengths", TokenLengths::read, "quantile,input_tokens,output_tokens", "0.%04d,x,1", "input_tokens"),
                of(
                        "carbon",
                        file -> CarbonTraces.read(file, CarbonTrace.Scope.DIRECT),
                        "# zone: A\n# signal: average\n# scope: direct\ntime_utc,carbon_grams_per_kilowatt_hour",
                        "2024-01-01T00:00:00.%04dZ,x",
                        "carbon_grams_per_kilowatt_hour"),
                of(
                        "prices",
                        PriceTraces::read,
                        "# zone: A\n# currency: EUR\ntime_utc,price_per_megawatt_hour",
                        "2024-01-01T00:00:00.%04dZ,x",
                        "price_per_megawatt_hour"));
    }

    private static Arguments of(String name, Consumer<Path> reader, String ahead, String row, String column) {
        return Arguments.of(name, reader, ahead, row, column);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("readers")
    void everyReaderOfRowsCountsThemAllAndShowsFiveWithLineAndColumn(
            String name, Consumer<Path> reader, String ahead, String row, String column) {
        String rows = IntStream.range(0, ROWS)
                .mapToObj(i -> row.formatted(i, 50 + i / 1000, i % 1000))
                .collect(Collectors.joining("\n"));
        Path file = write(name, ahead + "\n" + rows);
        long first = ahead.lines().count() + 1;
        assertThatThrownBy(() -> reader.accept(file))
                .isInstanceOf(TraceException.class)
                .satisfies(e -> {
                    List<String> lines = String.valueOf(e.getMessage()).lines().toList();
                    assertThat(lines).hasSize(6);
                    assertThat(lines.get(0))
                            .isEqualTo(file
                                    + ": 10000 places cannot be read, so nothing of the file is taken; the first 5:");
                    for (int i = 0; i < 5; i++) {
                        assertThat(lines.get(i + 1))
                                .startsWith("  " + file + ":" + (first + i) + ": ")
                                .contains(column);
                    }
                });
    }

    @Test
    void oneFaultIsToldAsItself() {
        Path file = write("one", "time_seconds,power_watts\n0,5\n1,-5\n2,5\n");
        assertThatThrownBy(() -> PowerCsv.read(file))
                .hasMessageStartingWith(file + ":3: power_watts must be between 0 W and 10 GW, is -5.");
    }

    /** One row that jumps ahead is measured once, by the row behind it. */
    @Test
    void oneRowOutOfOrderIsOneFault() {
        Path meter = write("meter", "time_seconds,power_watts\n0,5\n1,5\n20,5\n3,5\n4,5\n");
        assertThatThrownBy(() -> PowerCsv.read(meter)).hasMessageStartingWith(meter + ":5: time_seconds must be later");
        Path rates = write("rates", "offset_seconds,requests_per_second\n0,5\n100,5\n20,5\n30,5\n");
        assertThatThrownBy(() -> RateProfile.read(rates)).hasMessageStartingWith(rates + ":4: offset_seconds must");
    }

    @Test
    void textIsMadeOnlyForTheFaultsThatAreShown() {
        AtomicInteger made = new AtomicInteger();
        Faults faults = new Faults(folder);
        for (int i = 0; i < ROWS; i++) {
            faults.add(i, "bad", () -> "row " + made.incrementAndGet(), "Maybe not.");
        }
        assertThat(made).hasValue(5);
        assertThatThrownBy(faults::throwIfAny).hasMessageContaining("10000 places");
    }

    private Path write(String name, String text) {
        try {
            return Files.writeString(folder.resolve(name), text);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
