package dev.capstan.capping;

import static dev.capstan.capping.SimulatedService.firstDecision;
import static dev.capstan.capping.SimulatedService.observe;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class StaticFloorPolicyTest {

    private static final PowerReading NO_METER = PowerReading.absent();

    private final StaticFloorPolicy policy = new StaticFloorPolicy(0);

    /** 5600 / 700 = 8; with 700 W of overhead and 100 W of reserve (5600 - 800) / 700 = 6.9. */
    @Test
    void givesOneServiceTheCapDividedByItsPeak() {
        SimulatedService chat = SimulatedService.of("chat", 9, 0);
        assertThat(firstDecision(policy, observe(0, 5600, NO_METER, chat)).actions())
                .containsExactly(ServiceAction.ceiling("chat", 8));
        assertThat(firstDecision(new StaticFloorPolicy(100), observe(0, 5600, 700, NO_METER, chat))
                        .actions())
                .containsExactly(ServiceAction.ceiling("chat", 6));
    }

    @Test
    void saysNothingWhileTheCeilingsAreInForce() {
        SimulatedService chat = SimulatedService.of("chat", 9, 0);
        chat.ceiling = 8;
        assertThat(firstDecision(policy, observe(0, 5600, NO_METER, chat)))
                .returns("steady", Decision::code)
                .returns(true, decision -> decision.actions().isEmpty());
    }

    /** At 500 W a replica's peak is 700 - 200 = 500 W: 5600 / 500 = 11.2. */
    @Test
    void countsTheEnforcedGpuLimit() {
        SimulatedService chat = SimulatedService.of("chat", 9, 0);
        chat.gpuLimitWatts = 500;
        assertThat(firstDecision(policy, observe(0, 5600, NO_METER, chat)).actions())
                .containsExactly(ServiceAction.ceiling("chat", 11));
    }

    /**
     * Seven replicas of 700 W fit 4900 W, the floors take two. Gains of the next five with weights 2 and 1, a listed
     * first: a 2/2, a 2/3, a 2/4 (tie with b 1/2), b 1/2, a 2/5 (b 1/3). In all a 5, b 2.
     */
    @Test
    void sharesByWeightWithinAPriorityAndFillsHigherPriorityFirst() {
        SimulatedService a = SimulatedService.of("a", 1, 0);
        SimulatedService b = SimulatedService.of("b", 1, 0);
        a.weight = 2;
        assertThat(firstDecision(policy, observe(0, 4900, NO_METER, a, b)).actions())
                .containsExactly(ServiceAction.ceiling("a", 5), ServiceAction.ceiling("b", 2));
        b.priority = 1;
        assertThat(firstDecision(policy, observe(0, 4900, NO_METER, a, b)).actions())
                .containsExactly(ServiceAction.ceiling("a", 1), ServiceAction.ceiling("b", 6));
    }

    @Test
    void keepsTheFloorsAndSaysSoWhenTheyDoNotFit() {
        SimulatedService chat = SimulatedService.of("chat", 9, 0);
        chat.floor = 3;
        assertThat(firstDecision(policy, observe(0, 2000, NO_METER, chat)))
                .returns("infeasible", Decision::code)
                .extracting(Decision::actions)
                .isEqualTo(List.of(ServiceAction.ceiling("chat", 3)));
    }
}
