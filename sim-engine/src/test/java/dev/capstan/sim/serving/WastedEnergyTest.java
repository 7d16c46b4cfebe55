package dev.capstan.sim.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.capstan.sim.serving.RequestLog.Outcome;
import dev.capstan.sim.serving.ServingOptions.Routing;
import dev.capstan.sim.serving.StepwiseReference.ContextCost;
import dev.capstan.sim.validation.PlainProfile;
import dev.capstan.trace.RandomStream;
import dev.capstan.trace.RequestTrace;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What requests that failed have cost, by hand and against the meters of the pods. */
class WastedEnergyTest {

    private static final long MILLI = 1_000_000L;
    private static final double IDLE_WATTS = 120;

    /**
     * Steps of 10 ms at 420 W, 300 W over idle: 3 J for each. A prompt token takes 1 ms at 720 W: 0.6 J. Both requests
     * have 10 prompt tokens, which the first two steps take in; both decode from then on, at 1.5 J a token.
     */
    private static final ModelProfile MODEL = PlainProfile.of(
            "test", 1, 1e7, 0, 1e6, 10, 16, 100_000, 420, 0, IDLE_WATTS, 720, 100, 0.2, 0.9, 2, List.of());

    private static final RequestTrace TWO =
            ServingRig.trace(new long[] {0, 0}, new int[] {10, 10}, new int[] {1000, 5});

    @Test
    void nothingIsWastedWhereEveryRequestIsCompleted() {
        ServingRig rig = rig(TWO, ServingOptions.NEVER);
        rig.kernel.runUntil(60_000 * MILLI);

        assertThat(rig.service.log().count(Outcome.COMPLETED)).isEqualTo(2);
        assertThat(rig.service.wastedJoules()).isZero();
    }

    /** A first token is priced as any other; the abort takes hold at the end of the step that is under way. */
    @Test
    void aRequestHasTheShareOfItsTokens() {
        ServingRig rig = rig(TWO, 225 * MILLI);
        rig.kernel.runUntil(60_000 * MILLI);

        // Step 1 takes in the first prompt, 20 ms; step 2 decodes it and takes in 9 of the second, 19 ms; step 3
        // decodes
        // and takes in the last one, 11 ms; then 10 ms for each step.
        // The second has its first token at 50 ms and its fifth at 90 ms; the first goes on until the timeout at 225
        // ms,
        // and leaves at 230 ms after 1 + 2 + 4 + 14 tokens.
        assertThat(rig.service.log().count(Outcome.COMPLETED)).isOne();
        assertThat(rig.service.log().count(Outcome.TIMED_OUT)).isOne();
        Effort effort = rig.service.effort();
        assertThat(effort.wastedInputTokens()).isEqualTo(10);
        assertThat(effort.wastedOutputTokens()).isEqualTo(21);
        // Prompts: the whole first step, which decodes nobody, 20 ms of which 10 at 300 W and 10 at 600 W over idle,
        // and
        // 9 + 1 ms at 600 W. Decoding: steps 2 to 21, 300 W for 10 ms each.
        double prompts = 3 + 6 + 6;
        double decoding = 20 * 3;
        assertThat(rig.service.wastedJoules()).isEqualTo(prompts * 10 / 20 + decoding * 21 / 26, within(1e-6));
        assertThat(overIdle(rig, 60_000 * MILLI)).isEqualTo(prompts + decoding, within(1e-6));
    }

    /** Killed in the middle of a step: all that its pod has drawn over idle power was for requests that are lost. */
    @ParameterizedTest
    @ValueSource(longs = {7, 20, 33, 45, 77, 1234})
    void allThatAPodDrewOverIdlePowerIsWastedWhereAllItsRequestsAreLost(long millis) {
        RequestTrace trace = ServingRig.trace(new long[] {0, 0}, new int[] {10, 10}, new int[] {1000, 1000});
        ServingRig rig = rig(trace, ServingOptions.NEVER);
        long kill = millis * MILLI + 123_456;
        rig.kernel.runUntil(kill);
        rig.service.deployment().scale(0);
        rig.kernel.runUntil(kill + 1);

        assertThat(rig.service.log().count(Outcome.LOST)).isEqualTo(2);
        assertThat(rig.service.wastedJoules()).isEqualTo(overIdle(rig, kill), within(1e-9 * overIdle(rig, kill)));
    }

    /**
     * Outputs of 200 tokens or more, in steps of at least 10 us, do not come to their end in 2 ms; a cache for 288 tokens
     * preempts them, some time out, some clients give up, and the rest is killed with both replicas. Invariant 8 is checked
     * after every event.
     */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void whereEveryRequestFailsInItsOwnWayAllThatThePodsDrewIsWasted(long seed) {
        RandomStream random = RandomStream.named(seed, "trace");
        long[] arrivals = new long[40];
        int[] inputs = new int[40];
        int[] outputs = new int[40];
        for (int i = 0; i < 40; i++) {
            arrivals[i] = random.nextInt(1_500_000);
            // All prompts of the first seed are empty.
            inputs[i] = random.nextInt(seed == 1 ? 1 : 60);
            outputs[i] = 200 + random.nextInt(30);
        }
        Arrays.sort(arrivals);
        ServingRig rig = new ServingRig(
                ServingRig.model(10_000, 1_300, 700, 40, 12, 300),
                2,
                0,
                ServingRig.trace(arrivals, inputs, outputs),
                new ServingOptions(Routing.LEAST_OUTSTANDING, 16, true, 300, MILLI, 2 * MILLI / 5),
                new ContextCost(0, 700));
        rig.kernel.checkAfterEvents(rig.service::check);
        rig.service.deployment().begin(2);
        rig.kernel.runUntil(2 * MILLI);
        rig.service.deployment().scale(0);
        rig.kernel.runUntil(2 * MILLI + 1);

        RequestLog log = rig.service.log();
        assertThat(log.count(Outcome.LOST)).isPositive();
        assertThat(log.count(Outcome.TIMED_OUT)).isPositive();
        assertThat(log.count(Outcome.ABANDONED)).isPositive();
        assertThat(log.count(Outcome.COMPLETED)).isZero();
        assertThat(rig.service.effort().preemptions()).isPositive();
        double measured = rig.service.deployment().activeJoules(2 * MILLI + 1) - 2 * IDLE_WATTS * (2 * MILLI * 1e-9);
        assertThat(rig.service.wastedJoules()).isEqualTo(measured, within(1e-9 * measured));
    }

    private static ServingRig rig(RequestTrace trace, long timeoutNanos) {
        ServingRig rig = new ServingRig(
                MODEL,
                1,
                0,
                trace,
                new ServingOptions(Routing.CENTRAL_QUEUE, 16, true, 100_000, timeoutNanos, ServingOptions.NEVER),
                new ContextCost(0, 0));
        rig.kernel.checkAfterEvents(rig.service::check);
        rig.service.deployment().begin(1);
        return rig;
    }

    /** Active energy of the pods of one replica that was there until an instant. */
    private static double overIdle(ServingRig rig, long untilNanos) {
        return rig.service.deployment().activeJoules(untilNanos) - IDLE_WATTS * (untilNanos * 1e-9);
    }
}
