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
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CarbonTracesTest {

    private static final String MAPS =
            "Datetime (UTC),Country,Zone Name,Zone Id,Carbon Intensity gCO\u2082eq/kWh (direct),"
                    + "Carbon Intensity gCO\u2082eq/kWh (LCA),Data Source\r\n";
    private static final String OWN =
            "# zone: GB\n# signal: marginal\n# scope: life-cycle\ntime_utc,carbon_grams_per_kilowatt_hour\n";
    private static final long HOUR = 3_600_000_000_000L;

    @TempDir
    Path folder;

    @Test
    void takesTheNewerNameOfTheLifeCycleColumn() {
        Path file = write("""
                Datetime (UTC),Zone Id,Carbon intensity gCO\u2082eq/kWh (Life cycle)
                2025-01-01 00:00:00,X,7
                """);
        assertThat(CarbonTraces.read(file, Scope.LIFE_CYCLE).gramsPerKilowattHour())
                .containsExactly(7);
        assertThatThrownBy(() -> CarbonTraces.read(file, Scope.DIRECT))
                .hasMessageContaining("there is no column 'Carbon Intensity ... (direct)'");
    }

    @Test
    void refusesToMixScopes() {
        Path file = write(OWN + "2024-06-01T00:00Z,100\n");
        assertThatThrownBy(() -> CarbonTraces.read(file, Scope.DIRECT))
                .isInstanceOf(TraceException.class)
                .hasMessageContaining("scope is 'life-cycle' but direct was asked for");
    }

    @ParameterizedTest
    @CsvSource({"zone", "signal", "scope"})
    void insistsOnWhatTheNumbersMean(String key) {
        Path file = write(OWN.replaceFirst("# " + key + ": .*\n", "") + "2024-06-01T00:00Z,100\n");
        assertThatThrownBy(() -> CarbonTraces.read(file, Scope.LIFE_CYCLE))
                .isInstanceOf(TraceException.class)
                .hasMessageContaining(
                        "the file must state its " + key + " above the header. Maybe add a line '# " + key);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "2024-01-01 03:00:00,H,H,XX,1,1,s|the step to this row must be that of the first rows, 1h, and not 2h",
                "2024-01-01 01:00:00,H,H,XX,1,1,s|Datetime (UTC): time must be later than in the row ahead, is the same",
                "2024-01-01 00:00:00,H,H,XX,1,1,s|Datetime (UTC): time must be later than in the row ahead, is 1h earlier",
                "2024-01-01 02:00:00,H,H,YY,1,1,s|Zone Id must be 'XX' as in the first row, is 'YY'",
                "2024-01-01 02:00:00,H,H,XX,1,-1,s|must be at least 0 g/kWh, is -1",
                "2024-01-01 02:00:00,H,H,XX,1,,s|must be a decimal number, is ''",
                "2024-01-01 02:00,H,H|has 3 columns, the header has 7",
                "tomorrow,H,H,XX,1,1,s|Datetime (UTC) must be written as 2024-01-01 00:00:00, is 'tomorrow'"
            })
    void namesTheLineOfARowThatIsWrong(String row, String problem) {
        Path file = write(MAPS + "2024-01-01 00:00:00,H,H,XX,1,1,s\r\n2024-01-01 01:00:00,H,H,XX,1,1,s\r\n" + row);
        assertThatThrownBy(() -> CarbonTraces.read(file, Scope.LIFE_CYCLE))
                .isInstanceOf(TraceException.class)
                .hasMessageContaining("carbon.csv:4: ")
                .hasMessageContaining(problem);
    }

    @Test
    void refusesTimesWithoutZoneInItsOwnForm() {
        Path file = write(OWN + "2024-06-01T00:00,100\n");
        assertThatThrownBy(() -> CarbonTraces.read(file, Scope.LIFE_CYCLE))
                .hasMessageContaining("time_utc must be a time with its zone")
                .hasMessageContaining("Maybe add Z for UTC");
    }

    /** Figures: guide of the data sets, section 3.1, measured there with other code. */
    @Test
    void readsGreatBritain2024() {
        Path file = RealTraces.file("electricity-maps-hourly/GB_2024_hourly.csv");
        CarbonTrace lifeCycle = CarbonTraces.read(file, Scope.LIFE_CYCLE);
        assertThat(lifeCycle.size()).isEqualTo(8784);
        assertThat(mean(lifeCycle)).isCloseTo(163, within(0.5));
        assertThat(mean(CarbonTraces.read(file, Scope.DIRECT))).isCloseTo(106, within(0.5));
        assertThat(lifeCycle.origin().licence()).contains("ODbL");
    }

    /** Figures: same section. */
    @ParameterizedTest
    @CsvSource({"DE-LU, 332", "US-CAL-CISO, 226", "US-TEX-ERCO, 367"})
    void readsTheOtherZonesOf2024(String zone, double mean) {
        Path file = RealTraces.file("electricity-maps-hourly/" + zone + "_2024_hourly.csv");
        assertThat(mean(CarbonTraces.read(file, Scope.LIFE_CYCLE))).isCloseTo(mean, within(0.5));
    }

    @Test
    void refusesTheOtherSignal() {
        Path file = write(OWN + "2024-06-01T00:00Z,100\n");
        assertThatThrownBy(() -> CarbonTraces.read(file, Signal.AVERAGE, Scope.LIFE_CYCLE))
                .isInstanceOf(TraceException.class)
                .hasMessageContaining("signal is 'marginal' but average was asked for");
        assertThat(CarbonTraces.read(file, Signal.MARGINAL, Scope.LIFE_CYCLE).size())
                .isEqualTo(1);
    }

    private static final String HISTORY = """
            {"zone":"FR","history":[
            {"zone":"FR","carbonIntensity":52,"datetime":"2024-06-01T00:00:00.000Z","emissionFactorType":"lifecycle",
             "isEstimated":false,"estimationMethod":null},
            {"zone":"FR","carbonIntensity":49.5,"datetime":"2024-06-01T01:00:00.000Z","emissionFactorType":"lifecycle",
             "isEstimated":true,"estimationMethod":"TIME_SLICER_AVERAGE"}]}
            """;

    @Test
    void readsTheAnswersOfElectricityMapsInTheScopeTheySay() {
        CarbonTrace trace = CarbonTraces.read(write(HISTORY), Signal.AVERAGE, Scope.LIFE_CYCLE);
        assertThat(trace.zone()).isEqualTo("FR");
        assertThat(trace.gramsPerKilowattHour()).containsExactly(52, 49.5);
        assertThat(trace.timeNanos()).containsExactly(0, HOUR);
        Path past = write(HISTORY.replace("history", "data"));
        assertThat(CarbonTraces.read(past, Scope.LIFE_CYCLE).size()).isEqualTo(2);
        assertThatThrownBy(() -> CarbonTraces.read(past, Scope.DIRECT))
                .hasMessageContaining("emissionFactorType is 'lifecycle' but direct was asked for");
        Path unknown = write(HISTORY.replace("49.5", "null"));
        assertThatThrownBy(() -> CarbonTraces.read(unknown, Scope.LIFE_CYCLE))
                .hasMessageContaining("expected a number, is 'null'");
    }

    private static final String NESO = """
            {"data":[
            {"from":"2018-01-20T12:00Z","to":"2018-01-20T12:30Z","intensity":{"forecast":266,"actual":263,"index":"moderate"}},
            {"from":"2018-01-20T12:30Z","to":"2018-01-20T13:00Z","intensity":{"forecast":260,"actual":null,"index":"moderate"}}
            ]}
            """;

    @Test
    void neverFillsTheActualIntensityOfNesoWithItsForecast() {
        Path file = write(NESO);
        assertThatThrownBy(() -> CarbonTraces.read(file, Scope.DIRECT))
                .isInstanceOf(TraceException.class)
                .hasMessageContaining(
                        "carbon.csv:3: column 91: actual is null. Maybe the half-hour is not measured yet");
        CarbonTrace forecast = CarbonTraces.read(file, new CarbonFormat.NesoForecast());
        assertThat(forecast.gramsPerKilowattHour()).containsExactly(266, 260);
        assertThat(forecast.timeNanos()).containsExactly(0, HOUR / 2);
        assertThat(forecast.start()).isEqualTo(Instant.parse("2018-01-20T12:00:00Z"));
        CarbonTrace actual = CarbonTraces.read(write(NESO.replace("null", "258")), Signal.AVERAGE, Scope.DIRECT);
        assertThat(actual.gramsPerKilowattHour()).containsExactly(263, 258);
        assertThat(actual.origin().licence()).contains("CC-BY-4.0");
        assertThatThrownBy(() -> CarbonTraces.read(write(NESO.replace("null", "258")), Scope.LIFE_CYCLE))
                .hasMessageContaining("scope is 'direct' but life-cycle was asked for");
    }

    private static final String WATT_TIME = """
            {"data":[{"point_time":"2023-06-08T00:00:00+00:00","value":1000},
                     {"point_time":"2023-06-08T00:05:00+00:00","value":900}],
             "meta":{"region":"CAISO_NORTH","signal_type":"co2_moer","units":"lbs_co2_per_mwh",
                     "data_point_period_seconds":300}}
            """;

    @Test
    void convertsThePoundsOfWattTimeAndTakesThemAsMarginal() {
        CarbonTrace trace = CarbonTraces.read(write(WATT_TIME), Signal.MARGINAL, Scope.DIRECT);
        // 1000 lb/MWh = 453.59237 kg/MWh = 453.59237 g/kWh
        assertThat(trace.gramsPerKilowattHour()).containsExactly(new double[] {453.59237, 408.233133}, within(1e-9));
        assertThat(trace.zone()).isEqualTo("CAISO_NORTH");
        assertThat(trace.timeNanos()[1]).isEqualTo(300_000_000_000L);
        assertThatThrownBy(() -> CarbonTraces.read(write(WATT_TIME), Signal.AVERAGE, Scope.DIRECT))
                .hasMessageContaining("signal is 'marginal'");
        assertThatThrownBy(() ->
                        CarbonTraces.read(write(WATT_TIME.replace("lbs_co2_per_mwh", "percentile")), Scope.DIRECT))
                .hasMessageContaining("units must be lbs_co2_per_mwh, is 'percentile'");
    }

    @Test
    void readsTheCsvOfWattTimeOnlyWhereItSaysWhatItIs() {
        String rows = "point_time,value\n2023-06-08T00:00:00+00:00,1000\n2023-06-08T00:05:00+00:00,900\n";
        assertThatThrownBy(() -> CarbonTraces.read(write(rows), Scope.DIRECT))
                .hasMessageContaining("the file must state its region above the header");
        CarbonTrace trace = CarbonTraces.read(
                write("# region: CAISO_NORTH\n# signal_type: co2_moer\n# units: lbs_co2_per_mwh\n" + rows),
                Scope.DIRECT);
        assertThat(trace.gramsPerKilowattHour()[0]).isCloseTo(453.59237, within(1e-9));
        assertThat(trace.signal()).isEqualTo(Signal.MARGINAL);
    }

    @Test
    void sumsUpThousandsOfBadRowsInOneError() {
        assertThatThrownBy(
                        () -> CarbonTraces.read(write(OWN + "2024-06-01T00:00Z,-1\n".repeat(10_000)), Scope.LIFE_CYCLE))
                .isInstanceOf(TraceException.class)
                .hasMessageContaining("10000 places cannot be read, so nothing of the file is taken; the first 5:")
                .hasMessageContaining("carbon.csv:9: carbon_grams_per_kilowatt_hour must be at least 0 g/kWh, is -1");
    }

    /** Figures: guide of the data sets, section 3.2. The file has no unit, and one is given here only to read it. */
    @Test
    void readsTheSampleOfVessimOnlyOnceItsMeaningIsGiven() {
        Path file = RealTraces.file("vessim-watttime/watttime_example.csv");
        assertThatThrownBy(() -> CarbonTraces.read(file, Signal.MARGINAL, Scope.DIRECT))
                .isInstanceOf(TraceException.class);
        CarbonTrace trace = CarbonTraces.read(
                file,
                new CarbonFormat.Table(
                        "oootime",
                        Optional.of(ZoneOffset.UTC),
                        "Caiso_North",
                        "g/kWh",
                        "CAISO_NORTH",
                        Signal.MARGINAL,
                        Scope.DIRECT));
        assertThat(trace.size()).isEqualTo(8928);
        assertThat(Arrays.stream(trace.gramsPerKilowattHour()).min().orElseThrow())
                .isCloseTo(35.4, within(0.05));
        assertThat(Arrays.stream(trace.gramsPerKilowattHour()).max().orElseThrow())
                .isCloseTo(462.7, within(0.05));
        assertThat(mean(trace)).isCloseTo(355, within(0.5));
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
