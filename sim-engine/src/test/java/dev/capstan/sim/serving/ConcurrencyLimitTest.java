package dev.capstan.sim.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.capstan.sim.cluster.Pod;
import dev.capstan.sim.serving.RequestLog.Outcome;
import dev.capstan.sim.serving.ServingOptions.Routing;
import dev.capstan.sim.serving.StepwiseReference.ContextCost;
import dev.capstan.trace.RandomStream;
import dev.capstan.trace.RequestTrace;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Limits on the sequences that a replica runs, worked out by hand for steps of 1 us. */
class ConcurrencyLimitTest {

    /**
     * Eight requests of 100 tokens. The first takes the first step alone and ends with step 100, the next two with step 101.
     * Each slot is taken with the next step: 101 to 200, twice 102 to 201, 201 to 300, 202 to 301.
     */
    @ParameterizedTest
    @EnumSource(Routing.class)
    void keepsTheBatchAtTheLimit(Routing routing) {
        ServingRig rig = rig(routing, trace(8, 100));
        rig.service.limitConcurrency(3);
        rig.service.deployment().begin(1);
        rig.kernel.checkAfterEvents(() -> {
            rig.service.check();
            assertThat(rig.service.running()).isLessThanOrEqualTo(3);
        });
        rig.kernel.runUntil(1_000_000);

        int[] micros = {100, 101, 101, 200, 201, 201, 300, 301};
        for (int request = 0; request < 8; request++) {
            assertThat(rig.service.log().e2eNanos(request)).isEqualTo(micros[request] * 1_000L);
        }
    }

    /** All six go on to steps 100 and 101; the two that wait then have both slots, for steps 102 to 201. */
    @ParameterizedTest
    @EnumSource(Routing.class)
    void letsSequencesFinishThatRunWhenItIsLowered(Routing routing) {
        ServingRig rig = rig(routing, trace(8, 100));
        rig.service.limitConcurrency(6);
        rig.service.deployment().begin(1);
        rig.kernel.runUntil(50_000);
        rig.service.limitConcurrency(2);
        rig.kernel.runUntil(99_500);
        assertThat(rig.service.running()).isEqualTo(6);
        assertThat(rig.service.waiting()).isEqualTo(2);
        rig.kernel.runUntil(1_000_000);

        RequestLog log = rig.service.log();
        assertThat(log.count(Outcome.COMPLETED)).isEqualTo(8);
        int[] micros = {100, 101, 101, 101, 101, 101, 201, 201};
        for (int request = 0; request < 8; request++) {
            assertThat(log.e2eNanos(request)).isEqualTo(micros[request] * 1_000L);
        }
        assertThat(rig.service.effort()).isEqualTo(Effort.NONE);
    }

    /** Raised within step 51, whose end lets the other two in: steps 52 to 151. */
    @ParameterizedTest
    @EnumSource(Routing.class)
    void admitsMoreAtTheEndOfTheStepUnderWayWhenItIsRaised(Routing routing) {
        ServingRig rig = rig(routing, trace(3, 100));
        rig.service.limitConcurrency(1);
        rig.service.deployment().begin(1);
        rig.kernel.runUntil(50_500);
        rig.service.limitConcurrency(3);
        rig.kernel.runUntil(1_000_000);

        assertThat(rig.service.log().e2eNanos(0)).isEqualTo(100_000);
        assertThat(rig.service.log().e2eNanos(1)).isEqualTo(151_000);
        assertThat(rig.service.log().e2eNanos(2)).isEqualTo(151_000);
    }

    @Test
    void holdsForReplicasThatStartLater() {
        ServingRig rig = rig(Routing.CENTRAL_QUEUE, trace(8, 100_000));
        rig.service.deployment().begin(1);
        rig.service.limitConcurrency(2);
        rig.service.deployment().scale(3);
        rig.kernel.runUntil(5_000_000);

        assertThat(rig.service.running()).isEqualTo(6);
        assertThat(rig.service.waiting()).isEqualTo(2);
    }

    @Test
    void isAtLeastOneAndAtMostWhatTheEngineTakes() {
        ServingRig rig = rig(Routing.CENTRAL_QUEUE, trace(1, 1));
        for (int[] asked : new int[][] {{0, 1}, {-5, 1}, {7, 7}, {10, 10}, {11, 10}, {Integer.MAX_VALUE, 10}}) {
            rig.service.limitConcurrency(asked[0]);
            assertThat(rig.service.concurrencyLimit()).isEqualTo(asked[1]);
        }
    }

    /**
     * 8B on H100, alpha 6.67 ms and beta 0.0895 ms, 128 sequences of 396 tokens in the mean, geometric and so without memory:
     * with n left the next one ends after 396 (alpha + beta n) / n in the mean. From 128 to 64 that is the sum over n, 4.09
     * s: the time constant is the tokens of a request times the time for each, 4.9 to 7.2 s, and ln 2 of it lie between. The
     * draw then is 454 + 0.0305 n / T(n) = 611.4 W, 669.4 W before; each sequence
     * whose prompt is being taken in decodes not yet, which is 1.3 W at most.
     */
    @Test
    void lowersPowerAsSequencesEnd() {
        double law = 0;
        for (int n = 128; n > 64; n--) {
            law += 396 * (6.67e-3 + 0.0895e-3 * n) / n;
        }
        assertThat(law).isEqualTo(4.09, within(0.005));
        double[] seconds = new double[100];
        for (int replication = 0; replication < seconds.length; replication++) {
            RandomStream random = RandomStream.named(replication, "lengths");
            int[] outputs = new int[256];
            for (int i = 0; i < outputs.length; i++) {
                outputs[i] = 1 + (int) (random.nextExponential() / -StrictMath.log1p(-1 / 396.0));
            }
            ServingRig rig = new ServingRig(
                    ServingRig.decodeOnly(6.67e6, 0.0895e6, 256),
                    1,
                    0,
                    ServingRig.trace(new long[256], new int[256], outputs));
            rig.service.limitConcurrency(128);
            rig.service.deployment().begin(1);
            rig.kernel.runUntil(1_000_000_000L);
            assertThat(rig.service.running()).isEqualTo(128);
            assertThat(watts(rig)).isEqualTo(669.4, within(4.0));
            rig.service.limitConcurrency(64);
            long now = 1_000_000_000L;
            while (rig.service.running() > 64) {
                now += 1_000_000;
                rig.kernel.runUntil(now);
            }
            assertThat(rig.service.running()).isEqualTo(64);
            assertThat(watts(rig)).isEqualTo(611.4, within(4.0));
            seconds[replication] = now * 1e-9 - 1;
        }
        Interval interval = Interval.of(seconds);
        assertThat(interval.covers(law)).as("%s covers %s", interval, law).isTrue();
        assertThat(interval.relativeHalfWidth()).isLessThan(0.04);
    }

    private static double watts(ServingRig rig) {
        double watts = 0;
        for (Pod pod : rig.service.deployment().pods()) {
            watts += pod.activeWatts();
        }
        return watts;
    }

    private static ServingRig rig(Routing routing, RequestTrace trace) {
        ServingOptions options =
                new ServingOptions(routing, 16, true, Long.MAX_VALUE, ServingOptions.NEVER, ServingOptions.NEVER);
        return new ServingRig(ServingRig.decodeOnly(1_000, 0, 10), 3, 0, trace, options, new ContextCost(0, 0));
    }

    private static RequestTrace trace(int requests, int tokens) {
        int[] outputs = new int[requests];
        Arrays.fill(outputs, tokens);
        return ServingRig.trace(new long[requests], new int[requests], outputs);
    }
}
