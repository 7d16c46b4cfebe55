package dev.capstan.sim.autoscaling;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

class HorizontalPodAutoscalerProperties {

    private static final long SYNC_NANOS = HorizontalPodAutoscaler.DEFAULT_SYNC_PERIOD_NANOS;

    @Property
    void staysWithinItsBoundsAfterTheFirstSync(
            @ForAll @IntRange(min = 1, max = 20) int min,
            @ForAll @IntRange(min = 0, max = 30) int span,
            @ForAll @IntRange(min = 1, max = 80) int start,
            @ForAll boolean withBehavior,
            @ForAll @Size(max = 60) List<@DoubleRange(min = 0, max = 10_000) Double> metrics) {
        HorizontalPodAutoscaler hpa = hpa(min, min + span, withBehavior);
        int replicas = start;
        long now = 0;
        for (double metric : metrics) {
            replicas = hpa.sync(now += SYNC_NANOS, replicas, replicas, replicas, total(metric));
            assertThat(replicas).isBetween(min, min + span);
        }
    }

    @Property
    void changesNothingWhileTheMetricIsInsideTheTolerance(
            @ForAll @IntRange(min = 1, max = 50) int replicas,
            @ForAll @DoubleRange(min = 0.91, max = 1.09) double ratio,
            @ForAll boolean withBehavior) {
        HorizontalPodAutoscaler hpa = hpa(1, 50, withBehavior);
        for (int i = 0; i < 40; i++) {
            assertThat(hpa.sync(i * SYNC_NANOS, replicas, replicas, replicas, total(ratio * 100 * replicas)))
                    .isEqualTo(replicas);
        }
    }

    @Property
    void neverMoreThanDoublesOrReachesFourWithoutABehavior(
            @ForAll @IntRange(min = 1, max = 50) int replicas, @ForAll @DoubleRange(min = 0, max = 1e6) double metric) {
        assertThat(hpa(1, 1000, false).sync(0, replicas, replicas, replicas, total(metric)))
                .isBetween(replicas, Math.max(4, 2 * replicas));
    }

    @Property
    void settlesOnTheDemandWhateverTheStart(
            @ForAll @IntRange(min = 1, max = 100) int start,
            @ForAll @IntRange(min = 1, max = 100) int demand,
            @ForAll boolean withBehavior) {
        HorizontalPodAutoscaler hpa = hpa(1, 100, withBehavior);
        int replicas = start;
        for (int i = 0; i < 30; i++) {
            replicas = hpa.sync(i * SYNC_NANOS, replicas, replicas, replicas, total(demand * 100.0));
        }

        // A start within the tolerance is kept: up to demand/0.9, that is 11.2 % over the demand.
        assertThat(Math.abs(replicas - demand)).isLessThanOrEqualTo((int) Math.ceil(0.12 * demand));
    }

    private static HpaMetric total(double sum) {
        return new HpaMetric.External(ExternalTarget.averageValue(100), sum);
    }

    private static HorizontalPodAutoscaler hpa(int min, int max, boolean withBehavior) {
        return new HorizontalPodAutoscaler(min, max, withBehavior ? HpaBehavior.DEFAULT : null);
    }
}
