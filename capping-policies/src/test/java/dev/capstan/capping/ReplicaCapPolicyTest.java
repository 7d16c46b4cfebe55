package dev.capstan.capping;

import static dev.capstan.capping.SimulatedService.firstDecision;
import static dev.capstan.capping.SimulatedService.observe;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ReplicaCapPolicyTest {

    private static final PowerReading NO_METER = PowerReading.absent();

    private final ReplicaCapPolicy worstCase = new ReplicaCapPolicy(0, 0.1, 1, 0.3, 3);
    private final ReplicaCapPolicy lending = new ReplicaCapPolicy(0, 0.1, 0.5, 0.3, 3);

    /** (5600 - 700) / 700 = 7. */
    @Test
    void lowersAtOnceToTheWorstCaseBesideTheOverhead() {
        SimulatedService chat = SimulatedService.of("chat", 9, 9 * 300);
        assertThat(firstDecision(worstCase, observe(0, 5600, 700, NO_METER, chat)))
                .returns("lowered", Decision::code)
                .extracting(Decision::actions)
                .isEqualTo(List.of(ServiceAction.ceiling("chat", 7)));
    }

    /** Measured 400 W, plan max(440, 350) = 440 W, 5600 / 440 = 12.7: one more replica on the third wish. */
    @Test
    void lendsSpareWattsOneReplicaAtATimeAfterThreeWishes() {
        SimulatedService chat = SimulatedService.of("chat", 8, 3200);
        chat.ceiling = 8;
        ReplicaCapPolicy.State state = lending.initialState();
        for (int step = 1; step <= 3; step++) {
            Step<ReplicaCapPolicy.State> next = lending.step(state, observe(5 * step, 5600, NO_METER, chat));
            assertThat(next.decision().actions()).hasSize(step == 3 ? 1 : 0);
            state = next.state();
            chat.apply(next.decision());
        }
        assertThat(chat.ceiling).isEqualTo(9);
    }

    /** Measured 650 W: 715 W with the margin, but a replica cannot draw more than 700 W. Measured 710 W is believed. */
    @Test
    void plansNoMarginAboveTheWorstCaseButBelievesTheMeter() {
        SimulatedService chat = SimulatedService.of("chat", 8, 8 * 650);
        assertThat(firstDecision(worstCase, observe(0, 5600, NO_METER, chat)).actions())
                .containsExactly(ServiceAction.ceiling("chat", 8));
        chat.power = PowerReading.fresh(8 * 710, 0);
        assertThat(firstDecision(worstCase, observe(0, 5600, NO_METER, chat)).actions())
                .containsExactly(ServiceAction.ceiling("chat", 7));
    }

    @Test
    void smoothsOverFreshReadingsOnly() {
        SimulatedService chat = SimulatedService.of("chat", 4, 4 * 500);
        ReplicaCapPolicy.State state = new ReplicaCapPolicy.State(Map.of("chat", 300.0), Map.of());
        // 300 + 0.3 * (500 - 300)
        assertThat(lending.step(state, observe(0, 5600, NO_METER, chat)).state().replicaWatts())
                .hasEntrySatisfying("chat", watts -> assertThat(watts).isCloseTo(360, within(1e-9)));
        chat.power = new PowerReading(4 * 500, 0, Quality.PARTIAL);
        assertThat(lending.step(state, observe(0, 5600, NO_METER, chat)).state().replicaWatts())
                .containsEntry("chat", 300.0);
    }

    @Test
    void doesNotStopTheReplicaThatItJustAllowedToStart() {
        SimulatedService chat = SimulatedService.of("chat", 7, 7 * 600);
        chat.starting = 1;
        chat.ceiling = 8;
        assertThat(firstDecision(worstCase, observe(0, 5600, NO_METER, chat)).actions())
                .isEmpty();
    }

    /** 6 fit 4200 W. Two drain at 700 W: only (4200 - 1400) / 700 = 4 could be added to, but shedding more sheds nothing. */
    @Test
    void doesNotShedFurtherForPodsThatDrain() {
        SimulatedService chat = SimulatedService.of("chat", 6, 8 * 700);
        chat.terminating = 2;
        chat.ceiling = 6;
        assertThat(firstDecision(worstCase, observe(0, 4200, NO_METER, chat)).actions())
                .isEmpty();
    }

    /** Four of eight drain: room for 8 - 4 = 4 at the worst case, so growth is frozen at the four that run. */
    @Test
    void freezesGrowthWhilePodsDrain() {
        SimulatedService chat = SimulatedService.of("chat", 4, 8 * 700);
        chat.terminating = 4;
        chat.ceiling = 8;
        assertThat(firstDecision(worstCase, observe(0, 5600, NO_METER, chat)).actions())
                .containsExactly(ServiceAction.ceiling("chat", 4));
    }
}
