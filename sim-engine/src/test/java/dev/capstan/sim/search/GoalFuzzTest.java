package dev.capstan.sim.search;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.charset.StandardCharsets;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

/** Goals of any bytes: those below and old findings in every build, new ones in a campaign (CONTRIBUTING.md). */
class GoalFuzzTest {

    static Stream<byte[]> goalSeeds() {
        return Stream.of(
                        "min stranded_watt_seconds s.t. success_rate >= 0.99 and ttft_p99_seconds <= 2s",
                        "max success_rate_low s.t. peak_power_watts < 20 kW",
                        "max success_rate")
                .map(text -> text.getBytes(StandardCharsets.UTF_8));
    }

    @MethodSource("goalSeeds")
    @FuzzTest(maxDuration = "10m")
    void goal(byte[] bytes) {
        GoalReading.survives(new String(bytes, StandardCharsets.UTF_8));
    }
}
