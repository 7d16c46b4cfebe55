package dev.capstan.trace;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

/** Requests in JSON lines, of any bytes: golden files and old findings in every build, new ones in a campaign (CONTRIBUTING.md). */
class RequestJsonFuzzTest {

    static Stream<byte[]> mooncakeSeeds() {
        return HostileReading.MOONCAKE_JSONL.goldenFiles();
    }

    @MethodSource("mooncakeSeeds")
    @FuzzTest(maxDuration = "10m")
    void mooncake(byte[] bytes) {
        HostileReading.MOONCAKE_JSONL.survives(bytes);
    }

    static Stream<byte[]> accessLogSeeds() {
        return HostileReading.ACCESS_LOG_JSONL.goldenFiles();
    }

    @MethodSource("accessLogSeeds")
    @FuzzTest(maxDuration = "10m")
    void accessLog(byte[] bytes) {
        HostileReading.ACCESS_LOG_JSONL.survives(bytes);
    }

    static Stream<byte[]> anyJsonSeeds() {
        return HostileReading.GENERIC_JSONL.goldenFiles();
    }

    @MethodSource("anyJsonSeeds")
    @FuzzTest(maxDuration = "10m")
    void anyJson(byte[] bytes) {
        HostileReading.GENERIC_JSONL.survives(bytes);
    }
}
