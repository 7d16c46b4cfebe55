package dev.capstan.trace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PowerCsvTest {

    private static final String HEADER = "time_seconds,power_watts\n";

    @TempDir
    Path folder;

    @ParameterizedTest
    @CsvSource({
        "s, 1714412345.123456789, 1714412346.123456789",
        "ms, 1714412345123.456789, 1714412346123.456789",
        "us, 1714412345123456.789, 1714412346123456.789",
        "ns, 1714412345123456789, 1714412346123456789",
        "iso8601, 2024-04-29T17:39:05.123456789Z, 2024-04-29T19:39:06.123456789+02:00"
    })
    void readsTimesSince1970InEveryUnitToTheNanosecond(String unit, String first, String second) {
        Path file = write("when,gpu,draw\n" + first + ",0,1.5\n" + second + ",0,2\n");
        PowerTrace trace = PowerCsv.read(file, new PowerCsv.Columns("when", unit, "draw", "kW"));
        assertThat(trace.start()).contains(Instant.ofEpochSecond(1714412345, 123456789));
        assertThat(trace.timeNanos()).containsExactly(0, 1_000_000_000L);
        assertThat(trace.watts()).containsExactly(1500, 2000);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "2,-1|power_watts must be between 0 W and 10 GW, is -1. Maybe the meter's mark for a missing sample",
                "2,9.2e18|power_watts must be between 0 W and 10 GW, is 9.2e18. Maybe the meter's mark",
                "2,NaN|power_watts must be a decimal number, is 'NaN'",
                "2,|power_watts must be a decimal number, is ''",
                "2,0x10|power_watts must be a decimal number",
                "2,5d|power_watts must be a decimal number",
                "2,1e99999999|power_watts must be a decimal number",
                "2|has 1 columns, the header has 2. Maybe the file was cut short",
                "1,5|time_seconds must be later than in the row ahead, is 1",
                "0.5,5|time_seconds must be later than in the row ahead",
                "-2,5|time_seconds must be from 0 to 146 years, is -2",
                "1e12,5|time_seconds must be from 0 to 146 years"
            })
    void namesTheLineOfARowThatIsWrong(String row, String problem) {
        Path file = write(HEADER + "0,5\n1,5\n" + row);
        assertThatThrownBy(() -> PowerCsv.read(file))
                .isInstanceOf(TraceException.class)
                .hasMessageContaining("power.csv:4: " + problem);
    }

    @Test
    void refusesAGapOfMoreThanTenIntervals() {
        PowerCsv.read(write(HEADER + "0,5\n1,5\n2,5\n12,5\n13,5\n"));
        Path file = write(HEADER + "0,5\n1,5\n2,5\n13,5\n14,5\n");
        assertThatThrownBy(() -> PowerCsv.read(file))
                .isInstanceOf(TraceException.class)
                .hasMessageContaining(
                        "power.csv:5: no sample for 11s, the usual interval is 1s. Maybe the meter was silent");
    }

    @Test
    void refusesOneSampleSinceNobodyKnowsHowLongItHolds() {
        Path file = write(HEADER + "0,5\n");
        assertThatThrownBy(() -> PowerCsv.read(file)).hasMessageContaining("has 1 samples; at least 2 are needed");
    }

    @Test
    void namesTheColumnsThatAreThereWhenOneIsNot() {
        Path file = write("when,what\n0,5\n");
        assertThatThrownBy(() -> PowerCsv.read(file))
                .isInstanceOf(TraceException.class)
                .hasMessageContaining("there is no column 'time_seconds'. Columns here: when, what.");
    }

    @Test
    void refusesUnknownUnits() {
        assertThatThrownBy(() -> new PowerCsv.Columns("t", "min", "p", "W"))
                .hasMessageContaining("'min' is not a unit of time. Allowed: s, ms, us, ns, iso8601.");
        assertThatThrownBy(() -> new PowerCsv.Columns("t", "s", "p", "kWh"))
                .hasMessageContaining("'kWh' is not a unit of power");
    }

    /** Figures: guide of the data sets, section 2.1, measured there with other code. */
    @ParameterizedTest
    @CsvSource({"Server, 3056, 2445, 1801, 1072", "Offline, 3634, 2446, 1821, 1038"})
    void readsTheWallPowerOfAnH200Server(String scenario, int rows, double low, double rise, double fall) {
        PowerTrace trace =
                PowerCsv.read(RealTraces.file("mlperf-v4.1-h200x8/maxq/llama2-70b-99/" + scenario + "/spl.txt"));
        assertThat(trace.size()).isEqualTo(rows);
        double[] sorted = trace.watts().clone();
        Arrays.sort(sorted);
        assertThat(sorted[(int) (0.02 * (rows - 1))]).isCloseTo(low, within(1.0));
        double largestRise = 0;
        double largestFall = 0;
        for (int i = 1; i < rows; i++) {
            largestRise = Math.max(largestRise, trace.watts()[i] - trace.watts()[i - 1]);
            largestFall = Math.max(largestFall, trace.watts()[i - 1] - trace.watts()[i]);
        }
        assertThat(largestRise).isCloseTo(rise, within(0.6));
        assertThat(largestFall).isCloseTo(fall, within(0.6));
    }

    @Test
    void refusesTheSentinelsOfARealLog() {
        Path file = RealTraces.file("mlperf-v4.1-h200x8/maxq/llama2-70b-99/Server/spl_ranging.txt");
        assertThatThrownBy(() -> PowerCsv.read(file))
                .isInstanceOf(TraceException.class)
                .hasMessageContaining(":538: Watts must be between 0 W and 10 GW, is -1.000000");
    }

    /** Mean of the whole window at a limit of 450 W: the summary of the data set says 447.7 W. */
    @Test
    void readsTheBoardPowerOfACappedGpu() throws IOException {
        Path raw = RealTraces.file("vllm-power-cap-sweep-rtxpro6000/phase1-dense-27b-n32/power_450w.csv");
        Path file = write("epoch_s,gpu,W,degC,MHz,util\n" + Files.readString(raw));
        PowerTrace trace = PowerCsv.read(file, new PowerCsv.Columns("epoch_s", "s", "W", "W"));
        assertThat(trace.start().orElseThrow()).isBetween("2026-04-29T00:00:00Z", "2026-05-01T00:00:00Z");
        assertThat(Arrays.stream(trace.watts()).average().orElseThrow()).isCloseTo(447.7, within(5.0));
    }

    private Path write(String text) {
        try {
            return Files.writeString(folder.resolve("power.csv"), text);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
