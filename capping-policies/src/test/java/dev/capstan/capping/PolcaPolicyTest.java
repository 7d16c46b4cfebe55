package dev.capstan.capping;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The published table, row by row, on boards of 1410 MHz and a limit of 1000 W, stepped every 2 s. */
class PolcaPolicyTest {

    private static final PolicyFactory POLCA = PolicyRegistry.find("polca");

    private final SimulatedService low = service("low", 1);
    private final SimulatedService high = service("high", 2);
    private final CappingPolicy<?> policy = POLCA.create(PolicyRegistry.resolve(POLCA, Map.of()), 1);
    private final Row row = new Row(policy, low, high);

    private static SimulatedService service(String name, int priority) {
        SimulatedService service = SimulatedService.of(name, 1, 500).with400WattBoards();
        service.priority = priority;
        service.clockMegahertz = 1410;
        service.maxClockMegahertz = 1410;
        service.peakWatts = 1000;
        return service;
    }

    /** Steps a policy and lets its commands land after their latency. */
    private static final class Row {

        private record Sent(double landsAt, ServiceAction action) {}

        private final RunningPolicy<?> stepper;
        private final SimulatedService[] services;
        private final List<Sent> sent = new ArrayList<>();
        private double seconds;
        private boolean fails;

        Row(CappingPolicy<?> policy, SimulatedService... services) {
            stepper = RunningPolicy.of(policy);
            this.services = services;
        }

        /** One step at this power; gives what was sent. */
        List<ServiceAction> at(double watts) {
            return decide(watts).actions();
        }

        Decision decide(double watts) {
            seconds += 2;
            for (Sent one : sent) {
                if (one.landsAt <= seconds) {
                    for (SimulatedService service : services) {
                        service.apply(new Decision(List.of(one.action), "", ""));
                    }
                }
            }
            sent.removeIf(one -> one.landsAt <= seconds);
            Decision decision =
                    stepper.step(SimulatedService.observe(seconds, 1000, PowerReading.fresh(watts, 0), services));
            for (ServiceAction action : decision.actions()) {
                // The newest command replaces one that is on its way.
                sent.removeIf(one -> one.action.service().equals(action.service()));
                if (!fails) {
                    sent.add(new Sent(seconds + (action.urgent() ? 5 : 40), action));
                }
            }
            return decision;
        }

        /** This power for so long, with nothing sent. */
        void quietly(double watts, int forSeconds) {
            for (int i = 0; i < forSeconds / 2; i++) {
                assertThat(at(watts)).as("at %s s", seconds).isEmpty();
            }
        }
    }

    private static ServiceAction low(int megahertz) {
        return ServiceAction.clock("low", megahertz, false);
    }

    private static ServiceAction high(int megahertz) {
        return ServiceAction.clock("high", megahertz, false);
    }

    @Test
    void doesNothingUpToT1() {
        row.quietly(800, 100);
        assertThat(row.decide(800).code()).isEqualTo("steady");
    }

    /** p > T1 = 0.80: LP -> 1275 MHz, once. */
    @Test
    void takesLowPriorityToItsFirstClockOverT1() {
        assertThat(row.at(801)).containsExactly(low(1275));
        row.quietly(889, 100);
        assertThat(row.decide(889).code()).isEqualTo("low-capped");
    }

    /** p > T2 = 0.89: LP -> 1110 MHz; if still > T2 once that must have landed, after 40 s, HP -> 1305 MHz. */
    @Test
    void takesLowPriorityToItsSecondClockOverT2AndHighPriorityOnlyIfThatWasNotEnough() {
        assertThat(row.at(891)).containsExactly(low(1110));
        row.quietly(891, 38);
        assertThat(row.at(891)).containsExactly(high(1305));
        row.quietly(950, 100);
        assertThat(row.decide(950).code()).isEqualTo("all-capped");
    }

    @Test
    void sparesHighPriorityWhereLowPriorityWasEnough() {
        assertThat(row.at(950)).containsExactly(low(1110));
        row.quietly(950, 20);
        row.quietly(889, 100);
        assertThat(high.clockMegahertz).isEqualTo(1410);
    }

    /** A sample from before the command has landed says nothing of its effect. */
    @Test
    void goesByTheTimeOfTheSample() {
        CappingPolicy<PolcaPolicy.State> typed = new PolcaPolicy(
                new PolcaPolicy.Thresholds(0.8, 0.89, 1, 0.05),
                new PolcaPolicy.Clocks(0.904, 0.787, 0.9255, 0.204),
                40_000_000_000L,
                5_000_000_000L,
                true);
        PolcaPolicy.State state = typed.step(
                        typed.initialState(), SimulatedService.observe(0, 1000, PowerReading.fresh(900, 0), low, high))
                .state();
        low.clockMegahertz = 1110;
        PowerReading old = new PowerReading(900, 11_000_000_000L, Quality.FRESH);
        Step<PolcaPolicy.State> early = typed.step(state, SimulatedService.observe(50, 1000, old, low, high));
        assertThat(early.decision().actions()).isEmpty();
        assertThat(typed.step(early.state(), SimulatedService.observe(51, 1000, old, low, high))
                        .decision()
                        .actions())
                .containsExactly(high(1305));
    }

    /** p > 1.00: brake all at 288 MHz by the fast path, whatever is on its way. */
    @Test
    void brakesEverythingOverTheLimit() {
        assertThat(row.at(891)).containsExactly(low(1110));
        Decision brake = row.decide(1001);
        assertThat(brake.code()).isEqualTo("brake");
        assertThat(brake.actions())
                .containsExactly(ServiceAction.clock("low", 288, true), ServiceAction.clock("high", 288, true));
        row.quietly(1001, 6);
        assertThat(low.clockMegahertz).isEqualTo(288);
        row.quietly(841, 40);
        // Under T2 - 0.05 it lets go by the same path, to the deepest step; that is undone as always.
        Decision letGo = row.decide(839);
        assertThat(letGo.code()).isEqualTo("all-capped");
        assertThat(letGo.actions())
                .containsExactly(ServiceAction.clock("low", 1110, true), ServiceAction.clock("high", 1305, true));
    }

    /** p < T2 - 0.05 undoes the T2 step, HP first, then LP back to 1275; p < T1 - 0.05 frees LP. One at a time. */
    @Test
    void undoesStepByStepHighPriorityFirst() {
        row.at(891);
        row.quietly(891, 38);
        assertThat(row.at(891)).containsExactly(high(1305));
        row.quietly(841, 60);
        assertThat(row.at(839)).containsExactly(high(0));
        row.quietly(839, 38);
        assertThat(row.at(839)).containsExactly(low(1275));
        row.quietly(751, 60);
        assertThat(row.at(749)).containsExactly(low(0));
        row.quietly(749, 100);
        assertThat(low.clockMegahertz).isEqualTo(1410);
        assertThat(row.decide(749).code()).isEqualTo("steady");
    }

    @Test
    void undoesNothingBeforeItsCommandMustHaveLanded() {
        row.at(801);
        row.quietly(700, 38);
        assertThat(row.at(700)).containsExactly(low(0));
    }

    /** Commands may fail silently: sent again when the clock is not read back 40 s later, the brake's 5 s later. */
    @Test
    void sendsAgainWhatIsNotReadBackOnceItMustHaveLanded() {
        row.fails = true;
        assertThat(row.at(801)).containsExactly(low(1275));
        row.quietly(801, 38);
        row.fails = false;
        assertThat(row.at(801)).containsExactly(low(1275));
        row.quietly(801, 100);
        assertThat(low.clockMegahertz).isEqualTo(1275);

        row.fails = true;
        assertThat(row.at(1001)).hasSize(2);
        row.quietly(1001, 4);
        assertThat(row.at(1001))
                .containsExactly(ServiceAction.clock("low", 288, true), ServiceAction.clock("high", 288, true));
    }

    /** Nor is a step undone while the one before has not been undone in truth. */
    @Test
    void waitsForTheClockThatWasGivenBack() {
        row.at(891);
        row.quietly(891, 38);
        row.at(891);
        row.quietly(841, 60);
        row.fails = true;
        assertThat(row.at(839)).containsExactly(high(0));
        row.quietly(839, 38);
        row.fails = false;
        assertThat(row.at(839)).containsExactly(high(0));
        row.quietly(839, 38);
        assertThat(row.at(839)).containsExactly(low(1275));
    }

    /** Boards take clocks in steps of 15 MHz; what cannot be read back is trusted. */
    @Test
    void takesTheNeighbouringClockForTheOneThatWasSent() {
        row.at(801);
        row.quietly(801, 40);
        low.clockMegahertz = 1290;
        row.quietly(801, 60);
        low.clockMegahertz = Double.NaN;
        row.quietly(801, 60);
        low.clockMegahertz = 1291;
        assertThat(row.at(801)).containsExactly(low(1275));
    }

    @Test
    void takesServicesOfOneClassForLowPriorityAndEveryHigherOneForHigh() {
        Row same = new Row(policy, service("a", 5), service("b", 5));
        assertThat(same.at(950))
                .containsExactly(ServiceAction.clock("a", 1110, false), ServiceAction.clock("b", 1110, false));
        same.quietly(950, 100);

        Row three = new Row(policy, service("a", 1), service("b", 2), service("c", 3));
        assertThat(three.at(950)).containsExactly(ServiceAction.clock("a", 1110, false));
        three.quietly(950, 38);
        assertThat(three.at(950))
                .containsExactly(ServiceAction.clock("b", 1305, false), ServiceAction.clock("c", 1305, false));
    }

    /** The baselines with one threshold: for low priority only, and for all alike; no cap at all but the brake. */
    @Test
    void hasTheBaselinesAmongItsParameters() {
        Map<String, Double> oneForLow =
                Map.of("t1_ratio", 0.89, "low_clock", 0.787, "low_second_clock", 0.787, "high_clock", 1.0);
        Row lowOnly = new Row(POLCA.create(PolicyRegistry.resolve(POLCA, oneForLow), 1), low, high);
        lowOnly.quietly(889, 10);
        assertThat(lowOnly.at(891)).containsExactly(low(1110));
        lowOnly.quietly(999, 100);
        // The steps between that change no clock take no time.
        lowOnly.quietly(839, 4);
        assertThat(lowOnly.at(839)).containsExactly(low(0));

        Map<String, Double> oneForAll =
                Map.of("t1_ratio", 0.89, "low_clock", 0.787, "low_second_clock", 0.787, "by_priority", 0.0);
        Row all = new Row(
                POLCA.create(PolicyRegistry.resolve(POLCA, oneForAll), 1), service("low", 1), service("high", 2));
        assertThat(all.at(891)).containsExactly(low(1110), high(1110));

        Map<String, Double> noCap = Map.of("low_clock", 1.0, "low_second_clock", 1.0, "high_clock", 1.0);
        Row none =
                new Row(POLCA.create(PolicyRegistry.resolve(POLCA, noCap), 1), service("low", 1), service("high", 2));
        none.quietly(1000, 100);
        assertThat(none.at(1001)).hasSize(2);
    }

    /** 1980 MHz: 0.904, 0.787, 0.9255 and 0.204 of it. */
    @Test
    void scalesItsClocksToTheBoard() {
        SimulatedService h100Low = service("low", 1);
        SimulatedService h100High = service("high", 2);
        h100Low.maxClockMegahertz = 1980;
        h100Low.clockMegahertz = 1980;
        h100High.maxClockMegahertz = 1980;
        h100High.clockMegahertz = 1980;
        Row h100 = new Row(policy, h100Low, h100High);
        assertThat(h100.at(801)).containsExactly(low(1790));
        assertThat(h100.at(891)).containsExactly(low(1558));
        h100.quietly(891, 38);
        assertThat(h100.at(891)).containsExactly(high(1832));
        assertThat(h100.at(1001))
                .containsExactly(ServiceAction.clock("low", 404, true), ServiceAction.clock("high", 404, true));
    }

    @Test
    void leavesBoardsAloneWhoseClockIsNotKnown() {
        low.maxClockMegahertz = 0;
        low.clockMegahertz = 0;
        assertThat(row.at(1001)).containsExactly(ServiceAction.clock("high", 288, true));
        high.maxClockMegahertz = 0;
        assertThat(row.decide(1001)).returns("no-clock", Decision::code).returns(List.of(), Decision::actions);
    }

    /** The guard limits GPUs while telemetry is lost. */
    @Test
    void givesBackTheLimitsOfTheGuardOnceThereIsRoom() {
        low.gpuLimitWatts = 250;
        row.quietly(751, 10);
        assertThat(row.at(749)).containsExactly(ServiceAction.gpuLimit("low", 400));
    }

    /** Raises wait, one service at a time and 15 s apart for each; a brake never does. */
    @Test
    void isGuardedAsOtherRaisesAre() {
        CapController<PolcaPolicy.State> guarded = new CapController<>(
                new PolcaPolicy(
                        new PolcaPolicy.Thresholds(0.8, 0.89, 1, 0.05),
                        new PolcaPolicy.Clocks(0.904, 0.787, 0.9255, 0.204),
                        0,
                        0,
                        true),
                GuardRails.DEFAULTS,
                1);
        Row rails = new Row(guarded, low, high);
        low.clockMegahertz = 1000;
        high.clockMegahertz = 1000;
        // Two services with a foreign lock: a random half is let go in each step.
        assertThat(rails.at(700)).hasSize(1);
        assertThat(rails.at(700)).hasSize(1);
        assertThat(rails.at(700)).isEmpty();
        assertThat(rails.at(1001))
                .hasSize(2)
                .allMatch(action -> Integer.valueOf(288).equals(action.clockMegahertz()));
    }
}
