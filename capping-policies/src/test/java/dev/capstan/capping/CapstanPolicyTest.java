package dev.capstan.capping;

import static dev.capstan.capping.SimulatedService.firstDecision;
import static dev.capstan.capping.SimulatedService.observe;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * No margin, half of the 700 W for each replica, saturated at 0.8 of the limit, all of the worst case until something was learnt, 10 s
 * of a window, a memory of 100 s, 300 s ahead. What the root reads plays no part.
 */
class CapstanPolicyTest {

    private static final PowerReading ROOT = PowerReading.absent();

    private static final CapstanPolicy POLICY =
            new CapstanPolicy(0, 0.5, 0.8, 0.7, 1, 10_000_000_000L, 100, 300_000_000_000L, true, true);

    /** Has learnt this rise, as a share of the worst case, of services a and b; the next step is at 0 s. */
    private static CapstanPolicy.State learnt(double rise) {
        LearntRise learnt = LearntRise.assumed(rise);
        return new CapstanPolicy.State(Map.of("a", learnt, "b", learnt), learnt, 0L);
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

    /** 1000 W and a tenth of 2800 W are 1280 W, 0.457 of the worst case: one of 2797 W is used up to 1279 W. */
    @Test
    void lendsWhatCannotBeReachedInTime() {
        SimulatedService a = four(1000);
        assertThat(decide(0.1, 1280, a)).returns("lent", Decision::code).returns(List.of(), Decision::actions);
        assertThat(decide(0.1, 1279, a))
                .returns("limited", Decision::code)
                .returns(List.of(ServiceAction.gpuLimit("a", 699)), Decision::actions);
    }

    /** A cap of 999 W is under what is read: 249 W each is the worst case, in the same step. */
    @Test
    void meetsAFallOfTheCapByTheWorstCase() {
        SimulatedService a = four(1000);
        assertThat(decide(0.1, 2000, a).actions()).isEmpty();
        assertThat(decide(0.1, 999, a).actions()).containsExactly(ServiceAction.gpuLimit("a", 249));
    }

    /** Of 4 x 300 W 600 are half, and with a tenth 0.6: of 2000 W that are 1200. At 300 W even 2800 W are used up to 980 only. */
    @Test
    void liftsLimitsAsFarAsTheyAreUsed() {
        SimulatedService a = four(600);
        a.gpuLimitWatts = 300;
        assertThat(decide(0.1, 1200, a).actions()).containsExactly(ServiceAction.gpuLimit("a", 500));
        a.power = PowerReading.fresh(300, 0);
        assertThat(decide(0.1, 1200, a).actions()).containsExactly(ServiceAction.gpuLimit("a", 700));
    }

    /** Apart both rise by 280 W, together by 280 W: each by 140 W, to 840 W. */
    @Test
    void takesRisesThatDoNotComeTogetherInProportion() {
        LearntRise apart = LearntRise.assumed(0.2);
        CapstanPolicy.State state =
                new CapstanPolicy.State(Map.of("a", apart, "b", apart), LearntRise.assumed(0.1), 0L);
        SimulatedService a = SimulatedService.of("a", 2, 700);
        SimulatedService b = SimulatedService.of("b", 2, 700);
        assertThat(POLICY.step(state, observe(0, 1681, ROOT, a, b)).decision().code())
                .isEqualTo("lent");
        assertThat(POLICY.step(state, observe(0, 1679, ROOT, a, b)).decision().code())
                .isEqualTo("limited");
    }

    /** Four replicas, as many as the owner allows. */
    private static SimulatedService four(double watts) {
        SimulatedService service = SimulatedService.of("a", 4, watts);
        service.ceiling = 4;
        service.originalCeiling = 4;
        return service;
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
                assertThat(learntOf(state).share()).isCloseTo(1.0 / 7, within(1e-12));
            }
        }
        assertThat(learntOf(state).recent().get(0)).isEqualTo(new LearntRise.Sample(5_000_000_000L, 1400));
        state = POLICY.step(state, observe(120, 5000, ROOT, SimulatedService.of("a", 4, 1400)))
                .state();
        // The last rise was seen at 10 s, when 1000 W were 10 s old; at 15 s they were just within the latency.
        assertThat(learntOf(state).share()).isCloseTo(Math.exp(-1.05) / 7, within(1e-12));
    }

    private static LearntRise learntOf(CapstanPolicy.State state) {
        return state.services().getOrDefault("a", LearntRise.assumed(0));
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
        assertThat(learntOf(state).share()).isCloseTo(0.1, within(1e-12));
    }

    /**
     * 1200 and 800 W are reached. Of 1900 W half of that is promised to each, 600 and 400 W; the other 900 W are first for the
     * higher priority, which then has all it can reach. The lower one has 700 W and reads more: 350 W each.
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
        assertThat(learntOf(step.state()).share()).isEqualTo(0.1);
    }

    /**
     * 1200 of 1400 W are 0.857: a third one would use 600 W, and 1500 W do not hold 1800. But those two are saturated, and half
     * of what each uses is enough for three, down to 900 W.
     */
    @Test
    void addsAReplicaThatIsWantedWhereItFitsOrThoseThatServeAreSaturated() {
        SimulatedService a = SimulatedService.of("a", 2, 1200);
        a.ceiling = 2;
        assertThat(decide(0, 1800, a).actions()).containsExactly(ServiceAction.ceiling("a", 3));
        assertThat(decide(0, 1500, a).actions()).containsExactly(ServiceAction.ceiling("a", 3));
        assertThat(decide(0, 899, a).actions()).containsExactly(ServiceAction.gpuLimit("a", 449));
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
            Step<CapstanPolicy.State> step = POLICY.step(state, observe(5 * i, 1400, ROOT, a));
            state = step.state();
            assertThat(step.decision().actions()).isEqualTo(i < 4 ? List.of() : List.of(ServiceAction.ceiling("a", 3)));
        }
    }

    /** All of 3 x 240 W used for 5 s: half of 700 W is for two only. Half used, 200 W each are enough for three. */
    @Test
    void takesAReplicaAwayOnlyWhereTheShareOfTheOthersIsTooSmall() {
        for (double watts : new double[] {720, 360}) {
            CapstanPolicy.State state = learnt(0);
            List<Decision> decisions = new ArrayList<>();
            for (int i = 0; i < 2; i++) {
                SimulatedService a = SimulatedService.of("a", 3, watts);
                a.ceiling = 3;
                a.originalCeiling = 3;
                a.gpuLimitWatts = 240;
                Step<CapstanPolicy.State> step = POLICY.step(state, observe(5 * i, 720, ROOT, a));
                state = step.state();
                decisions.add(step.decision());
            }
            assertThat(decisions.get(0).actions()).noneMatch(action -> action.replicaCeiling() != null);
            assertThat(decisions.get(1).actions())
                    .filteredOn(action -> action.replicaCeiling() != null)
                    .extracting(ServiceAction::replicaCeiling)
                    .isEqualTo(watts == 720 ? List.of(2) : List.of());
        }
    }

    /**
     * 1280 W can be reached, 400 of them idling. For 1279 W one step of 90 MHz is enough; for 952.8 W, which hold 0.628 of the rest, five
     * are, to 0.601; the lowest, 0.7 of 2000 MHz, takes least energy, as steps take 10 ms at any clock. From 1400 MHz, which leave 0.49,
     * 900 W are 1420 W at full clock.
     */
    @Test
    void lowersClocksAsFarAsTheCapNeedsButNotUnderThatOfLeastEnergy() {
        SimulatedService a = four(1000);
        a.maxClockMegahertz = 2000;
        a.clockMegahertz = 2000;
        a.law = new ReplicaLaw(0.01, 0, 100, 1);
        a.stepLaw = new StepLaw(0.01, 0, 0, 0, 0, 0, 2, 1, 0.1, 2000);
        a.outputTokensPerSecond = 400;
        a.inputTokensPerSecond = 0;
        a.latency = new LatencyReading(Double.NaN, Double.NaN, Double.NaN, Double.NaN, Double.NaN, 2, 0.2);
        assertThat(clock(a, 0.1, 1281)).isNull();
        assertThat(clock(a, 0.1, 1279)).isEqualTo(1910);
        assertThat(clock(a, 0.1, 952.8)).isEqualTo(1550);
        assertThat(clock(a, 0.1, 600)).isEqualTo(1400);
        a.power = PowerReading.fresh(900, 0);
        a.clockMegahertz = 1400;
        assertThat(clock(a, 0, 600)).isNull();
        assertThat(clock(a, 0, 1420)).isEqualTo(1910);
        assertThat(clock(a, 0, 1421)).isEqualTo(0);
    }

    private static @Nullable Integer clock(SimulatedService service, double rise, double capWatts) {
        List<ServiceAction> actions = decide(rise, capWatts, service).actions();
        return actions.isEmpty() ? null : actions.get(0).clockMegahertz();
    }

    /** 25 requests that wait for 10 that end in a second wait 2.5 s, 2 s are promised. */
    @Test
    void refusesWhatACappedServiceCannotBeginInTime() {
        assertThat(admitted(waiting(25), 999)).isEqualTo(0.8);
        assertThat(admitted(waiting(21), 999)).isEqualTo(2 / 2.1);
        assertThat(admitted(waiting(400), 999)).isEqualTo(0.8);
        assertThat(admitted(waiting(20), 999)).isNull();
        // Not capped, nothing known, nobody to refuse.
        assertThat(admitted(waiting(400), 2800)).isNull();
        assertThat(admitted(waiting(Double.NaN), 999)).isNull();
        SimulatedService ungated = waiting(400);
        ungated.maxAdmissionShare = 0;
        assertThat(admitted(ungated, 999)).isNull();
    }

    @Test
    void admitsMoreAgainOnceTheQueueIsHalfAsLong() {
        SimulatedService a = waiting(9);
        a.admissionShare = 0.5;
        assertThat(admitted(a, 999)).isEqualTo(0.6);
        a.waitingRequests = 11;
        assertThat(admitted(a, 999)).isNull();
        // Without a cap that holds it back at once, and never beyond what the owner admits.
        a.admissionShare = 0.95;
        assertThat(admitted(a, 2800)).isEqualTo(1.0);
        a.waitingRequests = 400;
        a.admissionShare = 0.06;
        assertThat(admitted(a, 999)).isEqualTo(0.05);
    }

    private static SimulatedService waiting(double requests) {
        SimulatedService service = four(1000);
        service.waitingRequests = requests;
        service.latency = new LatencyReading(Double.NaN, Double.NaN, Double.NaN, Double.NaN, 10, 2, 0.2);
        return service;
    }

    private static @Nullable Double admitted(SimulatedService service, double capWatts) {
        List<ServiceAction> actions = decide(0, capWatts, service).actions();
        return actions.isEmpty() ? null : actions.get(0).admissionShare();
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

    /** At 250 W each, which is more than starting takes, 2800 W hold eleven, 1400 W five, 650 W the two that run. */
    @Test
    void addsNoReplicaThatAnAnnouncedCapWillTakeAway() {
        SimulatedService a = SimulatedService.of("a", 2, 500);
        a.ceiling = 2;
        assertThat(announced(400, 650, a).actions()).containsExactly(ServiceAction.ceiling("a", 11));
        assertThat(announced(300, 650, a).actions()).isEmpty();
        assertThat(announced(300, 1400, a).actions()).containsExactly(ServiceAction.ceiling("a", 5));
        assertThat(announced(300, 4000, a).actions()).containsExactly(ServiceAction.ceiling("a", 11));
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
