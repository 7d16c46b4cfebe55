package dev.capstan.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.capstan.trace.CarbonTrace;
import dev.capstan.trace.PowerRecording;
import dev.capstan.trace.PowerSeries;
import dev.capstan.trace.PowerTrace;
import dev.capstan.trace.PriceTrace;
import dev.capstan.trace.RequestTrace;
import dev.capstan.trace.TraceOrigin;
import dev.capstan.trace.inspect.CarbonInspection;
import dev.capstan.trace.inspect.Inspection;
import dev.capstan.trace.inspect.PowerInspection;
import dev.capstan.trace.inspect.PriceInspection;
import dev.capstan.trace.inspect.RequestInspection;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

class InspectionWriterTest {

    private static final long SECOND = 1_000_000_000L;
    private static final String HOSTILE = "</style><script>document.title='broken'</script>";

    /** The browser may still be writing its profile when it has answered. */
    @TempDir(cleanup = CleanupMode.NEVER)
    Path folder;

    @Test
    void requestsAreDrawnWithFourPicturesAndTheirFindings() throws Exception {
        String page = HeadlessBrowser.open(write(clumpedRequests("trace.csv")), folder);

        assertThat(page.split("<svg", -1)).hasSize(1 + 4);
        assertThat(page)
                .contains("trace.csv", "Requests per second over time", "Input tokens", "multiples of 3s")
                .contains("class=\"bin\"");
    }

    @Test
    void powerIsDrawnForEachMeter() throws Exception {
        String page = HeadlessBrowser.open(write(power("gpu-0", "gpu-1")), folder);

        assertThat(page.split("<svg", -1)).hasSize(1 + 4);
        assertThat(page).contains("Power of gpu-0 over time", "Power of gpu-1 over time", "2 meters");
    }

    @Test
    void carbonIsDrawnWithItsMeanDay() throws Exception {
        String page = HeadlessBrowser.open(write(carbon()), folder);

        assertThat(page.split("<svg", -1)).hasSize(1 + 2);
        assertThat(page).contains("average, life-cycle", "The mean day");
    }

    /** Prices from -50 to 90: the axis goes in steps of 50 from -50 to 100, and nothing is drawn below it. */
    @Test
    void pricesBelowZeroAreDrawnInsideThePicture() throws IOException {
        String page = Files.readString(write(prices()));

        assertThat(page)
                .contains("Price over time", "EUR/MWh", "The mean day", ">-50<", ">100<")
                .doesNotContain(">-100<");
        String line = page.substring(page.indexOf("class=\"line\" d=\"") + 16);
        double lowest = Pattern.compile("[ML][0-9.]+ ([0-9.]+)")
                .matcher(line.substring(0, line.indexOf("\"/>")))
                .results()
                .mapToDouble(point -> Double.parseDouble(point.group(1)))
                .max()
                .orElseThrow();
        // The plot is 240 high and leaves 46 below the axis.
        assertThat(lowest).isEqualTo(240 - 46);
    }

    @Test
    void hostileNamesAreDrawnAsText() throws Exception {
        assertThat(HeadlessBrowser.open(write(clumpedRequests(HOSTILE)), folder))
                .doesNotContain("<title>broken");
        assertThat(HeadlessBrowser.open(write(power(HOSTILE)), folder)).doesNotContain("<title>broken");
    }

    @Test
    void aPageNeedsNothingFromOutsideAndIsTheSameBytesEachTime() throws IOException {
        String first = Files.readString(write(power("gpu-0")));
        String second = Files.readString(write(power("gpu-0")));

        assertThat(first).isEqualTo(second).doesNotContain("<script", "http:", "https:", "NaN", "@import");
    }

    @Test
    void oneRequestAloneCanBeDrawn() throws IOException {
        Inspection one = RequestInspection.of(new RequestTrace(
                new long[] {0}, new int[] {0}, new int[] {1}, Optional.empty(), new TraceOrigin("one", "", "")));

        assertThat(Files.readString(write(one))).contains("1 requests").doesNotContain("NaN", "Infinity");
    }

    @Test
    void aPlaceThatCannotBeWrittenIsNamed() {
        Path nowhere = folder.resolve("none/picture.html");

        assertThatThrownBy(() -> InspectionWriter.write("any", carbon(), nowhere))
                .isInstanceOf(ReportException.class)
                .hasMessageContaining("picture.html");
    }

    private Path write(Inspection inspection) {
        return InspectionWriter.write("hand-made", inspection, folder.resolve("picture.html"));
    }

    private static Inspection clumpedRequests(String path) {
        long[] arrivals = LongStream.range(0, 200)
                .map(i -> i / 10 * 3 * SECOND + (i % 10 < 7 ? 0 : i % 10 * 123_456_789L))
                .toArray();
        int[] tokens = IntStream.range(0, 200).map(i -> 1 + i * i).toArray();
        return RequestInspection.of(
                new RequestTrace(arrivals, tokens, tokens, Optional.empty(), new TraceOrigin(path, "", HOSTILE)));
    }

    private static Inspection power(String... names) {
        PowerTrace power = new PowerTrace(
                LongStream.range(0, 3000).map(i -> i * SECOND).toArray(),
                IntStream.range(0, 3000).mapToDouble(i -> 100 + i % 700).toArray(),
                3000 * SECOND,
                Optional.empty(),
                new TraceOrigin("power.csv", "", ""));
        return PowerInspection.of(new PowerRecording(
                Stream.of(names)
                        .map(name -> new PowerSeries(name, Map.of(), power, List.of()))
                        .toList(),
                Optional.empty(),
                power.origin()));
    }

    private static Inspection prices() {
        return PriceInspection.of(new PriceTrace(
                "DE-LU",
                "EUR",
                Instant.parse("2024-06-01T00:00:00Z"),
                LongStream.range(0, 15).map(i -> i * 3600 * SECOND).toArray(),
                IntStream.range(0, 15).mapToDouble(i -> -50 + i * 10).toArray(),
                new TraceOrigin("prices.csv", "", "")));
    }

    private static Inspection carbon() {
        return CarbonInspection.of(new CarbonTrace(
                "GB",
                CarbonTrace.Signal.AVERAGE,
                CarbonTrace.Scope.LIFE_CYCLE,
                Instant.parse("2024-06-01T00:00:00Z"),
                LongStream.range(0, 20).map(i -> i * 3600 * SECOND).toArray(),
                IntStream.range(0, 20).mapToDouble(i -> 100 + i * i).toArray(),
                new TraceOrigin("gb.csv", "", "")));
    }
}
