package dev.capstan.sim.serving;

import static org.assertj.core.api.Assertions.assertThat;

import org.assertj.core.data.Percentage;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A request alone on a replica, against what NVIDIA Dynamo's planner measured: Llama-3.1-8B-FP8 on one H200. */
class MeasuredPromptsTest {

    /** Points of the profile H200_TP1P_TP1D in ai-dynamo/dynamo; the fit of all 17 is 9.3 % off at worst. */
    @ParameterizedTest
    @CsvSource({"100, 19.5", "1117, 38.5", "2134, 50.0", "4168, 87.3", "8236, 171.0", "16372, 375.5"})
    void hasItsFirstTokenWhenMeasured(int promptTokens, double milliseconds) {
        ModelProfile model = ModelProfiles.find("llama-3.1-8b-fp8-h200").orElseThrow();
        ServingRig rig =
                ServingRig.play(model, 1, ServingRig.trace(new long[] {0}, new int[] {promptTokens}, new int[] {2}));

        assertThat(rig.service.log().ttftNanos(0) * 1e-6).isCloseTo(milliseconds, Percentage.withPercentage(9.5));
    }
}
