package dev.capstan.capping;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Replicas of 700 W, 200 W at the lowest limit and while they start; half of what is used is left to one, saturated at 0.8. */
class CapstanCeilingsTest {

    private static int[] ceilings(double budgetWatts, double use, SimulatedService... services) {
        return ceilings(SimulatedService.observe(0, 1e5, PowerReading.absent(), services), budgetWatts, use);
    }

    /** Each service was read twice in the last latency, the same. */
    private static int[] ceilings(Observation seen, double budgetWatts, double use) {
        List<LearntRise> rises = seen.services().stream()
                .map(service -> new LearntRise(
                        0,
                        Stream.of(-10L, 0L)
                                .map(at -> new LearntRise.Sample(
                                        at, service.power().watts()))
                                .toList()))
                .toList();
        double[] uses = seen.services().stream().mapToDouble(service -> use).toArray();
        return new CapstanCeilings(seen, rises, uses, 0.5, 0.8).within(budgetWatts);
    }

    private static SimulatedService service(String name, int priority, int ready, double watts, int ceiling) {
        SimulatedService service = SimulatedService.of(name, ready, watts);
        service.priority = priority;
        service.ceiling = ceiling;
        return service;
    }

    /** Six at 350 W. The first may have a third, the second wants one: in the next step, which it has not yet used, it has it still. */
    @Test
    void keepsRoomThatTheAutoscalerHasNotYetTaken() {
        SimulatedService first = service("first", 1, 2, 700, 3);
        SimulatedService second = service("second", 0, 2, 700, 2);
        assertThat(ceilings(2100, 0.5, first, second)).containsExactly(3, 3);
        second.ceiling = 3;
        assertThat(ceilings(2100, 0.5, first, second)).containsExactly(3, 3);
    }

    /** What is wanted counts with what starting takes: 4 x 100 W and 200 W. */
    @Test
    void countsOneThatComesWithWhatItTakesToStart() {
        SimulatedService service = service("a", 0, 4, 400, 4);
        service.originalCeiling = 5;
        service.minGpuLimitWatts = 50;
        assertThat(ceilings(600, 1.0 / 7, service)).containsExactly(5);
        assertThat(ceilings(599, 1.0 / 7, service)).containsExactly(4);
    }

    /** Two that use all of 700 W are kept at 350 W, one that idles and one that starts at 200 W. */
    @Test
    void keepsThoseThatServeBeforeOneThatStarts() {
        SimulatedService starts = service("starts", 0, 1, 0, 2);
        starts.starting = 1;
        SimulatedService serves = service("serves", 0, 2, 1400, 2);
        assertThat(ceilings(1100, 1, starts, serves)).containsExactly(2, 2);
        assertThat(ceilings(1099, 1, starts, serves)).containsExactly(1, 2);
    }

    /**
     * Two that use all of 700 W need a third. Of 2500 W its 2100 W leave room for two at 200 W. Where they did not draw 0.8 of what
     * they may, 500 W each leave room for all three.
     */
    @Test
    void givesWayWhereAHigherPriorityNeedsOneMore() {
        SimulatedService higher = service("higher", 1, 2, 1400, 2);
        SimulatedService lower = service("lower", 0, 3, 1200, 3);
        higher.originalCeiling = 3;
        lower.originalCeiling = 3;
        assertThat(ceilings(2500, 1, higher, lower)).containsExactly(3, 2);
        higher.power = PowerReading.fresh(1000, 0);
        assertThat(ceilings(2500, 1, higher, lower)).containsExactly(2, 3);
    }

    /** Not wanted by a saturated service, one more counts the lower priority at its share: 3 x 350 + 3 x 200 W. */
    @Test
    void letsInWhatAHigherPriorityWantsWhereTheLowerKeepsItsShare() {
        SimulatedService higher = service("higher", 1, 2, 700, 2);
        SimulatedService lower = service("lower", 0, 3, 1200, 3);
        higher.originalCeiling = 3;
        lower.originalCeiling = 3;
        assertThat(ceilings(1650, 0.5, higher, lower)).containsExactly(3, 3);
        assertThat(ceilings(1649, 0.5, higher, lower)).containsExactly(2, 3);
    }

    /** Read, two that use 700 W leave 350 W for one that uses all; without a reading they are kept at 200 W, like the others. */
    @Test
    void takesNothingFromOthersForWhatIsNotRead() {
        SimulatedService higher = service("higher", 1, 2, 1400, 2);
        SimulatedService lower = service("lower", 0, 3, 2100, 3);
        higher.originalCeiling = 2;
        lower.originalCeiling = 3;
        assertThat(ceilings(1750, 1, higher, lower)).containsExactly(2, 1);
        higher.power = PowerReading.absent();
        lower.power = PowerReading.absent();
        assertThat(ceilings(1000, 1, higher, lower)).containsExactly(2, 3);
    }

    /** 2100 W of the higher priority leave room for one at 350 W; the 1400 W that are reserved are for two. */
    @Test
    void keepsWhatABudgetReservesWhateverThePriority() {
        SimulatedService higher = service("higher", 1, 3, 2100, 3);
        SimulatedService lower = service("lower", 0, 2, 1400, 2);
        higher.originalCeiling = 3;
        lower.originalCeiling = 2;
        Observation seen = SimulatedService.observe(0, 1e5, PowerReading.absent(), higher, lower);
        assertThat(ceilings(seen, 2500, 1)).containsExactly(3, 1);
        PowerBudget budget = new PowerBudget("batch", 1e5, List.of("lower"), Map.of("lower", 1400.0));
        assertThat(ceilings(SimulatedService.withBudgets(seen, budget), 2500, 1))
                .containsExactly(3, 2);
    }
}
