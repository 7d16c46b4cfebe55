package dev.capstan.sim.autoscaling;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.capstan.sim.autoscaling.ScaledObjectSpec.Fallback;
import dev.capstan.sim.autoscaling.ScalingRules.Select;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ScaledObjectTest {

    private static final ExternalTarget TARGET = ExternalTarget.averageValue(100);

    @Test
    void leavesZeroOnlyWhenTheMetricIsOverTheActivationThreshold() {
        ScaledObject scaled = scaledObject(0, 5, null, null);

        assertThat(scaled.check(0, 0, 5)).isZero();
        assertThat(scaled.check(seconds(30), 0, 5.001)).isEqualTo(1);
    }

    @Test
    void leavesZeroForTheMinimum() {
        assertThat(scaledObject(3, 0, null, null).check(0, 0, 1)).isEqualTo(3);
    }

    @Test
    void goesToZeroOnceTheCooldownIsOver() {
        ScaledObject scaled = scaledObject(0, 0, null, null);
        assertThat(scaled.check(0, 4, 250)).isEqualTo(4);

        // Active last at 0 s; 300 s later the cooldown is not yet over, as the comparison is strict.
        for (int t = 30; t <= 300; t += 30) {
            assertThat(scaled.check(seconds(t), 4, 0)).as("at %d s", t).isEqualTo(4);
        }
        assertThat(scaled.check(seconds(330), 4, 0)).isZero();
    }

    @Test
    void waitsForTheInitialCooldownWhenItWasNeverActive() {
        ScaledObjectSpec spec = new ScaledObjectSpec(
                TARGET, 0, 0, 100, null, seconds(30), seconds(300), seconds(100), false, null, null);
        ScaledObject scaled = new ScaledObject(spec, seconds(1000));

        assertThat(scaled.check(seconds(1100), 4, 0)).isEqualTo(4);
        assertThat(scaled.check(seconds(1130), 4, 0)).isZero();
    }

    @Test
    void goesToZeroAtTheSecondCheckWithoutAnInitialCooldown() {
        ScaledObject scaled = scaledObject(0, 0, null, null);

        assertThat(scaled.check(0, 4, 0)).isEqualTo(4);
        assertThat(scaled.check(seconds(30), 4, 0)).isZero();
    }

    @Test
    void leavesScalingAboveTheMinimumToTheAutoscaler() {
        ScaledObject scaled = scaledObject(2, 0, null, null);

        assertThat(scaled.check(0, 9, 0)).isEqualTo(9);
        assertThat(scaled.check(seconds(3000), 9, 0)).isEqualTo(9);
    }

    @Test
    void restoresTheMinimumWhileInactive() {
        assertThat(scaledObject(3, 0, null, null).check(0, 1, 0)).isEqualTo(3);
    }

    @Test
    void movesBetweenIdleAndTheMinimumInIdleMode() {
        ScaledObject scaled = scaledObject(4, 0, 1, null);

        assertThat(scaled.check(0, 1, 0)).isEqualTo(1);
        assertThat(scaled.check(seconds(30), 1, 7)).isEqualTo(4);
        assertThat(scaled.check(seconds(330), 4, 0)).isEqualTo(4);
        assertThat(scaled.check(seconds(360), 4, 0)).isEqualTo(1);
    }

    @Test
    void holdsOnAnErrorWithoutAFallback() {
        ScaledObject scaled = scaledObject(0, 0, null, null);

        assertThat(scaled.check(seconds(3000), 4, Double.NaN)).isEqualTo(4);
        assertThat(scaled.check(seconds(3030), 0, Double.NaN)).isZero();
        assertThat(scaled.metricForHpa(Double.NaN, 4)).isNaN();
    }

    @Test
    void fallsBackOnceTheFailuresExceedTheThreshold() {
        ScaledObject scaled = scaledObject(0, 0, null, new Fallback(3, 6, Fallback.Behavior.STATIC));

        assertThat(scaled.metricForHpa(250, 4)).isEqualTo(250);
        assertThat(scaled.metricForHpa(Double.NaN, 4)).isNaN();
        // A failed check counts as well, and holds.
        assertThat(scaled.check(seconds(30), 4, Double.NaN)).isEqualTo(4);
        assertThat(scaled.metricForHpa(Double.NaN, 4)).isNaN();
        // The fourth failure: 6 replicas at 100 each.
        assertThat(scaled.metricForHpa(Double.NaN, 4)).isEqualTo(600);

        assertThat(scaled.metricForHpa(250, 4)).isEqualTo(250);
        assertThat(scaled.metricForHpa(Double.NaN, 4)).isNaN();
    }

    @Test
    void countsAFallbackAsActivity() {
        ScaledObject scaled = scaledObject(0, 0, null, new Fallback(1, 6, Fallback.Behavior.STATIC));

        assertThat(scaled.check(0, 0, Double.NaN)).isZero();
        assertThat(scaled.check(seconds(30), 0, Double.NaN)).isEqualTo(1);
        // Active last at 30 s, so the cooldown runs until 330 s.
        assertThat(scaled.check(seconds(330), 6, 0)).isEqualTo(6);
        assertThat(scaled.check(seconds(360), 6, 0)).isZero();
    }

    @Test
    void fallsBackToTheCurrentReplicasAsItsBehaviorSays() {
        // Fallback 6 at 100 each, for a workload of 4 and one of 9.
        assertThat(fallingBack(Fallback.Behavior.STATIC)).containsExactly(600, 600);
        assertThat(fallingBack(Fallback.Behavior.CURRENT_REPLICAS)).containsExactly(400, 900);
        assertThat(fallingBack(Fallback.Behavior.CURRENT_REPLICAS_IF_HIGHER)).containsExactly(600, 900);
        assertThat(fallingBack(Fallback.Behavior.CURRENT_REPLICAS_IF_LOWER)).containsExactly(400, 600);
    }

    @Test
    void answersTheAutoscalerFromItsLastCheckWhenMetricsAreCached() {
        ScaledObject scaled = cached(null);

        assertThat(scaled.metricForHpa(150, 4)).as("before the first check").isEqualTo(150);
        assertThat(scaled.check(0, 4, 200)).isEqualTo(4);
        assertThat(scaled.metricForHpa(300, 4)).isEqualTo(200);
        assertThat(scaled.metricForHpa(Double.NaN, 4)).isEqualTo(200);
        assertThat(scaled.check(seconds(30), 4, Double.NaN)).isEqualTo(4);
        assertThat(scaled.metricForHpa(300, 4)).isNaN();
    }

    @Test
    void losesTheCountOfFailuresWhenTheAutoscalerReadsACachedFallback() {
        ScaledObject patient = cached(new Fallback(1, 6, Fallback.Behavior.STATIC));
        assertThat(patient.check(0, 4, Double.NaN)).isEqualTo(4);
        // The cached error counts again and is the second failure; then the cached answer of the check is the fallback.
        assertThat(patient.metricForHpa(Double.NaN, 4)).isEqualTo(600);
        assertThat(patient.check(seconds(30), 4, Double.NaN)).isEqualTo(4);
        assertThat(patient.metricForHpa(Double.NaN, 4)).isEqualTo(600);
        // Reading it has counted as a success: the next failure is the first again, so there is no fallback to wake up.
        assertThat(patient.check(seconds(60), 0, Double.NaN)).isZero();
    }

    @Test
    void goesToZeroOnAnErrorWhenTheFallbackIsZeroReplicas() {
        ScaledObject scaled = scaledObject(0, 0, null, new Fallback(3, 0, Fallback.Behavior.STATIC));

        assertThat(scaled.check(seconds(30), 4, Double.NaN)).isZero();
    }

    @Test
    void doesNothingWhilePaused() {
        ScaledObject scaled = scaledObject(3, 0, null, null);
        scaled.setPaused(true);

        assertThat(scaled.check(0, 0, 500)).isZero();
        assertThat(scaled.check(seconds(30), 1, 0)).isEqualTo(1);

        scaled.setPaused(false);
        assertThat(scaled.check(seconds(60), 0, 500)).isEqualTo(3);
    }

    @Test
    void holdsAtItsPausedReplicas() {
        ScaledObject scaled = scaledObject(3, 0, null, null);
        scaled.setPausedReplicas(0);

        assertThat(scaled.isPaused()).isTrue();
        assertThat(scaled.check(0, 7, 500)).isZero();

        scaled.setPausedReplicas(null);
        assertThat(scaled.isPaused()).isFalse();
        assertThat(scaled.check(seconds(30), 0, 500)).isEqualTo(3);
        assertThatIllegalArgumentException().isThrownBy(() -> scaled.setPausedReplicas(-1));
    }

    @Test
    void staysActiveWhileItsActivationIsForced() {
        ScaledObject scaled = scaledObject(0, 0, null, null);
        scaled.setActivationForced(true);

        assertThat(scaled.check(seconds(3000), 0, 0)).isEqualTo(1);
        assertThat(scaled.check(seconds(6000), 1, 0)).isEqualTo(1);
        // In error it stays up, but the time of its last activity does not move: 6000 s, so the cooldown is over.
        assertThat(scaled.check(seconds(6300), 1, Double.NaN)).isEqualTo(1);
        scaled.setActivationForced(false);
        assertThat(scaled.check(seconds(6330), 1, 0)).isZero();
    }

    @Test
    void freezesGrowthWhileScaleOutIsPaused() {
        ScaledObject scaled = scaledObject(0, 0, null, null);
        assertThat(scaled.hpaBehavior()).isNull();
        scaled.setScaleOutPaused(true);

        assertThat(scaled.check(0, 0, 500)).isZero();
        HpaBehavior behavior = requireNonNull(scaled.hpaBehavior());
        assertThat(behavior.scaleUp().select()).isEqualTo(Select.DISABLED);
        assertThat(behavior.scaleDown()).isEqualTo(HpaBehavior.DEFAULT.scaleDown());
        HorizontalPodAutoscaler hpa = new HorizontalPodAutoscaler(scaled.hpaMin(), scaled.hpaMax(), behavior);
        assertThat(hpa.sync(0, 2, 2, 2, total(5000))).isEqualTo(2);
    }

    @Test
    void freezesShrinkingWhileScaleInIsPaused() {
        ScaledObject scaled = scaledObject(0, 0, null, null);
        scaled.setScaleInPaused(true);

        assertThat(scaled.check(seconds(3000), 4, 0)).isEqualTo(4);
        assertThat(requireNonNull(scaled.hpaBehavior()).scaleDown().select()).isEqualTo(Select.DISABLED);
    }

    @Test
    void shedsWithinOneSyncWhenItsMaximumIsLowered() {
        ScaledObject scaled = scaledObject(0, 0, null, null);
        HorizontalPodAutoscaler hpa =
                new HorizontalPodAutoscaler(scaled.hpaMin(), scaled.hpaMax(), scaled.hpaBehavior());
        assertThat(hpa.sync(0, 15, 15, 15, total(1500))).isEqualTo(15);

        scaled.setMaxReplicaCount(4);
        hpa.setBounds(scaled.hpaMin(), scaled.hpaMax());
        assertThat(hpa.sync(seconds(15), 15, 15, 15, total(1500))).isEqualTo(4);
    }

    @Test
    void rejectsAMaximumOfZeroOrBelowTheMinimum() {
        ScaledObject scaled = scaledObject(3, 0, null, null);

        assertThatIllegalArgumentException()
                .isThrownBy(() -> scaled.setMaxReplicaCount(0))
                .withMessageContaining("at least 1, was 0");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> scaled.setMaxReplicaCount(2))
                .withMessageContaining("minReplicaCount 3, was 2");
        assertThat(scaled.hpaMax()).isEqualTo(100);
    }

    @Test
    void givesTheAutoscalerAMinimumOfAtLeastOne() {
        assertThat(scaledObject(0, 0, null, null).hpaMin()).isEqualTo(1);
        assertThat(scaledObject(3, 0, null, null).hpaMin()).isEqualTo(3);
    }

    @Test
    void hasTheDefaultsOfKeda() {
        assertThat(ScaledObjectSpec.withDefaults(TARGET, 0, 100))
                .isEqualTo(
                        new ScaledObjectSpec(TARGET, 0, 0, 100, null, seconds(30), seconds(300), 0, false, null, null));
    }

    @Test
    void refusesASpecThatKedaRejects() {
        assertThatIllegalArgumentException().isThrownBy(() -> scaledObject(-1, 0, null, null));
        assertThatIllegalArgumentException().isThrownBy(() -> scaledObject(3, 0, 3, null));
        assertThatIllegalArgumentException().isThrownBy(() -> new Fallback(-1, 2, Fallback.Behavior.STATIC));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new ScaledObjectSpec(
                        ExternalTarget.value(1),
                        0,
                        0,
                        9,
                        null,
                        seconds(30),
                        0,
                        0,
                        false,
                        null,
                        new Fallback(3, 2, Fallback.Behavior.STATIC)))
                .withMessageContaining("metricType: AverageValue");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ScaledObjectSpec.withDefaults(TARGET, 5, 4))
                .withMessageContaining("minReplicaCount 5, was 4");
    }

    private static double[] fallingBack(Fallback.Behavior behavior) {
        ScaledObject scaled = scaledObject(0, 0, null, new Fallback(0, 6, behavior));
        return new double[] {scaled.metricForHpa(Double.NaN, 4), scaled.metricForHpa(Double.NaN, 9)};
    }

    private static ScaledObject cached(@Nullable Fallback fallback) {
        return new ScaledObject(
                new ScaledObjectSpec(TARGET, 0, 0, 100, null, seconds(30), seconds(300), 0, true, null, fallback), 0);
    }

    private static HpaMetric total(double sum) {
        return new HpaMetric.External(TARGET, sum);
    }

    private static ScaledObject scaledObject(
            int min, double activationThreshold, @Nullable Integer idle, @Nullable Fallback fallback) {
        return new ScaledObject(
                new ScaledObjectSpec(
                        TARGET,
                        activationThreshold,
                        min,
                        100,
                        idle,
                        seconds(30),
                        seconds(300),
                        0,
                        false,
                        null,
                        fallback),
                0);
    }

    private static long seconds(int seconds) {
        return seconds * 1_000_000_000L;
    }
}
