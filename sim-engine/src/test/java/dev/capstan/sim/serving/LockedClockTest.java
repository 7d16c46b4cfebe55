package dev.capstan.sim.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.capstan.trace.RequestTrace;
import org.junit.jupiter.api.Test;

/**
 * A service on boards of 1000 MHz whose clock is locked, against the laws of the profile: idle 100 W, decode steps of 10 ms
 * at 300 W, prompts of 1 us a token at 500 W; kappa 0.5 and 0.9, gamma 2 down to a knee of 0.75, lag of a limit 500 ms.
 */
class LockedClockTest {

    private static final long MILLI = 1_000_000;

    /** 100 steps at 0.8 of the clock: 10 ms (0.5 + 0.5/0.8) = 11.25 ms each, at 100 + 200 * 0.64 = 228 W. */
    @Test
    void stretchesEveryStepAndLowersItsDraw() {
        ServingRig rig = rig(0, 100);
        rig.service.lockClock(800);
        rig.kernel.runUntil(100 * 11_250_000L);

        assertThat(rig.service.log().e2eNanos(0)).isEqualTo(100 * 11_250_000L);
        assertThat(joules(rig)).isEqualTo(228 * 1.125, within(1e-6));
    }

    /** The step under way ends at the clock with which it began: 31 steps at full clock, 69 of 11.25 ms after them. */
    @Test
    void takesHoldWithTheNextStep() {
        ServingRig rig = rig(0, 100);
        rig.kernel.runUntil(305 * MILLI);
        rig.service.lockClock(800);
        rig.kernel.runUntil(31 * 10 * MILLI + 69 * 11_250_000L);

        assertThat(rig.service.log().e2eNanos(0)).isEqualTo(31 * 10 * MILLI + 69 * 11_250_000L);
        assertThat(joules(rig)).isEqualTo(300 * 0.31 + 228 * 69 * 0.01125, within(1e-6));
    }

    /**
     * A prompt of 200,000 tokens, 200 ms at full clock. Locked at 0.8 it takes 0.1 + 0.9/0.8 = 1.225 times that at 100 + 400
     * * 0.64 = 356 W from its first nanosecond. A limit of 356 W comes to the same clock, but 500 ms at 500 W may escape before:
     * of a prompt of 600 ms that leaves 100.
     */
    @Test
    void letsNoBurstEscapeWhereALimitDoes() {
        ServingRig locked = rig(200_000, 1);
        locked.service.lockClock(800);
        locked.kernel.runUntil(1_000 * MILLI);
        assertThat(locked.service.log().e2eNanos(0) / (double) MILLI).isEqualTo(11.25 + 245, within(1e-3));
        double idle = 100 * (1 - 0.25625);
        assertThat(joules(locked)).isEqualTo(228 * 0.01125 + 356 * 0.245 + idle, within(1e-3));

        ServingRig limited = rig(600_000, 1);
        limited.service.limitGpus(356);
        limited.kernel.runUntil(1_000 * MILLI);
        double held = 100 * 1.225;
        assertThat(limited.service.log().e2eNanos(0) / (double) MILLI).isEqualTo(10 + 500 + held, within(1e-3));
        idle = 100 * (1 - (10 + 500 + held) * 1e-3);
        assertThat(joules(limited)).isEqualTo(300 * 0.01 + 0.5 * 500 + 0.356 * held + idle, within(1e-3));
    }

    /** No lower than a tenth of the maximum; at the maximum and above, and with 0, it is not locked. */
    @Test
    void locksAtTheNearestClockThatTheBoardTakes() {
        ServingRig rig = rig(0, 1);
        for (int[] asked : new int[][] {{800, 800}, {99, 100}, {1000, 0}, {100, 100}, {5000, 0}, {999, 999}, {0, 0}}) {
            rig.service.lockClock(asked[0]);
            assertThat(rig.service.clockMegahertz())
                    .as("asked for %s", asked[0])
                    .isEqualTo(asked[1]);
        }
    }

    @Test
    void takesNoLockWhereNoSourceGivesTheClocksOfTheBoard() {
        ModelProfile b200 = ModelProfiles.find("llama-3.1-70b-b200x2").orElseThrow();
        assertThat(b200.maxClockMegahertz()).isZero();
        assertThat(b200.lockableMegahertz(1000)).isZero();
        assertThat(b200.clockShare(0)).isOne();
        ModelProfile h100 = ModelProfiles.find("llama-3.1-70b-h100x4").orElseThrow();
        assertThat(h100.clockShare(990)).isEqualTo(0.5);
    }

    private static ServingRig rig(int inputTokens, int outputTokens) {
        RequestTrace trace = ServingRig.trace(new long[] {0}, new int[] {inputTokens}, new int[] {outputTokens});
        ServingRig rig = new ServingRig(StepTableTest.boards(300, 500).withLimits(4, 1_000_000), 1, 0, trace);
        rig.service.deployment().begin(1);
        return rig;
    }

    private static double joules(ServingRig rig) {
        rig.power.settle(rig.kernel.nowNanos());
        return rig.power.meter(0).energyJoules();
    }
}
