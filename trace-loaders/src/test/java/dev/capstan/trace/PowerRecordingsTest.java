package dev.capstan.trace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.capstan.trace.PowerRecording.Gap;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PowerRecordingsTest {

    private static final long S = 1_000_000_000L;

    @TempDir
    Path folder;

    @Test
    void readsPtDaemonWithItsSentinelAsAGap() {
        PowerRecording recording = PowerRecordings.read(write("""
                Time,07-17-2024 20:49:56.945,Watts,2511.1,Volts,239.1
                Time,07-17-2024 20:49:57.945,Watts,-1.000000,Volts,239.1
                Time,07-17-2024 20:49:58.945,Watts,2516.6,Volts,239.1

                """));
        PowerSeries wall = recording.series("wall");
        assertThat(wall.power().watts()).containsExactly(2511.1, 2516.6);
        assertThat(wall.power().timeNanos()).containsExactly(0, 2 * S);
        assertThat(wall.gaps()).containsExactly(new Gap(S, 2 * S, "sentinel -1.000000"));
        assertThat(recording.start()).contains(Instant.parse("2024-07-17T20:49:56.945Z"));
        assertThatThrownBy(recording::total)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("wall: sentinel -1.000000) from 1s to 2s");
    }

    @ParameterizedTest
    @ValueSource(strings = {"CRLF, no final newline", "nounits", "noheader"})
    void readsNvidiaSmiInEveryFormAndDoesNotInventItsZone(String form) {
        String full = """
                timestamp, index, uuid, power.draw [W], clocks.current.sm [MHz]
                2024/04/29 17:39:05.123, 0, GPU-a, 350.50 W, 1980 MHz
                2024/04/29 17:39:05.125, 1, GPU-b, 100.25 W, 1980 MHz
                2024/04/29 17:39:06.123, 0, GPU-a, 351.50 W, 1980 MHz
                2024/04/29 17:39:06.125, 1, GPU-b, [N/A], [N/A]
                2024/04/29 17:39:07.123, 0, GPU-a, 352.50 W, 1980 MHz
                2024/04/29 17:39:07.125, 1, GPU-b, 101.25 W, 1980 MHz
                """;
        String text = switch (form) {
            case "nounits" -> full.replace(" W", "").replace(" MHz", "");
            case "noheader" -> full.substring(full.indexOf('\n') + 1);
            default -> full.strip().replace("\n", "\r\n");
        };
        PowerRecording recording = PowerRecordings.read(write(text));
        assertThat(recording.start()).isEmpty();
        assertThat(recording.series("GPU-a").power().watts()).containsExactly(350.5, 351.5, 352.5);
        PowerSeries second = recording.series("GPU-b");
        // 2 ms late at the start: within one interval, so its first value is held back to 0.
        assertThat(second.power().timeNanos()).containsExactly(0, 2_000_000, 2_002_000_000);
        assertThat(second.gaps()).containsExactly(new Gap(1_002_000_000, 2_002_000_000, "sentinel [N/A]"));
        assertThat(PowerRecordings.read(write(text), new PowerFormat.NvidiaSmi(ZoneId.of("Europe/Berlin")))
                        .start())
                .contains(Instant.parse("2024-04-29T15:39:05.123Z"));
    }

    @Test
    void refusesNvidiaSmiWhereNothingTellsTheWattsFromTheClocks() {
        Path file = write("2024/04/29 17:39:05.123, 0, 350.50, 1980\n2024/04/29 17:39:06.123, 0, 350.50, 1980\n");
        assertThatThrownBy(() -> PowerRecordings.read(file))
                .isInstanceOf(TraceException.class)
                .hasMessageContaining(
                        "must have one column with watts (350.00 W), has 0. Maybe write it without noheader");
    }

    @Test
    void countsABoardOnceThoughEachMigInstanceRepeatsItAndTakesNoBlankForAReading() {
        PowerRecording recording = PowerRecordings.read(write("""
                # HELP DCGM_FI_DEV_POWER_USAGE Power draw (in W).
                # TYPE DCGM_FI_DEV_POWER_USAGE gauge
                DCGM_FI_DEV_SM_CLOCK{gpu="0",UUID="GPU-a"} 1980 1714412345000
                DCGM_FI_DEV_POWER_USAGE{gpu="0",UUID="GPU-a",GPU_I_ID="1",Hostname="n1",pod="p"} 52.6 1714412345000
                DCGM_FI_DEV_POWER_USAGE{gpu="0",UUID="GPU-a",GPU_I_ID="2",Hostname="n1",pod="q"} 52.6 1714412345000
                DCGM_FI_DEV_POWER_USAGE{gpu="1",UUID="GPU-b",Hostname="n1"} 300 1714412345000
                DCGM_FI_DEV_POWER_USAGE{gpu="0",UUID="GPU-a",GPU_I_ID="1",Hostname="n1",pod="p"} 9.223372036854776e+18 1714412375000
                DCGM_FI_DEV_POWER_USAGE{gpu="0",UUID="GPU-a",GPU_I_ID="2",Hostname="n1",pod="q"} 53.6 1714412375000
                DCGM_FI_DEV_POWER_USAGE{gpu="1",UUID="GPU-b",Hostname="n1"} 2147483632 1714412375000
                DCGM_FI_DEV_POWER_USAGE{gpu="0",UUID="GPU-a",GPU_I_ID="1",Hostname="n1",pod="p"} 54.6 1714412405000
                DCGM_FI_DEV_POWER_USAGE{gpu="1",UUID="GPU-b",Hostname="n1"} 302 1714412405000
                """));
        assertThat(recording.series()).extracting(PowerSeries::name).containsExactly("GPU-a", "GPU-b");
        PowerSeries board = recording.series("GPU-a");
        assertThat(board.power().watts()).containsExactly(52.6, 53.6, 54.6);
        assertThat(board.gaps()).isEmpty();
        assertThat(board.labels())
                .isEqualTo(
                        Map.of("__name__", "DCGM_FI_DEV_POWER_USAGE", "gpu", "0", "UUID", "GPU-a", "Hostname", "n1"));
        assertThat(recording.series("GPU-b").gaps()).containsExactly(new Gap(30 * S, 60 * S, "sentinel 2147483632"));
        PowerSeries total = recording.totalWithGaps();
        // 52.6 + 300, 53.6 + 300 held, 54.6 + 302
        assertThat(total.power().watts()).containsExactly(new double[] {352.6, 353.6, 356.6}, within(1e-9));
        assertThat(total.gaps()).containsExactly(new Gap(30 * S, 60 * S, "GPU-b: sentinel 2147483632"));
    }

    @Test
    void refusesExpositionWithoutTimes() {
        Path file = write("DCGM_FI_DEV_POWER_USAGE{gpu=\"0\",UUID=\"GPU-a\"} 52.6\n");
        assertThatThrownBy(() -> PowerRecordings.read(file))
                .isInstanceOf(TraceException.class)
                .hasMessageContaining(":1: the sample has no time");
    }

    @Test
    void readsTheTableOfDcgmiDmonOnlyWithItsInterval() {
        Path file = write("""
                #Entity   POWER   SMCLK
                ID        W       MHz
                GPU 0     70.123  1980
                GPU-I 0   70.123  1980
                GPU 1     N/A     1980
                GPU 0     71      1980
                GPU 1     80      1980
                """);
        assertThatThrownBy(() -> PowerRecordings.read(file)).hasMessageContaining("dcgmi dmon, which writes no times");
        PowerRecording recording = PowerRecordings.read(file, new PowerFormat.DcgmDmon(2 * S));
        assertThat(recording.series("GPU 0").power().watts()).containsExactly(70.123, 71);
        assertThat(recording.series("GPU 0").power().timeNanos()).containsExactly(0, 2 * S);
        assertThat(recording.series("GPU 1").gaps()).containsExactly(new Gap(0, 2 * S, "sentinel N/A"));
    }

    private static final String KEPLER = """
            {"status":"success","data":{"resultType":"matrix","result":[
            {"metric":{"__name__":"kepler_node_cpu_watts","node_name":"b","zone":"package"},
             "values":[[1795457350.5,"20"],[1795457365.5,"NaN"],[1795457380.5,"21"],[1795457410.5,"22"]]},
            {"metric":{"__name__":"kepler_node_cpu_watts","node_name":"a","zone":"package"},
             "values":[[1795457365.5,"10"],[1795457380.5,"+Inf"],[1795457395.5,"12"],[1795457410.5,"13"]]}
            ]}}
            """;

    @Test
    void readsARangeOfPrometheusOnItsGridAndSaysWhatIsMissing() {
        PowerRecording recording = PowerRecordings.read(write(KEPLER));
        assertThat(recording.start())
                .contains(Instant.parse("2026-11-23T20:09:10.5Z")
                        .minusSeconds(Instant.parse("2026-11-23T20:09:10Z").getEpochSecond() - 1795457350L));
        assertThat(recording.series()).extracting(PowerSeries::name).containsExactly("node_name=a", "node_name=b");
        PowerSeries a = recording.series("node_name=a");
        assertThat(a.power().watts()).containsExactly(10, 10, 12, 13);
        assertThat(a.gaps()).containsExactly(new Gap(0, 15 * S, "missing"), new Gap(30 * S, 45 * S, "sentinel +Inf"));
        PowerSeries b = recording.series("node_name=b");
        assertThat(b.gaps())
                .containsExactly(new Gap(15 * S, 30 * S, "sentinel NaN"), new Gap(45 * S, 60 * S, "missing"));
        assertThat(b.power().endNanos()).isEqualTo(75 * S);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "success|error|status must be success, is 'error'",
                "matrix|vector|resultType must be matrix, is 'vector'. Maybe the answer is of /api/v1/query",
                "\"20\"|\"twenty\"|power must be a number from 0 W to 10 GW",
                "\"20\"|\"-20\"|power must be a number from 0 W to 10 GW",
                "kepler_node_cpu_watts|up|is not of a metric known to be in watts",
                "\"b\",\"zone\":\"package\"|\"b\",\"zone\":\"psys\"|zones package, psys, which contain one another",
                "1795457380.5|1795457350.5|time must be later than in the sample ahead",
                "\"values\"|\"histograms\"|histograms are not power",
                "1795457350.5|1e999999999|a sample must be [seconds since 1970",
                "]}}|]}|is not JSON"
            })
    void refusesAnAnswerThatIsNotWhole(String old, String with, String problem) {
        Path file = write(KEPLER.replace(old, with));
        assertThatThrownBy(() -> PowerRecordings.read(file))
                .isInstanceOf(TraceException.class)
                .hasMessageContaining(problem);
    }

    @Test
    void refusesWarningsAndEmptinessOfPrometheus() {
        Path warned = write(KEPLER.replace("]}}", "]},\"warnings\":[\"results truncated due to limit\"]}"));
        assertThatThrownBy(() -> PowerRecordings.read(warned)).hasMessageContaining("results truncated due to limit");
        Path empty = write("{\"status\":\"success\",\"data\":{\"resultType\":\"matrix\",\"result\":[]}}");
        assertThatThrownBy(() -> PowerRecordings.read(empty)).hasMessageContaining("No data is not 0 W");
    }

    @Test
    void readsAnExpressionOfPrometheusOnceItsUnitIsGiven() {
        Path file = write("{\"status\":\"success\",\"data\":{\"resultType\":\"matrix\",\"result\":["
                + "{\"metric\":{},\"values\":[[1795457350,\"1.5\"],[1795457365,\"2\"]]}]}}");
        assertThatThrownBy(() -> PowerRecordings.read(file))
                .hasMessageContaining("an answer to an expression has none");
        PowerRecording recording = PowerRecordings.read(file, new PowerFormat.Prometheus("", Map.of(), "kW"));
        assertThat(recording.series("power").power().watts()).containsExactly(1500, 2000);
    }

    @Test
    void refusesMetricsThatCountWattsTwiceUntilOneIsChosen() {
        Path file = write("""
                kepler_node_cpu_watts{zone="package",node_name="a"} 10 1714412345000
                kepler_node_cpu_active_watts{zone="package",node_name="a"} 4 1714412345000
                kepler_node_cpu_watts{zone="package",node_name="a"} 11 1714412350000
                """);
        assertThatThrownBy(() -> PowerRecordings.read(file))
                .hasMessageContaining("several metrics of power, whose sum would count watts twice");
        PowerRecording recording = PowerRecordings.read(
                file, new PowerFormat.Prometheus("kepler_node_cpu_watts", Map.of("zone", "package"), "W"));
        assertThat(recording.total().watts()).containsExactly(10, 11);
    }

    @Test
    void readsWideAndLongTables() {
        PowerRecording wide = PowerRecordings.read(write("time_seconds,gpu0_watts,gpu1_watts\n0,1,10\n1,2,\n2,3,30\n"));
        assertThat(wide.series("gpu1").gaps()).containsExactly(new Gap(S, 2 * S, "missing"));
        PowerRecording narrow = PowerRecordings.read(
                write("when;x\n".replace(';', ',') + "0,1\n1,2\n"),
                new PowerFormat.Table("when", "ms", List.of("x"), "kW", Optional.empty()));
        assertThat(narrow.series("x").power().watts()).containsExactly(1000, 2000);
        PowerRecording many =
                PowerRecordings.read(write("time_seconds,series,power_watts\n0,a,1\n0,b,2\n1,a,3\n1,b,4\n"));
        assertThat(many.total().watts()).containsExactly(3, 7);
    }

    @Test
    void marksASilenceOfMoreThanThreeIntervals() {
        PowerRecording recording =
                PowerRecordings.read(write("time_seconds,power_watts\n0,1\n1,2\n2,3\n5,4\n6,5\n10,6\n11,7\n"));
        assertThat(recording.series("power").gaps()).containsExactly(new Gap(7 * S, 10 * S, "missing"));
    }

    @Test
    void refusesATableThatDoesNotSayItsUnits() {
        assertThatThrownBy(() -> PowerRecordings.read(write("time,power\n0,1\n1,2\n")))
                .isInstanceOf(TraceException.class)
                .hasMessageContaining("is of no form of power that says its units");
    }

    @Test
    void sumsUpTenThousandBadRowsInOneError() {
        StringBuilder text = new StringBuilder("time_seconds,power_watts\n0,1\n");
        for (int i = 1; i <= 10_000; i++) {
            text.append(i).append(",-5\n");
        }
        assertThatThrownBy(() -> PowerRecordings.read(write(text.toString())))
                .isInstanceOf(TraceException.class)
                .hasMessageContaining("10000 places cannot be read, so nothing of the file is taken; the first 5:")
                .hasMessageContaining("power.csv:3: power_watts: power must be a number from 0 W to 10 GW")
                .hasMessageNotContaining("power.csv:8:");
    }

    /** Figures: guide of the data sets, section 2.1: two sentinels in the ranging log of the Server run. */
    @Test
    void findsTheSentinelsOfARealLog() {
        PowerRecording recording =
                PowerRecordings.read(RealTraces.file("mlperf-v4.1-h200x8/maxq/llama2-70b-99/Server/spl_ranging.txt"));
        List<Gap> gaps = recording.series("wall").gaps();
        assertThat(gaps).extracting(Gap::reason).contains("sentinel -1.000000");
        long sentinels = gaps.stream()
                .filter(gap -> gap.reason().startsWith("sentinel"))
                .mapToLong(gap -> Math.round((gap.toNanos() - gap.fromNanos()) / 1e9))
                .sum();
        assertThat(sentinels).isEqualTo(2);
    }

    /** Figures: same section. The plateau is the level of the middle half of the rows. */
    @ParameterizedTest
    @CsvSource({"Server, 3056, 6286", "Offline, 3634, 6155"})
    void readsTheWallPowerOfAnH200Server(String scenario, int rows, double plateau) {
        PowerTrace wall = PowerRecordings.read(
                        RealTraces.file("mlperf-v4.1-h200x8/maxq/llama2-70b-99/" + scenario + "/spl.txt"))
                .total();
        assertThat(wall.size()).isEqualTo(rows);
        double[] middle = Arrays.copyOfRange(wall.watts(), rows / 2, rows * 3 / 4);
        assertThat(Arrays.stream(middle).average().orElseThrow()).isCloseTo(plateau, within(0.01 * plateau));
    }

    /** Rows: guide of the data sets, section 2.2. */
    @Test
    void readsAllFourteenRunsOfThePowerCapSweep() {
        for (String phase : List.of("phase1-dense-27b-n32", "phase1b-dense-27b-n1")) {
            for (int cap = 300; cap <= 600; cap += 50) {
                PowerTrace power = PowerRecordings.read(
                                RealTraces.file("vllm-power-cap-sweep-rtxpro6000/" + phase + "/power_" + cap + "w.csv"))
                        .total();
                assertThat(power.size()).isBetween(146, 147);
                assertThat(Arrays.stream(power.watts()).max().orElseThrow()).isLessThan(1.05 * cap);
            }
        }
    }

    private Path write(String text) {
        try {
            return Files.writeString(folder.resolve("power.csv"), text);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
