package dev.capstan.capping;

import static dev.capstan.capping.SimulatedService.firstDecision;
import static dev.capstan.capping.SimulatedService.observe;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

/** The rules of the planner's clamp, on a prefill role of 2000 W and a decode role of 1400 W for each replica. */
class RequestedClampTest {

    private static final double[] WATTS = {2000, 1400};
    private static final int[] LEAST = {1, 1};

    private static RequestedClamp clamp(int[] current, int[] proposed, double budgetWatts) {
        return new RequestedClamp(current, proposed, LEAST, WATTS, budgetWatts, false);
    }

    @Test
    void acceptsProposalsThatFit() {
        assertThat(clamp(new int[] {1, 1}, new int[] {3, 4}, 11_600).clamped()).containsExactly(3, 4);
    }

    /**
     * 4 and 6 replicas are 16400 W of 10000 W: scale 0.6098. p = min(floor(8600 / 2000), floor(2.44)) = 2, d =
     * floor((10000 - 4000) / 1400) = 4.
     */
    @Test
    void scalesTwoProposalsAsThePlannerDoes() {
        assertThat(clamp(new int[] {1, 1}, new int[] {4, 6}, 10_000).clamped()).containsExactly(2, 4);
    }

    /** 1 and 9 replicas are 14600 W of 6000 W: scaled to 0.41, prefill keeps its floor of 1; d = 4000 / 1400. */
    @Test
    void keepsTheFloorOfARoleThatTheScaleTakesUnderIt() {
        assertThat(clamp(new int[] {1, 1}, new int[] {1, 9}, 6000).clamped()).containsExactly(1, 2);
        assertThat(clamp(new int[] {2, 1}, new int[] {1, 9}, 6000).clamped()).containsExactly(1, 1);
    }

    /** Decode is not proposed and charged at its 4 replicas, 5600 W: 4400 W are 2 prefill replicas. */
    @Test
    void chargesARoleThatProposesNothingAndLeavesItAlone() {
        assertThat(clamp(new int[] {1, 4}, new int[] {5, 4}, 10_000).clamped()).containsExactly(2, 4);
    }

    /** Of 7000 W the 4 decode replicas leave 1400 W, less than one prefill replica: no scale-up, and no scale-down. */
    @Test
    void allowsNoScaleUpWhereTheOthersLeaveLessThanTheFloor() {
        assertThat(clamp(new int[] {1, 4}, new int[] {5, 4}, 7000).clamped()).containsExactly(1, 4);
    }

    /** 3 + 2 replicas go to 1 + 4: 7600 W fit 9000 W, but 3 + 4 in between, 11600 W, do not: decode waits. */
    @Test
    void stagesARebalanceWhoseParallelPeakExceedsTheBudget() {
        RequestedClamp clamp = clamp(new int[] {3, 2}, new int[] {1, 4}, 9000);
        assertThat(clamp.clamped()).containsExactly(1, 2);
        assertThat(clamp.staged()).isTrue();
        RequestedClamp next = clamp(new int[] {1, 2}, new int[] {1, 4}, 9000);
        assertThat(next.clamped()).containsExactly(1, 4);
        assertThat(next.staged()).isFalse();
    }

    @Test
    void doesNothingOverBudgetWhenNothingIsProposed() {
        assertThat(clamp(new int[] {4, 6}, new int[] {4, 6}, 10_000).clamped()).containsExactly(4, 6);
        assertThat(new RequestedClamp(new int[] {4, 6}, new int[] {4, 6}, LEAST, WATTS, 10_000, true).clamped())
                .containsExactly(2, 4);
    }

    /** 7, 7 and 7 of 1000 W, 10000 W: scaled 3.33 each, and the last one by remainder to the first of equals. */
    @Test
    void givesTheRemainderToTheLargestFractions() {
        int[] none = {1, 1, 1};
        assertThat(new RequestedClamp(none, new int[] {7, 7, 7}, none, new double[] {1000, 1000, 1000}, 10_000, false)
                        .clamped())
                .containsExactly(4, 3, 3);
        // 8, 6 and 7, scale 10/21: 3.81, 2.86, 3.33.
        assertThat(new RequestedClamp(none, new int[] {8, 6, 7}, none, new double[] {1000, 1000, 1000}, 10_000, false)
                        .clamped())
                .containsExactly(4, 3, 3);
    }

    @Property
    void neverRaisesAProposalAndKeepsWhatIsProposedInTheBudget(
            @ForAll @Size(4) List<@IntRange(min = 1, max = 9) Integer> current,
            @ForAll @Size(4) List<@IntRange(min = 1, max = 9) Integer> proposed,
            @ForAll @DoubleRange(min = 4600, max = 60_000) double budgetWatts) {
        double[] watts = {700, 1000, 1300, 1600};
        int[] now = current.stream().mapToInt(Integer::intValue).toArray();
        int[] wished = proposed.stream().mapToInt(Integer::intValue).toArray();
        int[] accepted = new RequestedClamp(now, wished, new int[] {1, 1, 1, 1}, watts, budgetWatts, false).clamped();
        double before = 0;
        double after = 0;
        boolean same = true;
        for (int i = 0; i < 4; i++) {
            assertThat(accepted[i]).isBetween(1, wished[i]);
            if (wished[i] == now[i]) {
                assertThat(accepted[i]).isEqualTo(now[i]);
            }
            before += now[i] * watts[i];
            after += accepted[i] * watts[i];
            same &= accepted[i] <= now[i];
        }
        // Over the budget only what was over it already may stay, and it does not grow.
        assertThat(after <= budgetWatts + 1e-6 || (before > budgetWatts && same))
                .isTrue();
    }

    private final RequestedClampPolicy policy = new RequestedClampPolicy(0, false);

    private static SimulatedService service(String name, int ready, int desired) {
        SimulatedService service = SimulatedService.of(name, ready, 0);
        service.desired = desired;
        return service;
    }

    /** 700 W each, 5600 W: both propose 6, scaled to 4 each. No reading is needed. */
    @Test
    void writesWhatItAcceptsAsCeilings() {
        Observation seen = observe(0, 5600, PowerReading.absent(), service("a", 1, 6), service("b", 1, 6));
        assertThat(firstDecision(policy, seen))
                .returns("clamped", Decision::code)
                .returns(List.of(ServiceAction.ceiling("a", 4), ServiceAction.ceiling("b", 4)), Decision::actions);
    }

    /** 2 and 1 replicas of 700 W leave 2100 W of 4200 W as room: one to b, the fewer, then one to each. */
    @Test
    void leavesRoomForProposalsToCome() {
        Observation seen = observe(0, 4200, PowerReading.absent(), service("a", 2, 2), service("b", 1, 1));
        assertThat(firstDecision(policy, seen))
                .returns("fits", Decision::code)
                .returns(List.of(ServiceAction.ceiling("a", 3), ServiceAction.ceiling("b", 3)), Decision::actions);
    }

    @Test
    void refusesWhenTheFloorsDoNotFit() {
        SimulatedService a = service("a", 3, 9);
        a.floor = 3;
        assertThat(firstDecision(policy, observe(0, 2099, PowerReading.absent(), a)))
                .returns("infeasible", Decision::code)
                .returns(List.of(), Decision::actions);
    }

    /** 8 replicas of 700 W over 4200 W that propose nothing: they stay, and nothing may be added. */
    @Test
    void takesNothingFromADeploymentThatProposesNothing() {
        assertThat(firstDecision(policy, observe(0, 4200, PowerReading.absent(), service("a", 8, 8))))
                .returns("over-budget", Decision::code)
                .returns(List.of(ServiceAction.ceiling("a", 8)), Decision::actions);
    }
}
