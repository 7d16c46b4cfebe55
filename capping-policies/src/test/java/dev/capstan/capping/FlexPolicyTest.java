package dev.capstan.capping;

import static dev.capstan.capping.SimulatedService.observe;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * Batch, chat and index of 4 replicas each on boards of 100 to 400 W, all at 400 W: 4800 W of 4800 W. Batch has the lowest
 * priority, index the highest.
 */
class FlexPolicyTest {

    private static final PolicyFactory FLEX = PolicyRegistry.find("flex");

    private final SimulatedService batch = service("batch", 0);
    private final SimulatedService chat = service("chat", 1);
    private final SimulatedService index = service("index", 2);
    private RunningPolicy<?> stepper = stepper(1);
    private double seconds;

    private static RunningPolicy<?> stepper(long seed) {
        return RunningPolicy.of(
                FLEX.create(PolicyRegistry.resolve(FLEX, Map.of("margin_ratio", 0.0, "throttle_ratio", 0.5)), seed));
    }

    private static SimulatedService service(String name, int priority) {
        SimulatedService service = SimulatedService.of(name, 4, 1600).with400WattBoards();
        service.priority = priority;
        service.ceiling = 4;
        service.originalCeiling = 4;
        return service;
    }

    private Decision at(double second, double capWatts, PowerReading root) {
        seconds = second;
        Decision decision = stepper.step(observe(second, capWatts, root, batch, chat, index));
        for (SimulatedService service : new SimulatedService[] {batch, chat, index}) {
            service.apply(decision);
            // Every replica draws as much as its board may.
            if (service.power.isFresh()) {
                service.power = PowerReading.fresh(service.ready * service.gpuLimitWatts, 0);
            }
        }
        return decision;
    }

    private double watts() {
        return batch.ready * batch.gpuLimitWatts + chat.ready * chat.gpuLimitWatts + index.ready * index.gpuLimitWatts;
    }

    private Decision at(double second, double capWatts) {
        return at(second, capWatts, PowerReading.fresh(watts(), 0));
    }

    private static ServiceAction shutDown(String name) {
        return ServiceAction.gpuLimit(name, 100).withReplicaCeiling(1);
    }

    /**
     * A quarter of 4800 W is lost: 1200 W to shed. Throttling to 200 W sheds 800 W of a service, shutting batch down 1200 W at
     * once, at a cost of 0.3, 3 and 30 for throttling and 1 for batch: batch alone.
     */
    @Test
    void takesTheCheapestActionsOfALostFeedAtOnce() {
        assertThat(at(0, 4800)).returns("steady", Decision::code);
        assertThat(at(1, 3600)).returns("acted", Decision::code).returns(List.of(shutDown("batch")), Decision::actions);
        // 100 W in one batch replica that is left, and 3200 W.
        assertThat(watts()).isEqualTo(3300);
    }

    /** A sixth is lost: 800 W, which throttling batch sheds. */
    @Test
    void throttlesWhereThatIsEnough() {
        at(0, 4800);
        assertThat(at(1, 4000).actions()).containsExactly(ServiceAction.gpuLimit("batch", 200));
    }

    /** Half is lost: 2400 W. Batch down and chat throttled shed 2000 W, so index is throttled too. */
    @Test
    void actsUpToTheHighestPriorityWhereItMust() {
        at(0, 4800);
        assertThat(at(1, 2400).actions())
                .containsExactly(
                        shutDown("batch"), ServiceAction.gpuLimit("chat", 200), ServiceAction.gpuLimit("index", 200));
    }

    @Test
    void needsNoReadingWhenTheFeedIsLost() {
        at(0, 4800);
        batch.power = PowerReading.absent();
        chat.power = PowerReading.absent();
        index.power = PowerReading.absent();
        assertThat(at(1, 3600, PowerReading.absent()).actions()).containsExactly(shutDown("batch"));
    }

    /** The meter still shows 3700 W: at 3 s nothing newer than the actions is known, at 10 s it is over, and chat follows. */
    @Test
    void verifiesAfterThreeAndTenSeconds() {
        at(0, 4800);
        at(1, 3600);
        PowerReading old = new PowerReading(3700, 3_000_000_000L, Quality.FRESH);
        assertThat(at(4, 3600, old)).returns("verifying", Decision::code);
        assertThat(at(10.9, 3600, PowerReading.fresh(3700, 0))).returns("verifying", Decision::code);
        assertThat(at(11, 3600, PowerReading.fresh(3700, 0)))
                .returns("acted-again", Decision::code)
                .returns(List.of(ServiceAction.gpuLimit("chat", 200)), Decision::actions);
    }

    @Test
    void actsAgainAtTheFirstCheckWhereItShowsTooMuch() {
        at(0, 4800);
        at(1, 3600);
        assertThat(at(3.9, 3600, PowerReading.fresh(3700, 0)).actions()).isEmpty();
        assertThat(at(4, 3600, PowerReading.fresh(3700, 0))).returns("acted-again", Decision::code);
        assertThat(at(11, 3600)).doesNotReturn("acted-again", Decision::code);
    }

    /** Nothing is read after the actions. At 10 s the boards could draw 100 + 1600 + 1600 W of 3000 W: chat is throttled. */
    @Test
    void takesTheWorstCaseForWhatItCannotVerifyInTime() {
        at(0, 4800);
        at(1, 3600);
        assertThat(at(10, 3600, PowerReading.absent()).actions()).isEmpty();
        assertThat(at(11, 3600, PowerReading.absent()).actions()).isEmpty();
        stepper = stepper(1);
        for (SimulatedService service : new SimulatedService[] {batch, chat, index}) {
            service.ready = 4;
            service.ceiling = 4;
            service.gpuLimitWatts = 400;
            service.power = PowerReading.fresh(1400, 0);
        }
        // The three read 1400 W each: 3700 W need 500 W less, 4200 to 3700 W, which throttling batch seems to shed.
        at(20, 4800, PowerReading.fresh(4200, 0));
        assertThat(at(21, 3700, PowerReading.fresh(4200, 0)).actions())
                .containsExactly(ServiceAction.gpuLimit("batch", 200));
        // But 800 + 1600 + 1600 W are possible.
        assertThat(at(31, 3700, PowerReading.absent()))
                .returns("acted-again", Decision::code)
                .returns(List.of(shutDown("batch")), Decision::actions);
    }

    /** All three are acted on. When the feed is back, index is first, being dearest, then chat, then batch, 1 to 10 s apart. */
    @Test
    void restoresOneServiceAtATimeTheDearestFirst() {
        at(0, 4800);
        at(1, 2400);
        for (double second = 2; second <= 20; second++) {
            at(second, 2400);
        }
        String restored = "";
        double last = 20;
        for (double second = 21; second <= 60; second += 0.25) {
            Decision decision = at(second, 4800);
            if (decision.code().equals("restored")) {
                assertThat(decision.actions()).hasSize(1);
                assertThat(second - last).isBetween(1.0, 10.25);
                restored += decision.actions().get(0).service() + " ";
                last = second;
            }
        }
        assertThat(restored).isEqualTo("index chat batch ");
        assertThat(List.of(batch, chat, index))
                .allMatch(service -> service.gpuLimitWatts == 400 && service.ceiling == 4);
    }

    /** 2800 W are back, 100 + 800 + 800 W drawn: index needs 800 W more and fits, chat does not. */
    @Test
    void restoresOnlyWhatFits() {
        at(0, 4800);
        at(1, 2400);
        for (double second = 2; second <= 60; second++) {
            at(second, second < 15 ? 2400 : 2800);
        }
        assertThat(index.gpuLimitWatts).isEqualTo(400);
        assertThat(chat.gpuLimitWatts).isEqualTo(200);
        assertThat(batch.gpuLimitWatts).isEqualTo(100);
    }

    /** 4900 W of 4800 W without a failure are not its business, unless told to: throttling batch sheds the 100 W. */
    @Test
    void leavesOverloadAloneUnlessToldTo() {
        at(0, 4800);
        assertThat(at(1, 4800, PowerReading.fresh(4900, 0)).actions()).isEmpty();
        stepper = RunningPolicy.of(FLEX.create(
                PolicyRegistry.resolve(FLEX, Map.of("margin_ratio", 0.0, "throttle_ratio", 0.5, "on_overload", 1.0)),
                1));
        at(2, 4800);
        assertThat(at(3, 4800, PowerReading.fresh(4900, 0)).actions())
                .containsExactly(ServiceAction.gpuLimit("batch", 200));
    }

    /** Batch is throttled; in the same failure chat and index come to draw 100 W more than what is left. */
    @Test
    void followsLoadThatGrowsDuringTheFailure() {
        at(0, 4800);
        at(1, 4000);
        for (double second = 2; second <= 20; second++) {
            assertThat(at(second, 4000).actions()).isEmpty();
        }
        assertThat(at(21, 4000, PowerReading.fresh(4100, 0)))
                .returns("acted", Decision::code)
                .returns(List.of(shutDown("batch")), Decision::actions);
    }

    /** The feed is back, but the load has grown to 5000 W meanwhile: that is no failure, and everything is given back. */
    @Test
    void restoresAllOnceTheFeedIsBackWhateverTheLoad() {
        at(0, 4800);
        at(1, 2400);
        for (double second = 2; second <= 20; second++) {
            at(second, 2400);
        }
        for (double second = 21; second <= 60; second++) {
            assertThat(at(second, 4800, PowerReading.fresh(5000, 0))).doesNotReturn("acted", Decision::code);
        }
        assertThat(List.of(batch, chat, index))
                .allMatch(service -> service.gpuLimitWatts == 400 && service.ceiling == 4);
    }

    @Test
    void drawsItsTimesFromItsSeed() {
        assertThat(restoreTime(1)).isNotEqualTo(restoreTime(2));
        assertThat(restoreTime(1)).isEqualTo(restoreTime(1));
    }

    private double restoreTime(long seed) {
        stepper = stepper(seed);
        for (SimulatedService service : new SimulatedService[] {batch, chat, index}) {
            service.ready = 4;
            service.ceiling = 4;
            service.gpuLimitWatts = 400;
            service.power = PowerReading.fresh(1600, 0);
        }
        at(0, 4800);
        at(1, 2400);
        for (double second = 1.25; second <= 12; second += 0.25) {
            at(second, 2400);
        }
        for (double second = 12; second <= 40; second += 0.25) {
            if (at(second, 4800).code().equals("restored") && index.gpuLimitWatts == 400 && chat.gpuLimitWatts == 400) {
                break;
            }
        }
        return seconds;
    }
}
