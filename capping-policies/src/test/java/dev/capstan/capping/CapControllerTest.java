package dev.capstan.capping;

import static dev.capstan.capping.SimulatedService.firstDecision;
import static dev.capstan.capping.SimulatedService.observe;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class CapControllerTest {

    private static final PowerReading NO_METER = PowerReading.absent();

    private final CapController<ReplicaCapPolicy.State> lending =
            new CapController<>(new ReplicaCapPolicy(0, 0.1, 0.1, 1, 1), GuardRails.DEFAULTS, 1);
    private final CapController<Stateless> staticFloor =
            new CapController<>(new StaticFloorPolicy(0), GuardRails.DEFAULTS, 1);
    private final CapController<ThreeBandPolicy.State> threeBand =
            new CapController<>(new ThreeBandPolicy(0.99, 0.95, 0.90, 20, 0.5, 2_000_000_000L), GuardRails.DEFAULTS, 1);

    private static SimulatedService chat(int replicas, PowerReading power) {
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
    private static SimulatedService gated(boolean capped, PowerReading power) {
        SimulatedService chat = chat(4, power);
        chat.growthFrozen = capped;
        chat.concurrencyLimit = capped ? 100 : 256;
        chat.admissionShare = capped ? 0.5 : 1;
        return chat;
    }

    private static final ServiceAction LOWER = new ServiceAction("chat", null, true, null, null, 50, null, 0.25, false);
    private static final ServiceAction RAISE =
            new ServiceAction("chat", null, false, null, null, 200, null, 0.75, false);

    private static CapController<Stateless> always(ServiceAction... actions) {
        return always(GuardRails.DEFAULTS, actions);
    }

    private static CapController<Stateless> always(GuardRails rails, ServiceAction... actions) {
        return new CapController<>(new Always(List.of(actions), CappingPolicy.Senses.SERVICES), rails, 1);
    }

    /** Wants the same in each step, and needs these readings for it. */
    private record Always(List<ServiceAction> actions, Senses senses) implements StatelessPolicy {

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

    private static final long SECOND = 1_000_000_000L;

    /** The defaults with a ramp of 20 W/s: a replica of 700 W takes 35 s of it. */
    private static final GuardRails RAMP = rails(20, 0);

    static GuardRails rails(double rampWattsPerSecond, int staggerSeconds) {
        GuardRails defaults = GuardRails.DEFAULTS;
        return new GuardRails(
                defaults.maxAgeNanos(),
                defaults.holdNanos(),
                defaults.plausibleFactor(),
                defaults.maxRaisePerStep(),
                defaults.raiseIntervalNanos(),
                defaults.leadNanos(),
                rampWattsPerSecond,
                staggerSeconds * SECOND);
    }

    /** 700 W at 20 W/s are 35 s; at 100 W/s they are 7 s, and the 15 s of a service last longer. */
    @ParameterizedTest
    @CsvSource({"20, 35", "100, 15", "Infinity, 15"})
    void raisesACeilingAtTheSecondInWhichTheRampHasBroughtAReplica(double rampWattsPerSecond, int everySeconds) {
        SimulatedService chat = chat(3, PowerReading.absent());
        CapController<Stateless> controller =
                new CapController<>(new StaticFloorPolicy(0), rails(rampWattsPerSecond, 0), 1);
        CapController.State<Stateless> state = controller.initialState();
        for (int second = 0; second < 5 * everySeconds; second++) {
            Step<CapController.State<Stateless>> step = controller.step(state, observe(second, 7000, NO_METER, chat));
            state = step.state();
            chat.apply(step.decision());
            assertThat(chat.ceiling).as("after %d s", second).isEqualTo(4 + second / everySeconds);
        }
    }

    /**
     * Four pods that draw 1200 W, under a ceiling of four, where {@code frozen} of six; 20 W/s since 0 s. They are 300 W in a raise
     * interval of 15 s, or 75 W of the limit of each of four boards.
     */
    @ParameterizedTest(name = "{0}")
    @MethodSource("raises")
    void letsARaiseThroughOnceTheRampHasWhatItAddsAtMost(
            String what, double limitWatts, boolean frozen, ServiceAction wish, ServiceAction raise, int seconds) {
        SimulatedService chat = gated(true, PowerReading.fresh(1200, 0));
        chat.gpuLimitWatts = limitWatts;
        chat.clockMegahertz = 1200;
        chat.growthFrozen = frozen;
        chat.ceiling = frozen ? 6 : 4;
        CapController<Stateless> controller = always(RAMP, wish);
        CapController.State<Stateless> state = fillingSinceZero(null);
        assertThat(controller
                        .step(state, observe(seconds - 1, 9000, NO_METER, chat))
                        .decision()
                        .actions())
                .as("a second before")
                .doesNotContain(raise);
        assertThat(controller
                        .step(state, observe(seconds, 9000, NO_METER, chat))
                        .decision()
                        .actions())
                .containsExactly(raise);
    }

    static List<Arguments> raises() {
        ServiceAction replica = ServiceAction.ceiling("chat", 5);
        ServiceAction limit = ServiceAction.gpuLimit("chat", 700);
        ServiceAction eased = ServiceAction.gpuLimit("chat", 475);
        ServiceAction admission = ServiceAction.admission("chat", 0.75);
        return List.of(
                Arguments.of("a replica of 700 W", 700, false, replica, replica, 35),
                Arguments.of("a replica limited to 300 W", 300, false, replica, replica, 15),
                Arguments.of("four limits by 75 W", 400, false, limit, eased, 15),
                Arguments.of("four limits by 50 W", 650, false, limit, limit, 10),
                Arguments.of(
                        "limits and a replica: 300 + 475 W, 38.75 s",
                        400,
                        false,
                        replica.withGpuLimitWatts(700.0),
                        replica.withGpuLimitWatts(475.0),
                        39),
                Arguments.of(
                        "a replica; the lower limit may not arrive",
                        700,
                        false,
                        replica.withGpuLimitWatts(400.0),
                        replica.withGpuLimitWatts(400.0),
                        35),
                raise("a clock: 2800 - 1200 W", ServiceAction.clock("chat", 1980, false), 80),
                raise("sequences: 2800 - 1200 W", ServiceAction.concurrency("chat", 200), 80),
                raise("admission: 2800 - 1200 W", admission, 80),
                Arguments.of(
                        "limits and admission: 4 x 475 - 1200 W",
                        400,
                        false,
                        admission.withGpuLimitWatts(700.0),
                        admission.withGpuLimitWatts(475.0),
                        35),
                Arguments.of(
                        "growth by two replicas",
                        700,
                        true,
                        ServiceAction.growth("chat", false),
                        ServiceAction.growth("chat", false),
                        70));
    }

    private static Arguments raise(String what, ServiceAction wish, int seconds) {
        return Arguments.of(what, 700, false, wish, wish, seconds);
    }

    /** 75 W on four boards are 300 W, though the worst case of a replica is the 600 W of its start before and after. */
    @Test
    void countsWhatALimitAddsToPodsThatServeWhereTheirStartIsTheWorstCase() {
        SimulatedService chat = chat(4, PowerReading.fresh(1200, 0));
        chat.gpuLimitWatts = 400;
        chat.startingWatts = 600;
        CapController<Stateless> controller = always(RAMP, ServiceAction.gpuLimit("chat", 475));
        assertThat(controller
                        .step(fillingSinceZero(null), observe(14, 9000, NO_METER, chat))
                        .decision())
                .returns("raise-held", Decision::code);
        assertThat(controller
                        .step(fillingSinceZero(null), observe(15, 9000, NO_METER, chat))
                        .decision()
                        .actions())
                .containsExactly(ServiceAction.gpuLimit("chat", 475));
    }

    /** The ramp has filled since 0 s, and this service is waited for. */
    private static CapController.State<Stateless> fillingSinceZero(@Nullable String waiting) {
        return new CapController.State<>(
                Stateless.STATE, null, Map.of(), 1, new CapController.Pace(0, waiting, null, 0));
    }

    /** Without a reading the four pods may add all of their 2800 W. */
    @Test
    void countsTheWholeWorstCaseWhereNoReadingSaysHowMuchIsDrawn() {
        ServiceAction raise = ServiceAction.concurrency("chat", 200);
        CapController<Stateless> controller =
                new CapController<>(new Always(List.of(raise), CappingPolicy.Senses.NOTHING), RAMP, 1);
        SimulatedService chat = gated(true, PowerReading.absent());
        assertThat(controller
                        .step(fillingSinceZero(null), observe(139, 9000, NO_METER, chat))
                        .decision())
                .returns("raise-held", Decision::code);
        assertThat(controller
                        .step(fillingSinceZero(null), observe(140, 9000, NO_METER, chat))
                        .decision()
                        .actions())
                .containsExactly(raise);
    }

    /** Limits of three services by 60 W, which take 3 s of the ramp each; a replica, which takes 35 s. */
    private static SimulatedService[] threeSmallAndALargeRaise() {
        SimulatedService[] services = new SimulatedService[4];
        for (int i = 0; i < services.length; i++) {
            services[i] = SimulatedService.of(i < 3 ? "small-" + i : "large", 1, 300);
            services[i].ceiling = 1;
            services[i].gpuLimitWatts = i < 3 ? 640 : 700;
        }
        return services;
    }

    private static final ServiceAction[] SMALL_AND_LARGE = {
        ServiceAction.gpuLimit("small-0", 700),
        ServiceAction.gpuLimit("small-1", 700),
        ServiceAction.gpuLimit("small-2", 700),
        ServiceAction.ceiling("large", 2)
    };

    @Test
    void letsNoOtherPassWhileTheRampIsWaitedFor() {
        CapController<Stateless> controller = always(RAMP, SMALL_AND_LARGE);
        assertThat(controller
                        .step(fillingSinceZero("large"), observe(34, 9000, NO_METER, threeSmallAndALargeRaise()))
                        .decision()
                        .actions())
                .isEmpty();
        assertThat(controller
                        .step(fillingSinceZero("large"), observe(35, 9000, NO_METER, threeSmallAndALargeRaise()))
                        .decision()
                        .actions())
                .containsExactly(ServiceAction.ceiling("large", 2));
        // Who does not want to rise any more is not waited for.
        assertThat(always(RAMP, ServiceAction.gpuLimit("small-0", 700))
                        .step(fillingSinceZero("large"), observe(3, 9000, NO_METER, threeSmallAndALargeRaise()))
                        .decision()
                        .actions())
                .containsExactly(ServiceAction.gpuLimit("small-0", 700));
    }

    /** The small ones want again after each raise, and would leave no more than 15 s of the ramp together. */
    @Test
    void doesNotStarveALargeRaiseForManySmallOnes() {
        for (int seed = 0; seed < 20; seed++) {
            CapController<Stateless> controller =
                    new CapController<>(new Always(List.of(SMALL_AND_LARGE), CappingPolicy.Senses.NOTHING), RAMP, seed);
            CapController.State<Stateless> state = controller.initialState();
            int raised = 0;
            for (int second = 0; second <= 600; second += 5) {
                Step<CapController.State<Stateless>> step =
                        controller.step(state, observe(second, 9000, NO_METER, threeSmallAndALargeRaise()));
                state = step.state();
                raised += step.decision().actions().contains(ServiceAction.ceiling("large", 2)) ? 1 : 0;
            }
            assertThat(raised).as("seed %d", seed).isGreaterThanOrEqualTo(4);
        }
    }

    /** Both want up to 20 replicas; what fits one service every 15 s alone goes to either of the two every 60 s. */
    @Test
    void holdsTheCeilingOfASecondServiceForTheStaggerTime() {
        SimulatedService chat = chat(1, PowerReading.absent());
        SimulatedService code = SimulatedService.of("code", 1, 0);
        code.ceiling = 1;
        CapController<Stateless> controller =
                new CapController<>(new StaticFloorPolicy(0), rails(Double.POSITIVE_INFINITY, 60), 1);
        CapController.State<Stateless> state = controller.initialState();
        for (int second = 0; second < 600; second += 5) {
            Step<CapController.State<Stateless>> step =
                    controller.step(state, observe(second, 100_000, NO_METER, chat, code));
            state = step.state();
            chat.apply(step.decision());
            code.apply(step.decision());
            assertThat(chat.ceiling + code.ceiling).as("after %d s", second).isEqualTo(3 + second / 60);
        }
        assertThat(chat.ceiling).isGreaterThan(1);
        assertThat(code.ceiling).isGreaterThan(1);
    }

    @Test
    void letsAServiceGoOnWithinTheStaggerTimeWhileNoOtherWaits() {
        SimulatedService chat = chat(3, PowerReading.absent());
        SimulatedService code = SimulatedService.of("code", 1, 0);
        code.ceiling = 1;
        code.originalCeiling = 1;
        CapController<Stateless> controller =
                new CapController<>(new StaticFloorPolicy(0), rails(Double.POSITIVE_INFINITY, 60), 1);
        CapController.State<Stateless> state = controller.initialState();
        for (int second = 0; second < 60; second += 5) {
            Step<CapController.State<Stateless>> step =
                    controller.step(state, observe(second, 100_000, NO_METER, chat, code));
            state = step.state();
            chat.apply(step.decision());
            assertThat(chat.ceiling).as("after %d s", second).isEqualTo(4 + second / 15);
        }
    }

    /** Of four services two rise in a step; staggered, the second one without its ceiling. */
    @Test
    void staggersCeilingsAndNothingElse() {
        List<ServiceAction> wishes = new ArrayList<>();
        SimulatedService[] services = new SimulatedService[4];
        for (int i = 0; i < services.length; i++) {
            services[i] = SimulatedService.of("s" + i, 1, 300);
            services[i].ceiling = 1;
            services[i].gpuLimitWatts = 300;
            wishes.add(ServiceAction.ceiling("s" + i, 2).withGpuLimitWatts(700.0));
        }
        List<ServiceAction> actions = firstDecision(
                        always(rails(Double.POSITIVE_INFINITY, 1), wishes.toArray(ServiceAction[]::new)),
                        observe(0, 9000, NO_METER, services))
                .actions();
        assertThat(actions).hasSize(2).extracting(ServiceAction::gpuLimitWatts).containsOnly(700.0);
        assertThat(actions).extracting(ServiceAction::replicaCeiling).containsExactlyInAnyOrder(2, null);
    }

    /** Who is held by the stagger time alone has not had its turn: four services rise in four seconds. */
    @Test
    void raisesAHeldCeilingAsSoonAsTheStaggerTimeIsOver() {
        SimulatedService[] services = new SimulatedService[4];
        for (int i = 0; i < services.length; i++) {
            services[i] = SimulatedService.of("s" + i, 1, 0);
            services[i].ceiling = 1;
        }
        CapController<Stateless> controller =
                new CapController<>(new StaticFloorPolicy(0), rails(Double.POSITIVE_INFINITY, 1), 1);
        CapController.State<Stateless> state = controller.initialState();
        Set<String> raised = new HashSet<>();
        for (int second = 0; second < 4; second++) {
            Step<CapController.State<Stateless>> step =
                    controller.step(state, observe(second, 100_000, NO_METER, services));
            state = step.state();
            assertThat(step.decision().actions()).hasSize(1);
            raised.add(step.decision().actions().get(0).service());
        }
        assertThat(raised).hasSize(4);
    }
}
