package dev.capstan.capping;

import static dev.capstan.capping.SimulatedService.firstDecision;
import static dev.capstan.capping.SimulatedService.observe;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * No margin, half of the 700 W promised to each replica, saturated at 0.8 of the limit, a window of 10 s, a memory of 100 s, 300 s
 * ahead. What the root reads plays no part.
 */
class CapstanPolicyTest {

    private static final PowerReading ROOT = PowerReading.absent();

    private static final CapstanPolicy POLICY = new CapstanPolicy(0, 0.5, 0.8, 10_000_000_000L, 100, 300_000_000_000L);

    /** Has learnt this rise, as a share of the worst case, of services a and b; the next step is at 0 s. */
    private static CapstanPolicy.State learnt(double rise) {
        CapstanPolicy.Learnt learnt = new CapstanPolicy.Learnt(rise, List.of());
        return new CapstanPolicy.State(Map.of("a", learnt, "b", learnt), 0L);
    }

    private static Decision decide(double rise, double capWatts, SimulatedService... services) {
        return POLICY.step(learnt(rise), observe(0, capWatts, ROOT, services)).decision();
    }

    private static ServiceAction action(String service, int ceiling, double limitWatts) {
        return ServiceAction.gpuLimit(service, limitWatts).withReplicaCeiling(ceiling);
    }

    /** Four replicas could rise to 2800 W: 2000 W are 500 W each. Two fit by the worst case, four have 350 W each. */
    @Test
    void budgetsByTheWorstCaseBeforeItHasLearnt() {
        assertThat(firstDecision(POLICY, observe(0, 2000, ROOT, SimulatedService.of("a", 4, 1000))))
                .returns("limited", Decision::code)
                .returns(List.of(action("a", 4, 500)), Decision::actions);
    }

    /** 1000 W and a tenth of 2800 W are 1280 W. */
    @Test
    void lendsWhatCannotBeReachedInTime() {
        assertThat(decide(0.1, 1280, SimulatedService.of("a", 4, 1000)))
                .returns("lent", Decision::code)
                .returns(List.of(ServiceAction.ceiling("a", 3)), Decision::actions);
        // 1279 W over four.
        assertThat(decide(0.1, 1279, SimulatedService.of("a", 4, 1000)))
                .returns("limited", Decision::code)
                .returns(List.of(action("a", 3, 319)), Decision::actions);
    }

    /** From 2000 to 1200 W: limits of 300 W in the same step, and three replicas, which have 350 W each. */
    @Test
    void meetsAFallOfTheCapWithLimitsFirstAndReplicasNext() {
        SimulatedService a = SimulatedService.of("a", 4, 1000);
        a.ceiling = 4;
        assertThat(decide(0.1, 2000, a).actions()).isEmpty();
        assertThat(decide(0.1, 1200, a).actions()).containsExactly(action("a", 3, 300));
    }

    /** 600 + 280 W fit 1200 W again. */
    @Test
    void liftsLimitsOnceThePeakCannotComeBackInTime() {
        SimulatedService a = SimulatedService.of("a", 4, 1000);
        a.ceiling = 3;
        a.gpuLimitWatts = 300;
        assertThat(decide(0.1, 1200, a).actions()).isEmpty();
        a.power = PowerReading.fresh(600, 0);
        assertThat(decide(0.1, 1200, a).actions()).containsExactly(ServiceAction.gpuLimit("a", 700));
    }

    /**
     * From 1000 to 1400 W in 5 s is a rise by 1/7 of 2800 W, and 100 s later by e^-1 of that. At 20 s the latency is 5 + 10 s, and
     * what was read at 0 s is older.
     */
    @Test
    void learnsTheRiseWithinALatencyAndForgetsIt() {
        CapstanPolicy.State state = learnt(0);
        double[] watts = {1000, 1400, 1400, 1400, 1400};
        for (int i = 0; i < watts.length; i++) {
            state = POLICY.step(state, observe(5 * i, 5000, ROOT, SimulatedService.of("a", 4, watts[i])))
                    .state();
            if (i == 1) {
                assertThat(learntOf(state).rise()).isCloseTo(1.0 / 7, within(1e-12));
            }
        }
        assertThat(learntOf(state).recent().get(0)).isEqualTo(new CapstanPolicy.Sample(5_000_000_000L, 1400));
        state = POLICY.step(state, observe(120, 5000, ROOT, SimulatedService.of("a", 4, 1400)))
                .state();
        // The last rise was seen at 10 s, when 1000 W were 10 s old; at 15 s they were just within the latency.
        assertThat(learntOf(state).rise()).isCloseTo(Math.exp(-1.05) / 7, within(1e-12));
    }

    private static CapstanPolicy.Learnt learntOf(CapstanPolicy.State state) {
        return state.services().getOrDefault("a", CapstanPolicy.Learnt.NOTHING);
    }

    /** A reading that is 5 s old has a latency of 5 + 5 + 10 s: at 20 s it is of 15 s and reaches back to -5 s. */
    @Test
    void countsTheAgeOfReadingsInTheLatency() {
        CapstanPolicy.State state = learnt(0);
        for (int i = 0; i <= 4; i++) {
            SimulatedService a = SimulatedService.of("a", 4, 1000);
            a.power = PowerReading.fresh(i == 0 ? 720 : 1000, 5_000_000_000L);
            state = POLICY.step(state, observe(5 * i, 5000, ROOT, a)).state();
        }
        assertThat(learntOf(state).recent()).hasSize(5);
        assertThat(learntOf(state).rise()).isCloseTo(0.1, within(1e-12));
    }

    /**
     * 1200 and 800 W are reached. Of 1900 W each has 700 W for its two replicas; the other 500 W are for the higher priority, which
     * then has all it can reach. The lower one has 350 W each.
     */
    @Test
    void keepsItsPromiseToTheLowerPriorityAndGivesTheRestToTheHigher() {
        SimulatedService a = SimulatedService.of("a", 2, 1200);
        SimulatedService b = SimulatedService.of("b", 2, 800);
        a.priority = 1;
        assertThat(decide(0, 2000, a, b)).returns("lent", Decision::code);
        assertThat(decide(0, 1900, a, b).actions()).containsExactly(ServiceAction.ceiling("a", 2), action("b", 2, 350));
    }

    /** Nothing is known, so that 2800 W can be reached; what was learnt stays. */
    @Test
    void lendsNothingWithoutTelemetry() {
        SimulatedService a = SimulatedService.of("a", 4, 1000);
        a.ceiling = 4;
        a.power = PowerReading.absent();
        Step<CapstanPolicy.State> step = POLICY.step(learnt(0.1), observe(0, 2000, ROOT, a));
        assertThat(step.decision().actions()).containsExactly(ServiceAction.gpuLimit("a", 500));
        assertThat(learntOf(step.state()).rise()).isEqualTo(0.1);
    }

    /** 1500 W hold two replicas by the worst case. 1200 of their 1400 W call for a third, which 500 W each are enough for. */
    @Test
    void addsAReplicaBeyondTheWorstCaseOnlyWhereThoseThatServeAreSaturated() {
        SimulatedService a = SimulatedService.of("a", 2, 1200);
        a.ceiling = 2;
        assertThat(decide(0, 1500, a).actions()).containsExactly(ServiceAction.ceiling("a", 3));
        // Three would have less than 350 W each.
        assertThat(decide(0, 1049, a).actions()).containsExactly(ServiceAction.gpuLimit("a", 524));
        a.power = PowerReading.fresh(1119, 0);
        assertThat(decide(0, 1500, a).actions()).isEmpty();
    }

    /** 1200 W for 10 s are not the whole latency of 5 + 10 s, in which 1000 W were read; 5 s later they are. */
    @Test
    void addsNoReplicaForABurstShorterThanALatency() {
        CapstanPolicy.State state = learnt(0);
        for (int i = 0; i <= 4; i++) {
            SimulatedService a = SimulatedService.of("a", 2, i == 0 ? 1000 : 1200);
            a.ceiling = 2;
            Step<CapstanPolicy.State> step = POLICY.step(state, observe(5 * i, 1500, ROOT, a));
            state = step.state();
            assertThat(step.decision().actions()).isEqualTo(i < 4 ? List.of() : List.of(ServiceAction.ceiling("a", 3)));
        }
    }

    /** A third of 0.8 of 3 * 700 W is 560 W. */
    @Test
    void givesReplicasBeyondTheWorstCaseBackOnceTheyIdle() {
        SimulatedService a = SimulatedService.of("a", 3, 561);
        a.ceiling = 3;
        assertThat(decide(0, 1500, a).actions()).isEmpty();
        a.power = PowerReading.fresh(559, 0);
        assertThat(decide(0, 1500, a).actions()).containsExactly(ServiceAction.ceiling("a", 2));
    }

    /** The one that starts takes 200 W: 1000 W are left for two. */
    @Test
    void countsAReplicaThatStartsWithWhatThatTakes() {
        SimulatedService a = SimulatedService.of("a", 2, 0);
        a.starting = 1;
        a.ceiling = 3;
        a.power = PowerReading.absent();
        assertThat(decide(0, 1200, a).actions()).containsExactly(ServiceAction.gpuLimit("a", 500));
    }

    /** 2800 W hold four replicas, 1400 W two, and 650 W not even the two that run, which are kept until then. */
    @Test
    void addsNoReplicaThatAnAnnouncedCapWillTakeAway() {
        SimulatedService a = SimulatedService.of("a", 2, 500);
        a.ceiling = 2;
        assertThat(announced(400, 1400, a).actions()).containsExactly(ServiceAction.ceiling("a", 4));
        assertThat(announced(300, 1400, a).actions()).isEmpty();
        assertThat(announced(300, 650, a).actions()).isEmpty();
        assertThat(announced(300, 4000, a).actions()).containsExactly(ServiceAction.ceiling("a", 4));
    }

    private static Decision announced(double inSeconds, double capWatts, SimulatedService service) {
        Observation seen = observe(0, 2800, ROOT, service);
        AnnouncedCap next = new AnnouncedCap((long) (inSeconds * 1e9), capWatts);
        return POLICY.step(
                        learnt(0),
                        new Observation(
                                0,
                                seen.capWatts(),
                                next,
                                0,
                                seen.domains(),
                                seen.services(),
                                seen.carbon(),
                                seen.carbonBudget(),
                                seen.budgets()))
                .decision();
    }

    /** 399 W are under the 400 W of two replicas at their lowest limit. */
    @Test
    void saysWhenEvenTheLowestLimitsDoNotFit() {
        SimulatedService a = SimulatedService.of("a", 2, 1200);
        a.ceiling = 1;
        assertThat(decide(0, 399, a))
                .returns("floor-reached", Decision::code)
                .returns(List.of(ServiceAction.gpuLimit("a", 200)), Decision::actions);
    }
}
