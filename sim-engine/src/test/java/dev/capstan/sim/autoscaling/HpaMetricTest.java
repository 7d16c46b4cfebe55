package dev.capstan.sim.autoscaling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Metrics of pods and several metrics; one sync each, with a behaviour that lets every proposal through. */
class HpaMetricTest {

    private static final long HUNDRED = 100_000;

    @Test
    void asksForTheMeanOfReadyPodsOverTheTarget() {
        // (150 + 250) / 2 = 200: twice the target for 2 pods.
        assertThat(sync(2, average(measured(150), measured(250)))).isEqualTo(4);
        // 110 is within 10 %, 111 asks for ceil(1.11 * 3) = 4.
        assertThat(sync(3, average(measured(110), measured(110), measured(110))))
                .isEqualTo(3);
        assertThat(sync(3, average(measured(111), measured(111), measured(111))))
                .isEqualTo(4);
    }

    @Test
    void takesMissingPodsForOnTargetWhenScalingDown() {
        // 20 on 2 pods; with 2 missing at 100 the mean is 60: ceil(0.6 * 4) = 3 rather than ceil(0.2 * 2) = 1.
        assertThat(sync(4, average(measured(20), measured(20), missing(), missing())))
                .isEqualTo(3);
        // 80 and three at 100: 95 is within the tolerance.
        assertThat(sync(4, average(measured(80), missing(), missing(), missing())))
                .isEqualTo(4);
    }

    @Test
    void takesMissingPodsForIdleWhenScalingUp() {
        // 300 on 2 pods; with 2 missing at 0 the mean is 150: ceil(1.5 * 4) = 6.
        assertThat(sync(4, average(measured(300), measured(300), missing(), missing())))
                .isEqualTo(6);
        // 150 and one at 0: 75 would turn the direction.
        assertThat(sync(2, average(measured(150), missing()))).isEqualTo(2);
    }

    @Test
    void takesUnreadyPodsForIdleWhenScalingUpAndLeavesThemOutOtherwise() {
        // 300 on 2 pods; with 1 at 0 the mean is 200: ceil(2 * 3) = 6.
        assertThat(sync(3, average(measured(300), measured(300), unready()))).isEqualTo(6);
        // 50 on 2 pods: ceil(0.5 * 2) = 1; the unready pod does not count.
        assertThat(sync(3, average(measured(50), measured(50), unready()))).isEqualTo(1);
    }

    @Test
    void comparesAUtilizationWithTheSumOfRequests() {
        // (300 + 100) / (400 + 100) = 80 % of 40 %: 2 * 2 pods.
        PodReading large = new PodReading(PodReading.State.MEASURED, 300_000, 400_000);
        PodReading small = new PodReading(PodReading.State.MEASURED, 100_000, 100_000);
        assertThat(sync(2, new HpaMetric.PodUtilization(40, List.of(large, small))))
                .isEqualTo(4);
        // The percentage is cut off: 399.9 / 500 is 79 %, and ceil(79/40 * 2) = 4; of 72 % it is within the tolerance.
        PodReading less = new PodReading(PodReading.State.MEASURED, 99_900, 100_000);
        assertThat(sync(2, new HpaMetric.PodUtilization(72, List.of(large, less))))
                .isEqualTo(2);
    }

    @Test
    void changesNothingWhenNoPodIsMeasured() {
        assertThat(sync(3, average(missing(), unready()))).isEqualTo(3);
        assertThat(sync(3, average())).isEqualTo(3);
        PodReading free = new PodReading(PodReading.State.MEASURED, 100, 0);
        assertThat(sync(3, new HpaMetric.PodUtilization(40, List.of(free)))).isEqualTo(3);
    }

    @Test
    void followsTheMetricThatAsksForMost() {
        assertThat(sync(4, total(200), total(700), average(measured(300)))).isEqualTo(7);
        assertThat(sync(4, total(200), total(100))).isEqualTo(2);
    }

    @Test
    void scalesUpButNotDownWhileAMetricFails() {
        assertThat(sync(4, total(Double.NaN), total(700))).isEqualTo(7);
        assertThat(sync(4, total(Double.NaN), total(100))).isEqualTo(4);
        assertThat(sync(4, total(Double.NaN), total(Double.NaN))).isEqualTo(4);
        assertThat(sync(4)).isEqualTo(4);
    }

    @Test
    void refusesTargetsAndReadingsThatCannotBe() {
        assertThatIllegalArgumentException().isThrownBy(() -> new HpaMetric.PodAverage(0, List.of()));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new HpaMetric.PodUtilization(0, List.of()))
                .withMessageContaining("at least 1 %, was 0 %");
        assertThatIllegalArgumentException().isThrownBy(() -> new PodReading(PodReading.State.MEASURED, -1, 0));
        assertThatIllegalArgumentException().isThrownBy(() -> new HpaController(HpaRelease.CURRENT, -1));
    }

    private static int sync(int replicas, HpaMetric... metrics) {
        ScalingPolicy any = new ScalingPolicy(ScalingPolicy.Type.PODS, 1000, 15_000_000_000L);
        ScalingRules free = new ScalingRules(0, ScalingRules.Select.MAX, List.of(any), ScalingRules.DEFAULT_TOLERANCE);
        return new HorizontalPodAutoscaler(1, 100, new HpaBehavior(free, free))
                .sync(0, replicas, replicas, replicas, metrics);
    }

    private static HpaMetric total(double sum) {
        return new HpaMetric.External(ExternalTarget.averageValue(100), sum);
    }

    private static HpaMetric average(PodReading... pods) {
        return new HpaMetric.PodAverage(HUNDRED, new ArrayList<>(List.of(pods)));
    }

    private static PodReading measured(int value) {
        return new PodReading(PodReading.State.MEASURED, value * 1000L, 0);
    }

    private static PodReading missing() {
        return new PodReading(PodReading.State.MISSING, 0, 0);
    }

    private static PodReading unready() {
        return new PodReading(PodReading.State.UNREADY, 0, 0);
    }
}
