package dev.capstan.sim.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.capstan.sim.cluster.StartupPhase;
import dev.capstan.sim.serving.Basis.Status;
import dev.capstan.sim.serving.ModelProfile.Response;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AdjustmentTest {

    /** An affine law and tables. */
    @ParameterizedTest
    @ValueSource(strings = {"llama-3.1-70b-h100x4", "qwen3-30b-a3b-h100x2", "llama-3.1-8b-fp8-h200"})
    void scalesTheTimeOfDecodeStepsWithTheirContext(String name) {
        ModelProfile plain = ModelProfiles.find(name).orElseThrow();

        ModelProfile slow = plain.adjusted(new Adjustment(plain.response(), plain.idleGpuWatts(), 1.25, 1, null));

        for (int b : new int[] {1, 8, 100, 256}) {
            assertThat(slow.decodeStepNanos(b)).isCloseTo(1.25 * plain.decodeStepNanos(b), within(1e-3));
            assertThat(slow.kappaDecode(b)).isCloseTo(plain.kappaDecode(b), within(1e-12));
        }
        assertThat(slow.context().perTokenNs()).isEqualTo(1.25 * plain.context().perTokenNs());
        assertThat(slow.prefill()).isEqualTo(plain.prefill());
        assertThat(slow.step().basis().status()).isEqualTo(Status.ADJUSTED);
        assertThat(slow.power()).isEqualTo(plain.power());
    }

    @ParameterizedTest
    @ValueSource(strings = {"llama-3.1-70b-h100x4", "qwen3-30b-a3b-h100x2"})
    void scalesTheDrawOfDecodeStepsUpToTheLimitOfTheBoard(String name) {
        ModelProfile plain = ModelProfiles.find(name).orElseThrow();

        ModelProfile hot = plain.adjusted(new Adjustment(plain.response(), plain.idleGpuWatts(), 1, 1.06, null));

        for (int b : new int[] {1, 8, 64}) {
            assertThat(hot.decodeWatts(b)).isCloseTo(1.06 * plain.decodeWatts(b), within(1e-9));
        }
        ModelProfile tooHot = plain.adjusted(new Adjustment(plain.response(), plain.idleGpuWatts(), 1, 10, null));
        assertThat(tooHot.decodeWatts(8)).isEqualTo(plain.peakWatts());
        assertThat(hot.step()).isEqualTo(plain.step());
        assertThat(hot.validity()).contains("power adjusted for 8 to").doesNotContain("step adjusted");
        assertThat(hot.source()).contains("times 1.06 by the experiment, else S-MLE3");
    }

    @Test
    void changesTheResponseIdleDrawAndStartAndSaysSo() {
        ModelProfile plain = ModelProfiles.find("llama-3.1-8b-h100").orElseThrow();
        Response steep =
                new Response(0.4, 0.9, 0.9, 3, 1, 0.75, 100, plain.response().basis());

        ModelProfile changed = plain.adjusted(new Adjustment(steep, 146, 1, 1, 500.0));

        assertThat(changed.response().gamma()).isEqualTo(3);
        assertThat(changed.response().basis().source())
                .startsWith("kappa_decode_from 0.4, gamma 3.0, lag_ms 100.0 by the experiment, else ");
        assertThat(changed.idleGpuWatts()).isEqualTo(146);
        assertThat(changed.startup())
                .containsExactly(
                        new StartupPhase("weights", 8_000_000_000L, 500),
                        new StartupPhase("graph capture", 12_000_000_000L, 500),
                        new StartupPhase("warm-up", 5_000_000_000L, 500));
        assertThat(changed.validity()).contains("idle, response, start adjusted");
    }

    @Test
    void changesNothingWhenNothingIsChanged() {
        for (ModelProfile plain : ModelProfiles.all()) {
            assertThat(plain.adjusted(new Adjustment(plain.response(), plain.idleGpuWatts(), 1, 1, null)))
                    .isEqualTo(plain);
        }
    }

    /** Those in which a token uses a part of the weights: seven series of S-MLE3, two of S-MLE2, two that are derived. */
    @Test
    void knowsTheMixturesOfExperts() {
        List<String> mixtures = ModelProfiles.all().stream()
                .filter(ModelProfile::hasExperts)
                .map(ModelProfile::name)
                .toList();

        assertThat(mixtures)
                .hasSize(11)
                .allMatch(name -> name.matches("llama-4-.*|qwen3-(235b-a22b|30b-a3b)-.*|mixtral-.*"));
    }
}
