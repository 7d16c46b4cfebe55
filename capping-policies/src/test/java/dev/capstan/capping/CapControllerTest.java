package dev.capstan.capping;

import static dev.capstan.capping.SimulatedService.firstDecision;
import static dev.capstan.capping.SimulatedService.observe;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

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
                null);
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
                .containsExactly(new ServiceAction("chat", 14, 400.0, null, null, null, null, false));
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
                .containsExactly(new ServiceAction("chat", 7, 200.0, null, null, null, null, false));
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
}
