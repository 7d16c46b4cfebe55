package dev.capstan.capping;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Replicas of 700 W at a limit of 700 W, 200 W at 200 W, 100 W idle, 300 W while they start. */
class GpuLimitRangeTest {

    private static GpuLimitRange range(int ready, int starting, int terminating, int desired) {
        SimulatedService service = SimulatedService.of("a", ready, 0);
        service.starting = starting;
        service.terminating = terminating;
        service.desired = desired;
        service.startingWatts = 300;
        return GpuLimitRange.of(service.reading());
    }

    @Test
    void countsWhatServesByTheLimitAndWhatStartsAtLeastByWhatThatTakes() {
        assertThat(range(3, 0, 0, 3).worstCaseWatts(250)).isEqualTo(3 * 250);
        assertThat(range(2, 1, 1, 3).worstCaseWatts(250)).isEqualTo(3 * 250 + 300);
        assertThat(range(2, 1, 1, 3).worstCaseWatts(500)).isEqualTo(4 * 500);
    }

    /** 2 * 500 W and the 300 W of starting, where the same replica counts with 500 W if it may serve already. */
    @Test
    void takesNoMoreForStartingThanThatTakesUntilItIsReady() {
        SimulatedService service = SimulatedService.of("a", 2, 0);
        service.starting = 1;
        service.startingWatts = 300;
        assertThat(GpuLimitRange.untilReady(service.reading()).worstCaseWatts(500))
                .isEqualTo(2 * 500 + 300);
        assertThat(GpuLimitRange.of(service.reading()).worstCaseWatts(500)).isEqualTo(3 * 500);
    }

    /** 5 are wanted and 3 are there, one of which drains: two more may start now. */
    @Test
    void countsWhatTheAutoscalerMayStart() {
        assertThat(range(2, 0, 1, 5).replicas()).isEqualTo(5);
        assertThat(range(2, 0, 1, 5).lowestWatts()).isEqualTo(3 * 200 + 2 * 300);
        assertThat(range(2, 0, 1, 1).replicas()).isEqualTo(3);
    }

    /** 1234 W / 3 = 411.3 W, whole watts. With one that starts, 951 W are three times 317 W, over its 300 W. */
    @Test
    void findsTheHighestLimitThatFits() {
        assertThat(range(3, 0, 0, 3).limitFor(1234)).isEqualTo(411);
        assertThat(range(3, 0, 0, 3).limitFor(1233)).isEqualTo(411);
        assertThat(range(3, 0, 0, 3).limitFor(5000)).isEqualTo(700);
        assertThat(range(3, 0, 0, 3).limitFor(100)).isEqualTo(200);
        // 2 * 250 + 300 W: the starting one does not follow the limit down.
        assertThat(range(2, 1, 0, 3).limitFor(800)).isEqualTo(250);
        assertThat(range(2, 1, 0, 3).limitFor(951)).isEqualTo(317);
    }

    @Test
    void takesALimitThatWasNotReadForTheHighest() {
        assertThat(range(1, 0, 0, 1).worstCaseWatts(Double.NaN)).isEqualTo(700);
    }
}
