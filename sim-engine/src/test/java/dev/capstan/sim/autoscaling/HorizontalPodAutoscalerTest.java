package dev.capstan.sim.autoscaling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.capstan.sim.autoscaling.ScalingRules.Select;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Decision tables; every pod is ready at once and synced every 15 s unless a test says otherwise. Target 100 a pod. */
class HorizontalPodAutoscalerTest {

    private static final ExternalTarget TARGET = ExternalTarget.averageValue(100);

    @Test
    void reachesFourBeforeFiveFromTwoWithoutABehavior() {
        // 500/100 = 5, limited to max(2*2, 4) = 4; then 5 is below max(2*4, 4) = 8.
        assertThat(run(hpa(1, 20, null), 2, 500, 500, 500)).containsExactly(4, 5, 5);
    }

    @Test
    void doublesPerSyncWithoutABehavior() {
        assertThat(run(hpa(1, 20, null), 5, 1500, 1500, 1500)).containsExactly(10, 15, 15);
    }

    @Test
    void reachesFourFromOneWithoutABehaviorAndFiveWithOne() {
        assertThat(run(hpa(1, 20, null), 1, 1000)).containsExactly(4);
        // max(1 + 4 pods, 1 + 100 %) = 5
        assertThat(run(hpa(1, 20, HpaBehavior.DEFAULT), 1, 1000)).containsExactly(5);
    }

    @Test
    void lowersReplicasWithinOneSyncWhenTheMaximumDropsBelowThem() {
        HpaBehavior frozen = behavior(
                HpaBehavior.DEFAULT.scaleUp(), HpaBehavior.DEFAULT.scaleDown().disabled());
        for (HpaBehavior behavior : new HpaBehavior[] {null, HpaBehavior.DEFAULT, frozen}) {
            HorizontalPodAutoscaler hpa = hpa(1, 20, behavior);
            assertThat(hpa.sync(0, 15, 15, 15, total(1500))).isEqualTo(15);

            hpa.setBounds(1, 4);
            assertThat(hpa.sync(seconds(15), 15, 15, 15, total(Double.NaN))).isEqualTo(4);
        }
    }

    @Test
    void raisesReplicasBelowTheMinimumAtOnce() {
        assertThat(hpa(8, 20, null).sync(0, 2, 2, 2, total(Double.NaN))).isEqualTo(8);
    }

    @Test
    void changesNothingWhenTheMetricIsMissing() {
        HorizontalPodAutoscaler hpa = hpa(1, 20, null);

        assertThat(hpa.sync(0, 7, 7, 7, total(Double.NaN))).isEqualTo(7);
        assertThat(hpa.sync(seconds(15), 7, 7, 7, total(1400))).isEqualTo(14);
    }

    @Test
    void leavesAWorkloadAtZeroAlone() {
        assertThat(hpa(1, 20, null).sync(0, 0, 0, 0, total(5000))).isZero();
        assertThat(hpa(0, 20, null).sync(0, 0, 0, 0, total(300))).isEqualTo(3);
    }

    @Test
    void stopsAtTheMaximumAndTheMinimum() {
        assertThat(run(hpa(2, 8, null), 5, 5000, 5000)).containsExactly(8, 8);
        HpaBehavior quick = behavior(rules(0, Select.MAX, pods(100, 15)), rules(0, Select.MAX, percent(100, 15)));
        assertThat(run(hpa(2, 8, quick), 5, 5000, 0)).containsExactly(8, 2);
    }

    @Test
    void ignoresAMetricWithinTenPercent() {
        // 10 replicas: 1100/1000 = 1.1 and 900/1000 = 0.9 are inside, the next thousandth is not.
        assertThat(run(hpa(1, 50, null), 10, 1100)).containsExactly(10);
        assertThat(run(hpa(1, 50, null), 10, 1100.001)).containsExactly(12);
        assertThat(run(hpa(1, 50, noStabilization()), 10, 900)).containsExactly(10);
        assertThat(run(hpa(1, 50, noStabilization()), 10, 899.999)).containsExactly(9);
    }

    @Test
    void readsTheMetricInThousandths() {
        assertThat(run(hpa(1, 50, null), 10, 1100.0004)).containsExactly(10);
        assertThat(run(hpa(1, 50, null), 10, 1100.0006)).containsExactly(12);
        assertThat(ExternalTarget.toMilli(0.0015)).isEqualTo(2);
        assertThat(ExternalTarget.toMilli(0.0625)).isEqualTo(62);
        assertThat(ExternalTarget.toMilli(-3)).isZero();
        assertThat(ExternalTarget.toMilli(Double.POSITIVE_INFINITY)).isZero();
        assertThat(ExternalTarget.toMilli(1e30)).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void hasATolerancePerDirection() {
        ScalingRules up = new ScalingRules(0, Select.MAX, List.of(pods(4, 15)), 0);
        ScalingRules down = new ScalingRules(0, Select.MAX, List.of(percent(100, 15)), 0.5);

        assertThat(run(hpa(1, 50, behavior(up, down)), 10, 1001)).containsExactly(11);
        assertThat(run(hpa(1, 50, behavior(up, down)), 10, 500)).containsExactly(10);
        assertThat(run(hpa(1, 50, behavior(up, down)), 10, 499)).containsExactly(5);
    }

    @Test
    void holdsTheHighestRecommendationForThreeHundredSeconds() {
        // Recommendations: 10 at 0 s, then 1. Without a behavior the one of 0 s still counts at 300 s, with one not.
        assertThat(secondsUntilDrop(hpa(1, 50, null))).isEqualTo(315);
        assertThat(secondsUntilDrop(hpa(1, 50, HpaBehavior.DEFAULT))).isEqualTo(300);
    }

    @Test
    void dropsToTheHighestRecentRecommendationAndNotToTheNewest() {
        HorizontalPodAutoscaler hpa = hpa(1, 50, null);
        assertThat(hpa.sync(0, 10, 10, 10, total(1000))).isEqualTo(10);
        assertThat(hpa.sync(seconds(150), 10, 10, 10, total(600))).isEqualTo(10);
        assertThat(hpa.sync(seconds(301), 10, 10, 10, total(200))).isEqualTo(6);
        assertThat(hpa.sync(seconds(451), 6, 6, 6, total(200))).isEqualTo(2);
    }

    @Test
    void holdsTheReplicasItFirstSawAsARecommendation() {
        HorizontalPodAutoscaler hpa = hpa(1, 50, null);

        assertThat(hpa.sync(0, 10, 10, 10, total(100))).isEqualTo(10);
        assertThat(hpa.sync(seconds(300), 10, 10, 10, total(100))).isEqualTo(10);
        assertThat(hpa.sync(seconds(301), 10, 10, 10, total(100))).isEqualTo(1);
    }

    @Test
    void waitsForTheUpwardWindowToAgree() {
        HpaBehavior slow = behavior(rules(60, Select.MAX, pods(4, 15)), HpaBehavior.DEFAULT.scaleDown());

        // 2 as first seen at 0 s holds until it is 60 s old; then 10, limited to 2 + 4.
        assertThat(run(hpa(1, 50, slow), 2, 1000, 1000, 1000, 1000, 1000)).containsExactly(2, 2, 2, 2, 6);
    }

    @Test
    void limitsTheChangePerPeriodOfAPolicy() {
        HpaBehavior slow = behavior(rules(0, Select.MAX, pods(2, 60)), HpaBehavior.DEFAULT.scaleDown());

        // 4 + 2 at 0 s; the period starts from 4 until that change is 60 s old.
        assertThat(run(hpa(1, 50, slow), 4, 2000, 2000, 2000, 2000, 2000)).containsExactly(6, 6, 6, 6, 8);
    }

    @Test
    void roundsAPercentageUpOnTheWayUpAndDownOnTheWayDown() {
        HpaBehavior percents = behavior(rules(0, Select.MAX, percent(10, 15)), rules(0, Select.MAX, percent(30, 15)));

        // 4 * 1.1 = 4.4 -> 5;  5 * 0.7 = 3.5 -> 3
        assertThat(run(hpa(1, 50, percents), 4, 2000, 0)).containsExactly(5, 3);
    }

    @Test
    void selectsAmongItsPolicies() {
        ScalingPolicy[] policies = {pods(4, 15), percent(50, 15)};

        // 20: up to 24 or 30, down to 16 or 10.
        for (Select select : Select.values()) {
            HpaBehavior chosen = behavior(rules(0, select, policies), rules(0, select, policies));
            int up = hpa(1, 90, chosen).sync(0, 20, 20, 20, total(9000));
            int down = hpa(1, 90, chosen).sync(0, 20, 20, 20, total(0));
            switch (select) {
                case MAX -> assertThat(new int[] {up, down}).containsExactly(30, 10);
                case MIN -> assertThat(new int[] {up, down}).containsExactly(24, 16);
                case DISABLED -> assertThat(new int[] {up, down}).containsExactly(20, 20);
            }
        }
    }

    @Test
    void countsRemovedReplicasBackIntoTheStartOfAPeriod() {
        HpaBehavior quick = behavior(rules(0, Select.MAX, pods(4, 60)), rules(0, Select.MAX, percent(100, 15)));

        // 10 -> 2 removes 8; the period started from 2 + 8 = 10, so 14 is allowed at once.
        assertThat(run(hpa(1, 50, quick), 10, 200, 3000)).containsExactly(2, 14);
    }

    @Test
    void keepsItsRecommendationsWhenItsBehaviorChanges() {
        HorizontalPodAutoscaler hpa = hpa(1, 50, null);
        assertThat(hpa.sync(0, 10, 10, 10, total(1000))).isEqualTo(10);

        // As when scale-out is paused: the 10 of 0 s still holds the replicas for 300 s.
        hpa.setBehavior(behavior(HpaBehavior.DEFAULT.scaleUp().disabled(), HpaBehavior.DEFAULT.scaleDown()));
        assertThat(hpa.sync(seconds(15), 10, 10, 10, total(200))).isEqualTo(10);
        assertThat(hpa.sync(seconds(30), 10, 10, 10, total(2000))).isEqualTo(10);
    }

    @Test
    void countsTheCorrectionToTheMaximumAsAChange() {
        HpaBehavior quick = behavior(rules(0, Select.MAX, pods(4, 60)), rules(0, Select.MAX, percent(100, 15)));
        HorizontalPodAutoscaler hpa = hpa(1, 4, quick);
        assertThat(hpa.sync(0, 10, 10, 10, total(1000))).isEqualTo(4);

        hpa.setBounds(1, 50);
        assertThat(hpa.sync(seconds(15), 4, 4, 4, total(3000))).isEqualTo(14);
    }

    @Test
    void asksForThePodsThatExistWhenTheirMetricIsInsideTheTolerance() {
        // 300 over 3 existing pods is on target, although 5 are specified.
        assertThat(hpa(1, 50, noStabilization()).sync(0, 5, 3, 3, total(300))).isEqualTo(3);
    }

    @Test
    void scalesReadyPodsByTheRatioOfAValueTarget() {
        HorizontalPodAutoscaler hpa = hpa(1, 50, noStabilization());

        assertThat(hpa.sync(0, 5, 5, 3, value(200))).isEqualTo(6);
        assertThat(hpa.sync(seconds(15), 5, 5, 3, value(105))).isEqualTo(5);
        assertThat(hpa(0, 50, null).sync(0, 0, 0, 0, value(250))).isEqualTo(3);
        // No pod exists yet, so there is nothing to multiply.
        assertThat(hpa.sync(seconds(30), 5, 0, 0, value(200))).isEqualTo(5);
    }

    @Test
    void keepsItsHistoryInBoundedMemoryOverADay() {
        HorizontalPodAutoscaler hpa = hpa(1, 50, HpaBehavior.DEFAULT);
        int replicas = 10;
        for (int t = 0; t < 86_400; t += 15) {
            replicas = hpa.sync(seconds(t), replicas, replicas, replicas, total(t % 1800 < 900 ? 4000 : 500));
        }

        // The last 900 s ask for 5, of which the last 300 s have forgotten the 40.
        assertThat(replicas).isEqualTo(5);
    }

    @Test
    void refusesBoundsThatCross() {
        assertThatIllegalArgumentException().isThrownBy(() -> hpa(5, 4, null)).withMessageContaining("min 5 and max 4");
        assertThatIllegalArgumentException().isThrownBy(() -> hpa(0, 0, null));
        assertThatIllegalArgumentException().isThrownBy(() -> ExternalTarget.averageValue(0));
        assertThatIllegalArgumentException().isThrownBy(() -> pods(0, 15));
        assertThatIllegalArgumentException().isThrownBy(() -> pods(1, 1801));
        assertThatIllegalArgumentException().isThrownBy(() -> rules(3601, Select.MAX, pods(1, 15)));
        assertThatIllegalArgumentException().isThrownBy(() -> rules(0, Select.MAX));
    }

    private static int secondsUntilDrop(HorizontalPodAutoscaler hpa) {
        assertThat(hpa.sync(0, 10, 10, 10, total(1000))).isEqualTo(10);
        for (int t = 15; t < 600; t += 15) {
            if (hpa.sync(seconds(t), 10, 10, 10, total(100)) == 1) {
                return t;
            }
        }
        return Integer.MAX_VALUE;
    }

    private static int[] run(HorizontalPodAutoscaler hpa, int replicas, double... metrics) {
        int[] sequence = new int[metrics.length];
        int current = replicas;
        for (int i = 0; i < metrics.length; i++) {
            current = hpa.sync(seconds(15 * i), current, current, current, total(metrics[i]));
            sequence[i] = current;
        }
        return sequence;
    }

    private static HpaMetric value(double sum) {
        return new HpaMetric.External(ExternalTarget.value(100), sum);
    }

    private static HpaMetric total(double sum) {
        return new HpaMetric.External(TARGET, sum);
    }

    private static HorizontalPodAutoscaler hpa(int min, int max, @Nullable HpaBehavior behavior) {
        return new HorizontalPodAutoscaler(min, max, behavior);
    }

    private static HpaBehavior behavior(ScalingRules up, ScalingRules down) {
        return new HpaBehavior(up, down);
    }

    private static HpaBehavior noStabilization() {
        return behavior(HpaBehavior.DEFAULT.scaleUp(), rules(0, Select.MAX, percent(100, 15)));
    }

    private static ScalingRules rules(int windowSeconds, Select select, ScalingPolicy... policies) {
        return new ScalingRules(seconds(windowSeconds), select, List.of(policies), ScalingRules.DEFAULT_TOLERANCE);
    }

    private static ScalingPolicy pods(int value, int periodSeconds) {
        return new ScalingPolicy(ScalingPolicy.Type.PODS, value, seconds(periodSeconds));
    }

    private static ScalingPolicy percent(int value, int periodSeconds) {
        return new ScalingPolicy(ScalingPolicy.Type.PERCENT, value, seconds(periodSeconds));
    }

    private static long seconds(int seconds) {
        return seconds * 1_000_000_000L;
    }
}
