package dev.capstan.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.capstan.trace.RequestTrace;
import dev.capstan.trace.TraceOrigin;
import dev.capstan.trace.inspect.Inspection;
import dev.capstan.trace.inspect.RequestInspection;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InspectionWriterTest {

    private static final String HOSTILE = "</style><script>document.title='broken'</script>";

    @TempDir
    Path folder;

    @Test
    void requestsAreDrawnWithFourPicturesAndTheirFindings() throws IOException {
        String page = Files.readString(write(HandMadeTraces.clumpedRequests("trace.csv", HOSTILE)));

        assertThat(page.split("<svg", -1)).hasSize(1 + 4);
        assertThat(page)
                .contains("trace.csv", "Requests per second over time", "Input tokens", "multiples of 3s")
                .contains("class=\"bin\"");
    }

    @Test
    void powerIsDrawnForEachMeter() throws IOException {
        String page = Files.readString(write(HandMadeTraces.power("gpu-0", "gpu-1")));

        assertThat(page.split("<svg", -1)).hasSize(1 + 4);
        assertThat(page).contains("Power of gpu-0 over time", "Power of gpu-1 over time", "2 meters");
    }

    @Test
    void carbonIsDrawnWithItsMeanDay() throws IOException {
        String page = Files.readString(write(HandMadeTraces.carbon()));

        assertThat(page.split("<svg", -1)).hasSize(1 + 2);
        assertThat(page).contains("average, life-cycle", "The mean day");
    }

    /** Prices from -50 to 90: the axis goes in steps of 50 from -50 to 100, and nothing is drawn below it. */
    @Test
    void pricesBelowZeroAreDrawnInsideThePicture() throws IOException {
        String page = Files.readString(write(HandMadeTraces.prices()));

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
    void hostileNamesAreDrawnAsText() throws IOException {
        assertThat(Files.readString(write(HandMadeTraces.clumpedRequests(HOSTILE, HOSTILE))))
                .doesNotContain("<title>broken");
        assertThat(Files.readString(write(HandMadeTraces.power(HOSTILE)))).doesNotContain("<title>broken");
    }

    @Test
    void aPageNeedsNothingFromOutsideAndIsTheSameBytesEachTime() throws IOException {
        String first = Files.readString(write(HandMadeTraces.power("gpu-0")));
        String second = Files.readString(write(HandMadeTraces.power("gpu-0")));

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

        assertThatThrownBy(() -> InspectionWriter.write("any", HandMadeTraces.carbon(), nowhere))
                .isInstanceOf(ReportException.class)
                .hasMessageContaining("picture.html");
    }

    private Path write(Inspection inspection) {
        return InspectionWriter.write("hand-made", inspection, folder.resolve("picture.html"));
    }
}
