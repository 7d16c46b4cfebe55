package dev.capstan.trace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.capstan.trace.CarbonTrace.Scope;
import dev.capstan.trace.CarbonTrace.Signal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HourlyCarbonCsvTest {

    private static final String MAPS =
            "Datetime (UTC),Country,Zone Name,Zone Id,Carbon Intensity gCO\u2082eq/kWh (direct),"
                    + "Carbon Intensity gCO\u2082eq/kWh (LCA),Data Source\r\n";
    private static final String OWN =
            "# zone: GB\n# signal: marginal\n# scope: life-cycle\ntime_utc,carbon_grams_per_kilowatt_hour\n";
    private static final long HOUR = 3_600_000_000_000L;

    @TempDir
    Path folder;

    @Test
    void takesTheColumnOfTheScopeAskedFor() {
        Path file = write(MAPS + "2024-01-01 00:00:00,Here,Here,XX,61.34,96.44,\"a, b\"\r\n"
                + "2024-01-01 01:00:00,Here,Here,XX,59.96,94.21,c\r\n");
        CarbonTrace lifeCycle = HourlyCarbonCsv.read(file, Scope.LIFE_CYCLE);
        assertThat(lifeCycle.gramsPerKilowattHour()).containsExactly(96.44, 94.21);
        assertThat(lifeCycle.timeNanos()).containsExactly(0, HOUR);
        assertThat(lifeCycle.zone()).isEqualTo("XX");
        assertThat(lifeCycle.signal()).isEqualTo(Signal.AVERAGE);
        assertThat(lifeCycle.start()).isEqualTo(Instant.parse("2024-01-01T00:00:00Z"));
        assertThat(HourlyCarbonCsv.read(file, Scope.DIRECT).gramsPerKilowattHour())
                .containsExactly(61.34, 59.96);
    }

    @Test
    void takesTheNewerNameOfTheLifeCycleColumn() {
        Path file = write("""
                Datetime (UTC),Zone Id,Carbon intensity gCO\u2082eq/kWh (Life cycle)
                2025-01-01 00:00:00,X,7
                """);
        assertThat(HourlyCarbonCsv.read(file, Scope.LIFE_CYCLE).gramsPerKilowattHour())
                .containsExactly(7);
        assertThatThrownBy(() -> HourlyCarbonCsv.read(file, Scope.DIRECT))
                .hasMessageContaining("there is no column 'Carbon Intensity ... (direct)'");
    }

    @Test
    void readsItsOwnFormWithWhatItStates() {
        CarbonTrace trace = HourlyCarbonCsv.read(
                write(OWN + "2024-06-01T00:00Z,100\n2024-06-01T01:00:00Z,90.5\n"), Scope.LIFE_CYCLE);
        assertThat(trace.zone()).isEqualTo("GB");
        assertThat(trace.signal()).isEqualTo(Signal.MARGINAL);
        assertThat(trace.scope()).isEqualTo(Scope.LIFE_CYCLE);
        assertThat(trace.gramsPerKilowattHour()).containsExactly(100, 90.5);
    }

    @Test
    void refusesToMixScopes() {
        Path file = write(OWN + "2024-06-01T00:00Z,100\n");
        assertThatThrownBy(() -> HourlyCarbonCsv.read(file, Scope.DIRECT))
                .isInstanceOf(TraceException.class)
                .hasMessageContaining("scope is 'life-cycle' but direct was asked for");
    }

    @ParameterizedTest
    @CsvSource({"zone", "signal", "scope"})
    void insistsOnWhatTheNumbersMean(String key) {
        Path file = write(OWN.replaceFirst("# " + key + ": .*\n", "") + "2024-06-01T00:00Z,100\n");
        assertThatThrownBy(() -> HourlyCarbonCsv.read(file, Scope.LIFE_CYCLE))
                .isInstanceOf(TraceException.class)
                .hasMessageContaining(
                        "the file must state its " + key + " above the header. Maybe add a line '# " + key);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "2024-01-01 03:00:00,H,H,XX,1,1,s|the step to this row must be that of the first rows, 1h, and not 2h",
                "2024-01-01 01:00:00,H,H,XX,1,1,s|the step to this row must be that of the first rows, 1h, and not 0s",
                "2024-01-01 00:00:00,H,H,XX,1,1,s|the step to this row must be that of the first rows, 1h, and not -1h",
                "2024-01-01 02:00:00,H,H,YY,1,1,s|Zone Id must be 'XX' as in the first row, is 'YY'",
                "2024-01-01 02:00:00,H,H,XX,1,-1,s|must be at least 0 g/kWh, is -1",
                "2024-01-01 02:00:00,H,H,XX,1,,s|must be a decimal number, is ''",
                "2024-01-01 02:00,H,H|has 3 columns, the header has 7",
                "tomorrow,H,H,XX,1,1,s|time must be written as 2024-01-01 00:00:00, is 'tomorrow'"
            })
    void namesTheLineOfARowThatIsWrong(String row, String problem) {
        Path file = write(MAPS + "2024-01-01 00:00:00,H,H,XX,1,1,s\r\n2024-01-01 01:00:00,H,H,XX,1,1,s\r\n" + row);
        assertThatThrownBy(() -> HourlyCarbonCsv.read(file, Scope.LIFE_CYCLE))
                .isInstanceOf(TraceException.class)
                .hasMessageContaining("carbon.csv:4: ")
                .hasMessageContaining(problem);
    }

    @Test
    void refusesTimesWithoutZoneInItsOwnForm() {
        Path file = write(OWN + "2024-06-01T00:00,100\n");
        assertThatThrownBy(() -> HourlyCarbonCsv.read(file, Scope.LIFE_CYCLE))
                .hasMessageContaining("time_utc must be a time with its zone")
                .hasMessageContaining("Maybe add Z for UTC");
    }

    /** Figures: guide of the data sets, section 3.1, measured there with other code. */
    @Test
    void readsGreatBritain2024() {
        Path file = RealTraces.file("electricity-maps-hourly/GB_2024_hourly.csv");
        CarbonTrace lifeCycle = HourlyCarbonCsv.read(file, Scope.LIFE_CYCLE);
        assertThat(lifeCycle.size()).isEqualTo(8784);
        assertThat(mean(lifeCycle)).isCloseTo(163, within(0.5));
        assertThat(mean(HourlyCarbonCsv.read(file, Scope.DIRECT))).isCloseTo(106, within(0.5));
        assertThat(lifeCycle.origin().licence()).contains("ODbL");
    }

    /** Figures: same section. */
    @ParameterizedTest
    @CsvSource({"DE-LU, 332", "US-CAL-CISO, 226", "US-TEX-ERCO, 367"})
    void readsTheOtherZonesOf2024(String zone, double mean) {
        Path file = RealTraces.file("electricity-maps-hourly/" + zone + "_2024_hourly.csv");
        assertThat(mean(HourlyCarbonCsv.read(file, Scope.LIFE_CYCLE))).isCloseTo(mean, within(0.5));
    }

    private static double mean(CarbonTrace trace) {
        return Arrays.stream(trace.gramsPerKilowattHour()).sum() / trace.size();
    }

    private Path write(String text) {
        try {
            return Files.writeString(folder.resolve("carbon.csv"), text);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
