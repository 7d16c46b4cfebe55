package dev.capstan.trace;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

/** Power, of any bytes: golden files and old findings in every build, new ones in a campaign (CONTRIBUTING.md). */
class PowerFuzzTest {

    static Stream<byte[]> oneMeterSeeds() {
        return HostileReading.METER_CSV.goldenFiles();
    }

    @MethodSource("oneMeterSeeds")
    @FuzzTest(maxDuration = "10m")
    void oneMeter(byte[] bytes) {
        HostileReading.METER_CSV.survives(bytes);
    }

    static Stream<byte[]> tablesSeeds() {
        return HostileReading.POWER_TABLES.goldenFiles();
    }

    @MethodSource("tablesSeeds")
    @FuzzTest(maxDuration = "10m")
    void tables(byte[] bytes) {
        HostileReading.POWER_TABLES.survives(bytes);
    }

    static Stream<byte[]> exporterTextSeeds() {
        return HostileReading.EXPORTER_TEXT.goldenFiles();
    }

    @MethodSource("exporterTextSeeds")
    @FuzzTest(maxDuration = "10m")
    void exporterText(byte[] bytes) {
        HostileReading.EXPORTER_TEXT.survives(bytes);
    }

    static Stream<byte[]> prometheusAnswerSeeds() {
        return HostileReading.PROMETHEUS_JSON.goldenFiles();
    }

    @MethodSource("prometheusAnswerSeeds")
    @FuzzTest(maxDuration = "10m")
    void prometheusAnswer(byte[] bytes) {
        HostileReading.PROMETHEUS_JSON.survives(bytes);
    }
}
