package dev.capstan.trace;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

/** Requests in CSV, of any bytes: golden files and old findings in every build, new ones in a campaign (CONTRIBUTING.md). */
class RequestCsvFuzzTest {

    static Stream<byte[]> azureSeeds() {
        return HostileReading.AZURE_CSV.goldenFiles();
    }

    @MethodSource("azureSeeds")
    @FuzzTest(maxDuration = "10m")
    void azure(byte[] bytes) {
        HostileReading.AZURE_CSV.survives(bytes);
    }

    static Stream<byte[]> capstanSeeds() {
        return HostileReading.CAPSTAN_CSV.goldenFiles();
    }

    @MethodSource("capstanSeeds")
    @FuzzTest(maxDuration = "10m")
    void capstan(byte[] bytes) {
        HostileReading.CAPSTAN_CSV.survives(bytes);
    }

    static Stream<byte[]> burstGptAndAnyTableSeeds() {
        return HostileReading.TABLE_CSV.goldenFiles();
    }

    @MethodSource("burstGptAndAnyTableSeeds")
    @FuzzTest(maxDuration = "10m")
    void burstGptAndAnyTable(byte[] bytes) {
        HostileReading.TABLE_CSV.survives(bytes);
    }
}
