package dev.capstan.sim.serving;

import static org.assertj.core.api.Assertions.assertThat;

import dev.capstan.sim.serving.RequestLog.Outcome;
import dev.capstan.sim.serving.ServingOptions.Routing;
import dev.capstan.sim.serving.StepwiseReference.ContextCost;
import dev.capstan.trace.PrefixBlocks;
import dev.capstan.trace.RequestTrace;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Schedules of vLLM V1 worked out by hand. Steps take 1 us, KV blocks hold 16 tokens. */
class VllmSchedulingTest {

    private static final long NEVER = ServingOptions.NEVER;

    /**
     * Four blocks; A is 16 + 33 tokens, B 16 + 20. A starts alone, B joins in step 2. In step t A holds 16 + t - 1 tokens
     * and B 16 + t - 2. Step 18 needs three blocks for A's 33 tokens and two for B's 32: B, admitted last, goes with 16
     * tokens produced and 31 in the cache. Its 32 tokens need two blocks, so it waits until A ends with step 33; step 34
     * takes them in and gives its 17th token, step 37 its last.
     */
    @Test
    void preemptsWhoWasAdmittedLastAndComputesItAnew() {
        ModelProfile model = ServingRig.model(1_000, 0, 0, 1000, 10, 64);
        ServingRig rig = play(model, 1, ServingOptions.DEFAULTS, trace(new long[] {0, 0}, 16, 33, 16, 20));

        RequestLog log = rig.service.log();
        assertThat(log.e2eNanos(0)).isEqualTo(33_000);
        assertThat(log.ttftNanos(1)).isEqualTo(2_000);
        assertThat(log.e2eNanos(1)).isEqualTo(37_000);
        assertThat(rig.service.effort()).isEqualTo(new Effort(1, 31, 0, 0, 0));
        assertThat(rig.service.inputTokens()).isEqualTo(32);
        assertThat(rig.service.outputTokens()).isEqualTo(53);
    }

    /** Budget 10, prompts of 25 and 4: 10, 10 and 5 + 4 tokens, then both decode. */
    @Test
    void takesPromptsInByChunksAndFillsUpTheBudgetWithTheNext() {
        ModelProfile model = ServingRig.model(1_000, 0, 100, 10, 10, 1000);
        ServingRig rig = play(model, 1, ServingOptions.DEFAULTS, trace(new long[] {0, 0}, 25, 2, 4, 2));

        RequestLog log = rig.service.log();
        assertThat(log.ttftNanos(0)).isEqualTo(2_000 + 2_000 + 1_900);
        assertThat(log.ttftNanos(1)).isEqualTo(2_000 + 2_000 + 1_900);
        assertThat(log.e2eNanos(1)).isEqualTo(5_900 + 1_000);
    }

    /** Prompts of 40 tokens at 100 ns: 5 us; with two blocks of 16 found in the cache 8 tokens are left: 1.8 us. */
    @Test
    void skipsWhatThePrefixCacheHolds() {
        ModelProfile model = ServingRig.model(1_000, 0, 100, 1000, 10, 1000);
        RequestTrace trace = alike(trace(new long[] {0, 10_000}, 40, 1, 40, 1), 7, 8, 9);

        ServingRig on = play(model, 1, ServingOptions.DEFAULTS, trace);
        ServingRig off = play(
                model, 1, new ServingOptions(Routing.CENTRAL_QUEUE, 16, false, Long.MAX_VALUE, NEVER, NEVER), trace);

        assertThat(on.service.log().e2eNanos(0)).isEqualTo(5_000);
        assertThat(on.service.log().e2eNanos(1)).isEqualTo(1_800);
        assertThat(on.service.effort().prefixCachedTokens()).isEqualTo(32);
        assertThat(on.service.inputTokens()).isEqualTo(80);
        assertThat(off.service.log().e2eNanos(1)).isEqualTo(5_000);
        assertThat(off.service.effort().prefixCachedTokens()).isZero();
    }

    /** 32 tokens are two whole blocks, both in the cache; but the last token gives the first output. */
    @Test
    void neverTakesTheWholePromptFromTheCache() {
        ModelProfile model = ServingRig.model(1_000, 0, 100, 1000, 10, 1000);
        ServingRig rig =
                play(model, 1, ServingOptions.DEFAULTS, alike(trace(new long[] {0, 10_000}, 32, 1, 32, 1), 7, 8));

        assertThat(rig.service.log().e2eNanos(1)).isEqualTo(1_000 + 1_600);
        assertThat(rig.service.effort().prefixCachedTokens()).isEqualTo(16);
    }

    /** After 5.5 us the sixth step is under way; its token is lost with the other five. */
    @Test
    void abortsARequestAfterItsTimeoutWhenTheStepEnds() {
        ModelProfile model = ServingRig.model(1_000, 0, 0, 1000, 10, 10_000);
        ServingRig rig = play(
                model,
                1,
                new ServingOptions(Routing.CENTRAL_QUEUE, 16, true, Long.MAX_VALUE, 5_500, NEVER),
                trace(new long[] {0}, 1, 1000));

        assertThat(rig.service.log().outcome(0)).isEqualTo(Outcome.TIMED_OUT);
        assertThat(rig.service.outputTokens()).isEqualTo(6);
        assertThat(rig.service.effort().wastedOutputTokens()).isEqualTo(6);
        assertThat(rig.service.running()).isZero();
    }

    /** One slot: the second request waits for 10 us and would have come next, the third comes in its place. */
    @Test
    void forgetsAClientThatGivesUp() {
        ModelProfile model = ServingRig.model(1_000, 0, 0, 1000, 1, 10_000);
        ServingRig rig = play(
                model,
                1,
                new ServingOptions(Routing.CENTRAL_QUEUE, 16, true, Long.MAX_VALUE, NEVER, 8_000),
                trace(new long[] {0, 1_000, 5_000}, 1, 10, 1, 10, 1, 2));

        assertThat(rig.service.log().outcome(1)).isEqualTo(Outcome.ABANDONED);
        assertThat(rig.service.log().e2eNanos(2)).isEqualTo(12_000 - 5_000);
        assertThat(rig.service.effort().wastedOutputTokens()).isZero();
    }

    /** One slot each: by the counts at its arrival the third request waits behind the first, ten steps long. */
    @Test
    void leavesARequestWhereItWasRouted() {
        ModelProfile model = ServingRig.model(1_000, 0, 0, 1000, 1, 10_000);
        RequestTrace trace = trace(new long[] {0, 1, 2}, 1, 10, 1, 2, 1, 1);
        ServingOptions routed = new ServingOptions(Routing.LEAST_OUTSTANDING, 16, true, Long.MAX_VALUE, NEVER, NEVER);

        assertThat(play(model, 2, routed, trace).service.log().e2eNanos(2)).isEqualTo(11_000 - 2);
        assertThat(play(model, 2, ServingOptions.DEFAULTS, trace).service.log().e2eNanos(2))
                .isEqualTo(3_001 - 2);
    }

    private static ServingRig play(ModelProfile model, int replicas, ServingOptions options, RequestTrace trace) {
        ServingRig rig = new ServingRig(model, replicas, 0, trace, options, new ContextCost(0, 0));
        rig.service.deployment().begin(replicas);
        rig.kernel.checkAfterEvents(rig.service::check);
        rig.kernel.runUntil(Long.MAX_VALUE - 1);
        return rig;
    }

    /** Prompt and output of each request in turn. */
    private static RequestTrace trace(long[] arrivals, int... lengths) {
        int[] inputs = new int[arrivals.length];
        int[] outputs = new int[arrivals.length];
        for (int i = 0; i < arrivals.length; i++) {
            inputs[i] = lengths[2 * i];
            outputs[i] = lengths[2 * i + 1];
        }
        return ServingRig.trace(arrivals, inputs, outputs);
    }

    /** The same with the given blocks of 16 tokens in both prompts. */
    private static RequestTrace alike(RequestTrace trace, long... blocks) {
        int count = blocks.length;
        long[] hashes = new long[2 * count];
        System.arraycopy(blocks, 0, hashes, 0, count);
        System.arraycopy(blocks, 0, hashes, count, count);
        return new RequestTrace(
                trace.arrivalNanos(),
                trace.inputTokens(),
                trace.outputTokens(),
                trace.start(),
                trace.origin(),
                Map.of(),
                Optional.of(new PrefixBlocks(16, new int[] {0, count, 2 * count}, hashes)));
    }
}
