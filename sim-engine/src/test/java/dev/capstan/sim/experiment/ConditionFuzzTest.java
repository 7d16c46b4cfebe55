package dev.capstan.sim.experiment;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.charset.StandardCharsets;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

/** Conditions of any bytes: those below and old findings in every build, new ones in a campaign (CONTRIBUTING.md). */
class ConditionFuzzTest {

    static Stream<byte[]> whereSeeds() {
        return Stream.of(
                        "a >= 2 * a.b[0]",
                        "a != none or a < 100 % and not (a == 'x y')",
                        "not a * 2 <= 1h 30m",
                        "a > 20 kW and \"5 g/h\" != a")
                .map(text -> text.getBytes(StandardCharsets.UTF_8));
    }

    @MethodSource("whereSeeds")
    @FuzzTest(maxDuration = "10m")
    void where(byte[] bytes) {
        ConditionReading.survives(new String(bytes, StandardCharsets.UTF_8));
    }
}
