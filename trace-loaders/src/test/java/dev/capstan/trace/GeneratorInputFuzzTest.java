package dev.capstan.trace;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

/** What traces are generated from, of any bytes: golden files and old findings in every build, new ones in a campaign (CONTRIBUTING.md). */
class GeneratorInputFuzzTest {

    static Stream<byte[]> ratesAndLengthsSeeds() {
        return HostileReading.PROFILES.goldenFiles();
    }

    @MethodSource("ratesAndLengthsSeeds")
    @FuzzTest(maxDuration = "10m")
    void ratesAndLengths(byte[] bytes) {
        HostileReading.PROFILES.survives(bytes);
    }

    static Stream<byte[]> serveGenClientSeeds() {
        return HostileReading.SERVEGEN.goldenFiles();
    }

    @MethodSource("serveGenClientSeeds")
    @FuzzTest(maxDuration = "10m")
    void serveGenClient(byte[] bytes) {
        HostileReading.SERVEGEN.survives(bytes);
    }
}
