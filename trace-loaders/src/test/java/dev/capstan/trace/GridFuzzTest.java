package dev.capstan.trace;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

/** Carbon intensity and prices, of any bytes: golden files and old findings in every build, new ones in a campaign (CONTRIBUTING.md). */
class GridFuzzTest {

    static Stream<byte[]> carbonTablesSeeds() {
        return HostileReading.CARBON_CSV.goldenFiles();
    }

    @MethodSource("carbonTablesSeeds")
    @FuzzTest(maxDuration = "10m")
    void carbonTables(byte[] bytes) {
        HostileReading.CARBON_CSV.survives(bytes);
    }

    static Stream<byte[]> carbonAnswersSeeds() {
        return HostileReading.CARBON_JSON.goldenFiles();
    }

    @MethodSource("carbonAnswersSeeds")
    @FuzzTest(maxDuration = "10m")
    void carbonAnswers(byte[] bytes) {
        HostileReading.CARBON_JSON.survives(bytes);
    }

    static Stream<byte[]> pricesSeeds() {
        return HostileReading.PRICES.goldenFiles();
    }

    @MethodSource("pricesSeeds")
    @FuzzTest(maxDuration = "10m")
    void prices(byte[] bytes) {
        HostileReading.PRICES.survives(bytes);
    }
}
