package dev.capstan.sim.autoscaling;

import static org.assertj.core.api.Assertions.assertThat;

import dev.capstan.sim.autoscaling.ScalingRules.Select;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Each row of the table of {@link HpaRelease}, decided by both releases. */
class HpaReleaseTest {

    private static final ScalingPolicy ANY = policy(1000, 60);

    @Test
    void countsARatioOfElevenTenthsAsOnTargetOnlyNow() {
        // 1 - 1.1 is -0.10000000000000009 in doubles.
        assertThat(first(HpaRelease.V1_20, null, 10, total(1100))).isEqualTo(11);
        assertThat(first(HpaRelease.CURRENT, null, 10, total(1100))).isEqualTo(10);
        assertThat(first(HpaRelease.V1_20, free(), 10, total(900))).isEqualTo(10);
        assertThat(first(HpaRelease.CURRENT, free(), 10, total(900))).isEqualTo(10);
    }

    @Test
    void hasATolerancePerAutoscalerOnlyNow() {
        ScalingRules strict = new ScalingRules(0, Select.MAX, List.of(ANY), 0.01);
        HpaBehavior behavior = new HpaBehavior(strict, strict);

        assertThat(first(HpaRelease.V1_20, behavior, 10, total(1050))).isEqualTo(10);
        assertThat(first(HpaRelease.CURRENT, behavior, 10, total(1050))).isEqualTo(11);
    }

    @Test
    void holdsReplicasBetweenBothWindowsOnlyNow() {
        ScalingRules slow = rules(60, ANY);

        // Recommendations 10, 4 and then 12, with 5 replicas found: the window up allows 4, the window down asks for
        // 12.
        // 1.20 wants more, hence takes the lowest, 4, and scales down; now 5 lies between the two and stays.
        assertThat(afterTenAndFour(HpaRelease.V1_20, new HpaBehavior(slow, slow), 5, 1200))
                .isEqualTo(4);
        assertThat(afterTenAndFour(HpaRelease.CURRENT, new HpaBehavior(slow, slow), 5, 1200))
                .isEqualTo(5);
        for (HpaRelease release : HpaRelease.values()) {
            assertThat(afterTenAndFour(release, new HpaBehavior(slow, slow), 20, 700))
                    .isEqualTo(10);
            assertThat(afterTenAndFour(release, new HpaBehavior(slow, slow), 2, 700))
                    .isEqualTo(4);
        }
    }

    @Test
    void countsChangesOfTheOtherDirectionOnlyNow() {
        HpaBehavior behavior = new HpaBehavior(rules(0, policy(4, 60)), rules(0, ANY));

        // 10 to 2 removes 8. The period starts from 2 for 1.20 and from 2 + 8 now.
        assertThat(second(HpaRelease.V1_20, behavior, total(200), total(3000))).isEqualTo(6);
        assertThat(second(HpaRelease.CURRENT, behavior, total(200), total(3000)))
                .isEqualTo(14);

        HpaBehavior slowDown = new HpaBehavior(rules(0, ANY), rules(0, policy(4, 60)));
        // 10 to 30 adds 20. The period starts from 30 for 1.20, and from 30 - 20 now, which forbids to remove any.
        assertThat(second(HpaRelease.V1_20, slowDown, total(3000), total(100))).isEqualTo(26);
        assertThat(second(HpaRelease.CURRENT, slowDown, total(3000), total(100)))
                .isEqualTo(6);
    }

    @Test
    void scalesDownWhileAMetricFailsOnlyThen() {
        assertThat(first(HpaRelease.V1_20, free(), 10, total(300), total(Double.NaN)))
                .isEqualTo(3);
        assertThat(first(HpaRelease.CURRENT, free(), 10, total(300), total(Double.NaN)))
                .isEqualTo(10);
    }

    @Test
    void takesMissingPodsForIdleOnTargetOnlyThen() {
        HpaMetric onTarget = new HpaMetric.PodAverage(100, List.of(measured(100, 0), missing(0), missing(0)));

        // 1.20: the mean over three is 33, and ceil(0.33 * 3) = 1. Now the mean is 100.
        assertThat(first(HpaRelease.V1_20, free(), 3, onTarget)).isEqualTo(1);
        assertThat(first(HpaRelease.CURRENT, free(), 3, onTarget)).isEqualTo(3);
    }

    @Test
    void followsAMeanOfPodsAgainstItsDirectionOnlyThen() {
        // 5 pods are counted although 3 are specified: a mean of 80 asks for ceil(0.8 * 5) = 4, more than there are.
        List<PodReading> pods = List.of(measured(50, 100), measured(50, 100), missing(100), missing(100), missing(100));
        assertThat(first(HpaRelease.V1_20, free(), 3, new HpaMetric.PodAverage(100, pods)))
                .isEqualTo(4);
        assertThat(first(HpaRelease.CURRENT, free(), 3, new HpaMetric.PodAverage(100, pods)))
                .isEqualTo(3);
        for (HpaRelease release : HpaRelease.values()) {
            assertThat(first(release, free(), 3, new HpaMetric.PodUtilization(100, pods)))
                    .isEqualTo(3);
        }
    }

    @Test
    void takesTheTargetForMissingPodsWhenItIsOverTheirRequestOnlyNow() {
        // Target 200 %. 1.20: (50 + 100) / 200 = 75 %, ceil(0.375 * 2) = 1. Now: (50 + 200) / 200 = 125 %, 2 pods.
        HpaMetric metric = new HpaMetric.PodUtilization(200, List.of(measured(50, 100), missing(100)));

        assertThat(first(HpaRelease.V1_20, free(), 2, metric)).isEqualTo(1);
        assertThat(first(HpaRelease.CURRENT, free(), 2, metric)).isEqualTo(2);
    }

    private static int first(HpaRelease release, @Nullable HpaBehavior behavior, int replicas, HpaMetric... metrics) {
        return hpa(release, behavior).sync(0, replicas, replicas, replicas, metrics);
    }

    private static int second(HpaRelease release, HpaBehavior behavior, HpaMetric before, HpaMetric now) {
        HorizontalPodAutoscaler hpa = hpa(release, behavior);
        int replicas = hpa.sync(0, 10, 10, 10, before);
        return hpa.sync(seconds(15), replicas, replicas, replicas, now);
    }

    private static int afterTenAndFour(HpaRelease release, HpaBehavior behavior, int found, double metric) {
        HorizontalPodAutoscaler hpa = hpa(release, behavior);
        assertThat(hpa.sync(0, 10, 10, 10, total(1000))).isEqualTo(10);
        assertThat(hpa.sync(seconds(15), 10, 10, 10, total(400))).isEqualTo(10);
        return hpa.sync(seconds(30), found, found, found, total(metric));
    }

    private static HorizontalPodAutoscaler hpa(HpaRelease release, @Nullable HpaBehavior behavior) {
        return new HorizontalPodAutoscaler(new HpaController(release, seconds(300)), 1, 100, behavior);
    }

    private static HpaBehavior free() {
        return new HpaBehavior(rules(0, ANY), rules(0, ANY));
    }

    private static ScalingRules rules(int windowSeconds, ScalingPolicy policy) {
        return new ScalingRules(seconds(windowSeconds), Select.MAX, List.of(policy), ScalingRules.DEFAULT_TOLERANCE);
    }

    private static ScalingPolicy policy(int pods, int periodSeconds) {
        return new ScalingPolicy(ScalingPolicy.Type.PODS, pods, seconds(periodSeconds));
    }

    private static HpaMetric total(double sum) {
        return new HpaMetric.External(ExternalTarget.averageValue(100), sum);
    }

    private static PodReading measured(long valueMilli, long requestMilli) {
        return new PodReading(PodReading.State.MEASURED, valueMilli, requestMilli);
    }

    private static PodReading missing(long requestMilli) {
        return new PodReading(PodReading.State.MISSING, 0, requestMilli);
    }

    private static long seconds(int seconds) {
        return seconds * 1_000_000_000L;
    }
}
