package dev.capstan.capping;

import static dev.capstan.capping.SimulatedService.firstDecision;
import static dev.capstan.capping.SimulatedService.observe;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class CapControllerTest {

    static final PowerReading NO_METER = PowerReading.absent();

    private final CapController<ReplicaCapPolicy.State> lending =
            new CapController<>(new ReplicaCapPolicy(0, 0.1, 0.1, 1, 1), GuardRails.DEFAULTS, 1);
    private final CapController<Stateless> staticFloor =
            new CapController<>(new StaticFloorPolicy(0), GuardRails.DEFAULTS, 1);
    private final CapController<ThreeBandPolicy.State> threeBand =
            new CapController<>(new ThreeBandPolicy(0.99, 0.95, 0.90, 20, 0.5, 2_000_000_000L), GuardRails.DEFAULTS, 1);

    static SimulatedService chat(int replicas, PowerReading power) {
        SimulatedService chat = SimulatedService.of("chat", replicas, 0);
        chat.power = power;
        chat.ceiling = replicas;
        return chat;
    }

    /** 4200 W / 700 W = 6 replicas from a minute ahead, 5600 W / 700 W = 8 until then; a rise is not met ahead. */
    @Test
    void meetsAnAnnouncedFallOfTheCapAheadAndARiseWhenItComes() {
        SimulatedService chat = chat(20, NO_METER);
        assertThat(ceiling(announced(0, 5600, 61, 4200, chat))).isEqualTo(8);
        assertThat(ceiling(announced(1, 5600, 61, 4200, chat))).isEqualTo(6);
        assertThat(ceiling(announced(60, 4200, 61, 5600, chat))).isEqualTo(6);
    }

    private Decision announced(int second, double capWatts, long atSecond, double watts, SimulatedService service) {
        Observation now = observe(second, capWatts, NO_METER, service);
        Observation seen = new Observation(
                now.nowNanos(),
                capWatts,
                new AnnouncedCap(atSecond * 1_000_000_000L, watts),
                0,
                now.domains(),
                now.services(),
                now.carbon(),
                null,
                List.of());
        return staticFloor.step(staticFloor.initialState(), seen).decision();
    }

    private static int ceiling(Decision decision) {
        Integer ceiling = decision.actions().get(0).replicaCeiling();
        return ceiling == null ? -1 : ceiling;
    }

    /** 5600 W / 700 W = 8 replicas are safe without telemetry. */
    @Test
    void holdsOnLostTelemetryAndThenStepsDownToTheWorstCase() {
        SimulatedService chat = chat(14, PowerReading.absent());
        CapController.State<ReplicaCapPolicy.State> state = lending.initialState();
        for (int second = 0; second < 60; second += 5) {
            Step<CapController.State<ReplicaCapPolicy.State>> held =
                    lending.step(state, observe(second, 5600, NO_METER, chat));
            assertThat(held.decision())
                    .isEqualTo(Decision.hold("telemetry-lost", held.decision().reason()));
            state = held.state();
        }
        Decision decision =
                lending.step(state, observe(60, 5600, NO_METER, chat)).decision();
        assertThat(decision.code()).isEqualTo("safe-ceiling");
        assertThat(decision.actions()).containsExactly(ServiceAction.ceiling("chat", 8));
    }

    /** 5600 W over 10 replicas are 560 W for each; a read-back of 7000 W on boards of 700 W is one of 700 W. */
    @Test
    void takesALimitReadBackThatNoBoardAcceptsForTheNearestOneWithoutTelemetry() {
        SimulatedService chat = chat(10, PowerReading.absent());
        chat.gpuLimitWatts = 7000;
        CapController.State<ThreeBandPolicy.State> state = threeBand
                .step(threeBand.initialState(), observe(0, 5600, NO_METER, chat))
                .state();
        Decision decision =
                threeBand.step(state, observe(60, 5600, NO_METER, chat)).decision();
        assertThat(decision.actions()).containsExactly(ServiceAction.gpuLimit("chat", 560));
    }

    @Test
    void keepsCeilingsThatAreSafeAlreadyAndNeverRaisesThemWithoutTelemetry() {
        SimulatedService chat = chat(3, PowerReading.absent());
        CapController.State<ReplicaCapPolicy.State> state = lending.step(
                        lending.initialState(), observe(0, 5600, NO_METER, chat))
                .state();
        Decision decision =
                lending.step(state, observe(3600, 5600, NO_METER, chat)).decision();
        assertThat(decision.code()).isEqualTo("safe-ceiling");
        assertThat(decision.actions()).isEmpty();
    }

    /** Two replicas of 700 W cannot draw more than 1.1 * 1400 = 1540 W. */
    @Test
    void dropsReadingsThatTheHardwareCannotDrawAndThoseThatAreTooOld() {
        assertThat(firstDecision(lending, observe(0, 5600, NO_METER, chat(2, PowerReading.fresh(1540, 0)))))
                .doesNotReturn("telemetry-lost", Decision::code);
        List<PowerReading> lost = List.of(
                PowerReading.fresh(1541, 0),
                PowerReading.fresh(-1, 0),
                PowerReading.fresh(Double.POSITIVE_INFINITY, 0),
                PowerReading.fresh(900, 60_000_000_001L),
                new PowerReading(900, 0, Quality.STALE),
                new PowerReading(900, 0, Quality.IMPLAUSIBLE));
        for (PowerReading power : lost) {
            assertThat(firstDecision(lending, observe(0, 5600, NO_METER, chat(2, power))))
                    .as("%s", power)
                    .returns("telemetry-lost", Decision::code);
        }
    }

    @Test
    void needsNoReadingFromAServiceWithoutReadyReplicas() {
        SimulatedService chat = chat(0, PowerReading.absent());
        chat.ceiling = 20;
        chat.starting = 1;
        assertThat(firstDecision(lending, observe(0, 5600, NO_METER, chat)))
                .doesNotReturn("telemetry-lost", Decision::code);
    }

    @Test
    void lowersButDoesNotRaiseOnPartialReadings() {
        PowerReading low = new PowerReading(4 * 300, 0, Quality.PARTIAL);
        assertThat(firstDecision(lending, observe(0, 9800, NO_METER, chat(4, low)))
                        .actions())
                .isEmpty();
        assertThat(firstDecision(lending, observe(0, 1400, NO_METER, chat(4, low)))
                        .actions())
                .containsExactly(ServiceAction.ceiling("chat", 2));
    }

    @Test
    void raisesByOneReplicaAndNotAgainBeforeTheIntervalHasPassed() {
        SimulatedService chat = chat(3, PowerReading.absent());
        CapController.State<Stateless> state = staticFloor.initialState();
        int[] expected = {4, 4, 4, 5, 5, 5, 6};
        for (int step = 0; step < expected.length; step++) {
            Step<CapController.State<Stateless>> next =
                    staticFloor.step(state, observe(5 * step, 5600, NO_METER, chat));
            state = next.state();
            chat.apply(next.decision());
            assertThat(chat.ceiling).as("after %d s", 5 * step).isEqualTo(expected[step]);
        }
    }

    @Test
    void neverReleasesAllServicesInOneStepAndChoosesThemBySeed() {
        SimulatedService[] services = new SimulatedService[6];
        for (int i = 0; i < services.length; i++) {
            services[i] = SimulatedService.of("s" + i, 1, 0);
            services[i].ceiling = 1;
        }
        Observation seen = observe(0, 100_000, NO_METER, services);
        Set<List<ServiceAction>> choices = new HashSet<>();
        for (long seed = 0; seed < 20; seed++) {
            Decision decision =
                    firstDecision(new CapController<>(new StaticFloorPolicy(0), GuardRails.DEFAULTS, seed), seen);
            assertThat(decision.actions()).hasSize(3);
            choices.add(decision.actions());
        }
        assertThat(choices).hasSizeGreaterThan(5);
    }

    /** 14 replicas on 200 to 700 W boards, 5600 W: 2800 + share * 7000 = 5600, share 0.4, limit 200 + 0.4 * 500. */
    @Test
    void limitsGpusRatherThanStoppingReplicasWhenThatIsThePolicysLever() {
        SimulatedService chat = chat(14, PowerReading.absent());
        chat.ceiling = 20;
        CapController.State<ThreeBandPolicy.State> state = threeBand
                .step(threeBand.initialState(), observe(0, 5600, NO_METER, chat))
                .state();
        Decision decision =
                threeBand.step(state, observe(60, 5600, NO_METER, chat)).decision();
        assertThat(decision.actions())
                .containsExactly(ServiceAction.ceiling("chat", 14).withGpuLimitWatts(400.0));
    }

    /** At the lowest limit of 200 W still only 7 replicas fit 1400 W. */
    @Test
    void stopsReplicasWhereTheLowestGpuLimitIsNotEnough() {
        SimulatedService chat = chat(14, PowerReading.absent());
        CapController.State<ThreeBandPolicy.State> state = threeBand
                .step(threeBand.initialState(), observe(0, 1400, NO_METER, chat))
                .state();
        Decision decision =
                threeBand.step(state, observe(60, 1400, NO_METER, chat)).decision();
        assertThat(decision.actions())
                .containsExactly(ServiceAction.ceiling("chat", 7).withGpuLimitWatts(200.0));
    }

    @Test
    void givesTheOwnersMaximumBackStepByStepAfterTelemetryReturned() {
        SimulatedService chat = chat(14, PowerReading.fresh(14 * 300, 0));
        chat.ceiling = 14;
        chat.originalCeiling = 15;
        Decision decision = firstDecision(threeBand, observe(0, 9800, PowerReading.fresh(14 * 300, 0), chat));
        assertThat(decision.code()).isEqualTo("ceilings-restored");
        assertThat(decision.actions()).containsExactly(ServiceAction.ceiling("chat", 15));
    }

    @Test
    void saysWhenNoPolicyCouldHoldTheCap() {
        SimulatedService chat = chat(3, PowerReading.fresh(900, 0));
        chat.floor = 3;
        // Three floors at the lowest limit of 200 W are 600 W.
        assertThat(firstDecision(threeBand, observe(0, 599, PowerReading.fresh(500, 0), chat)))
                .returns("infeasible", Decision::code);
    }

    /** A service at the limits of its owner, 256 sequences and all requests, or capped to 100, half of them, and frozen. */
    static SimulatedService gated(boolean capped, PowerReading power) {
        SimulatedService chat = chat(4, power);
        chat.growthFrozen = capped;
        chat.concurrencyLimit = capped ? 100 : 256;
        chat.admissionShare = capped ? 0.5 : 1;
        return chat;
    }

    private static final ServiceAction LOWER = new ServiceAction("chat", null, true, null, null, 50, null, 0.25, false);
    private static final ServiceAction RAISE =
            new ServiceAction("chat", null, false, null, null, 200, null, 0.75, false);

    static CapController<Stateless> always(ServiceAction... actions) {
        return always(GuardRails.DEFAULTS, actions);
    }

    static CapController<Stateless> always(GuardRails rails, ServiceAction... actions) {
        return new CapController<>(new Always(List.of(actions), CappingPolicy.Senses.SERVICES), rails, 1);
    }

    /** Wants the same in each step, and needs these readings for it. */
    record Always(List<ServiceAction> actions, Senses senses) implements StatelessPolicy {

        @Override
        public Decision decide(Observation seen) {
            return new Decision(actions, "always", "");
        }
    }

    /** Every signal, absent, late, frozen, not a number, a spike, a half of the boards; the levers of a gateway after it. */
    @ParameterizedTest(name = "{0}: lowers {2}, raises {3}")
    @MethodSource("signals")
    void railsTheLeversOfGatewaysByTheQualityOfTelemetry(
            String fault, PowerReading power, boolean lowers, boolean raises) {
        assertThat(firstDecision(always(LOWER), observe(0, 2800, NO_METER, gated(false, power)))
                        .actions())
                .isEqualTo(lowers ? List.of(LOWER) : List.of());
        assertThat(firstDecision(always(RAISE), observe(0, 2800, NO_METER, gated(true, power)))
                        .actions())
                .isEqualTo(raises ? List.of(RAISE) : List.of());
    }

    static List<Arguments> signals() {
        return List.of(
                Arguments.of("fresh", PowerReading.fresh(1200, 0), true, true),
                Arguments.of("as late as allowed", PowerReading.fresh(1200, 60_000_000_000L), true, true),
                Arguments.of("half", new PowerReading(600, 0, Quality.PARTIAL), true, false),
                Arguments.of("absent", PowerReading.absent(), false, false),
                Arguments.of("late", new PowerReading(1200, 0, Quality.STALE), false, false),
                Arguments.of("frozen", PowerReading.fresh(1200, 60_000_000_001L), false, false),
                Arguments.of("infinite", PowerReading.fresh(Double.POSITIVE_INFINITY, 0), false, false),
                Arguments.of("spike", PowerReading.fresh(1.11 * 4 * 700, 0), false, false),
                Arguments.of("negative", PowerReading.fresh(-1, 0), false, false));
    }

    /** 2100 W are safe for 3 of 4 replicas; what gateways do is no worst case, and is neither raised nor lowered. */
    @Test
    void leavesTheLeversOfGatewaysAsTheyAreWhileTelemetryIsLost() {
        SimulatedService chat = gated(true, PowerReading.absent());
        CapController<Stateless> controller = always(RAISE);
        CapController.State<Stateless> state = controller
                .step(controller.initialState(), observe(0, 2100, NO_METER, chat))
                .state();
        Decision decision =
                controller.step(state, observe(60, 2100, NO_METER, chat)).decision();
        assertThat(decision.code()).isEqualTo("safe-ceiling");
        assertThat(decision.actions()).containsExactly(ServiceAction.ceiling("chat", 3));
    }

    @Test
    void releasesTheLeversOfGatewaysOnceInAnInterval() {
        CapController<Stateless> controller = always(RAISE);
        SimulatedService chat = gated(true, PowerReading.fresh(1200, 0));
        CapController.State<Stateless> state = controller.initialState();
        int[] raisesAt = {0, 15, 30};
        int raises = 0;
        for (int second = 0; second <= 30; second += 5) {
            Step<CapController.State<Stateless>> step = controller.step(state, observe(second, 2800, NO_METER, chat));
            state = step.state();
            if (!step.decision().actions().isEmpty()) {
                assertThat(step.decision().actions()).containsExactly(RAISE);
                assertThat(second).isEqualTo(raisesAt[raises++]);
            }
        }
        assertThat(raises).isEqualTo(3);
    }

    @Test
    void neverReleasesTheGatewaysOfAllServicesInOneStep() {
        SimulatedService[] services = new SimulatedService[6];
        ServiceAction[] raises = new ServiceAction[6];
        for (int i = 0; i < services.length; i++) {
            services[i] = SimulatedService.of("s" + i, 1, 300);
            services[i].concurrencyLimit = 8;
            raises[i] = ServiceAction.concurrency("s" + i, 256);
        }
        assertThat(firstDecision(always(raises), observe(0, 100_000, NO_METER, services))
                        .actions())
                .hasSize(3);
    }

    @Test
    void lowersOneLeverOfAGatewayWhileTheRaiseOfAnotherWaits() {
        PowerReading half = new PowerReading(600, 0, Quality.PARTIAL);
        ServiceAction both = new ServiceAction("chat", null, null, null, null, 50, null, 0.75, false);
        assertThat(firstDecision(always(both), observe(0, 2800, NO_METER, gated(true, half)))
                        .actions())
                .containsExactly(ServiceAction.concurrency("chat", 50));
    }

    /** 256 sequences are the owner's maximum; here he admits 90 % of the requests himself. */
    @ParameterizedTest
    @CsvSource({"0, 1, -1, 0", "-3, 1, 0.1, 0.1", "1000, 256, 1.7, 0.9", "70, 70, NaN, ", "100, , 0.5, "})
    void keepsTheLeversOfGatewaysInsideTheirBounds(
            int wishedSequences, Integer sequences, double wishedShare, Double share) {
        SimulatedService chat = gated(true, PowerReading.fresh(1200, 0));
        chat.maxAdmissionShare = 0.9;
        ServiceAction wish =
                new ServiceAction("chat", null, null, null, null, wishedSequences, null, wishedShare, false);
        List<ServiceAction> actions =
                firstDecision(always(wish), observe(0, 2800, NO_METER, chat)).actions();
        assertThat(actions)
                .isEqualTo(
                        sequences == null && share == null
                                ? List.of()
                                : List.of(new ServiceAction(
                                        "chat", null, null, null, null, sequences, null, share, false)));
    }

    @Test
    void writesNothingToAGatewayThatIsNotThere() {
        SimulatedService chat = gated(false, PowerReading.fresh(1200, 0));
        chat.concurrencyLimit = Double.NaN;
        chat.maxConcurrencyLimit = 0;
        chat.admissionShare = Double.NaN;
        chat.maxAdmissionShare = 0;
        assertThat(firstDecision(always(LOWER), observe(0, 2800, NO_METER, chat))
                        .actions())
                .containsExactly(ServiceAction.growth("chat", true));
    }

    /** Of the pools of a route one keeps a weight above 0 whatever was read back; a service without a route has none. */
    @Test
    void keepsRoutingWeightsInsideARouteThatSomePoolServes() {
        SimulatedService fast = SimulatedService.of("fast", 1, 300);
        SimulatedService slow = SimulatedService.of("slow", 1, 300);
        fast.route = "chat";
        slow.route = "chat";
        fast.routingWeight = 1;
        slow.routingWeight = 1;
        SimulatedService alone = SimulatedService.of("alone", 1, 300);

        assertThat(routed(fast, slow, 0, 0.0)).isEmpty();
        // The 1 that was read back may be gone by then.
        assertThat(routed(fast, slow, 0, null)).isEmpty();
        assertThat(routed(fast, slow, 0, Double.NaN)).isEmpty();
        assertThat(routed(fast, slow, 0, 1.0))
                .containsExactly(ServiceAction.routing("fast", 0), ServiceAction.routing("slow", 1));
        assertThat(routed(fast, slow, -1, 7.5))
                .containsExactly(ServiceAction.routing("fast", 0), ServiceAction.routing("slow", 1));
        assertThat(routed(fast, alone, 0, 1.0)).isEmpty();
        assertThat(routed(alone, fast, 1, 0.5)).containsExactly(ServiceAction.routing("fast", 0.5));
    }

    private static List<ServiceAction> routed(
            SimulatedService first, SimulatedService second, double weight, @Nullable Double other) {
        List<ServiceAction> wishes = new ArrayList<>(List.of(ServiceAction.routing(first.name, weight)));
        if (other != null) {
            wishes.add(ServiceAction.routing(second.name, other));
        }
        return firstDecision(always(wishes.toArray(ServiceAction[]::new)), observe(0, 9000, NO_METER, first, second))
                .actions();
    }

    /** Nothing tells that 200 are more than what is in force, so it is taken to be the owner's 256. */
    @Test
    void takesALimitThatWasNotReadForTheOwners() {
        SimulatedService chat = gated(false, new PowerReading(600, 0, Quality.PARTIAL));
        chat.concurrencyLimit = Double.NaN;
        chat.admissionShare = Double.NaN;
        assertThat(firstDecision(always(RAISE), observe(0, 2800, NO_METER, chat))
                        .actions())
                .containsExactly(new ServiceAction("chat", null, null, null, null, 200, null, 0.75, false));
    }

    /** 2560 sequences are read where the owner allows 256: nobody gets more than those. */
    @Test
    void takesALimitAboveTheOwnersForTheOwners() {
        SimulatedService chat = gated(false, new PowerReading(600, 0, Quality.PARTIAL));
        chat.concurrencyLimit = 2560;
        Decision decision =
                firstDecision(always(ServiceAction.concurrency("chat", 1000)), observe(0, 2800, NO_METER, chat));
        assertThat(decision.actions()).containsExactly(ServiceAction.concurrency("chat", 256));
    }

    /** A policy that limits concurrency does not know of the ceilings that the guard has lowered. */
    @Test
    void givesCeilingsBackAroundAPolicyWhoseLeverIsAnother() {
        SimulatedService chat = SimulatedService.of("chat", 3, 900);
        chat.law = ReplicaLawTest.LLAMA_8B;
        chat.ceiling = 3;
        chat.originalCeiling = 5;
        Decision decision = firstDecision(
                new CapController<>(new ConcurrencyLimitPolicy(1, 8, true, 0), GuardRails.DEFAULTS, 1),
                observe(0, 10_000, NO_METER, chat));
        assertThat(decision.code()).isEqualTo("ceilings-restored");
        assertThat(decision.actions()).containsExactly(ServiceAction.ceiling("chat", 4));
    }
}
