package dev.capstan.sim.serving;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Steps of 10 ms whatever they hold. A request of 11 tokens comes at 0, one of 9 at 55 ms:
 *
 * <pre>
 *   0 to  10 ms  the first prompt is taken in, nothing is decoded
 *  10 to  60 ms  one sequence
 *  60 to  70 ms  one sequence, and the second prompt
 *  70 to 110 ms  two sequences, until the first has its 11 tokens
 * 110 to 150 ms  one sequence
 * </pre>
 */
class OutOfRangeTimeTest {

    private static final long MILLISECOND = 1_000_000;
    private static final int PROMPT_TOKENS = 10;

    @Test
    void countsTheTimeOfStepsWithFewerSequencesThanWereMeasured() {
        ServingRig rig = rig(measured(List.of(2, 3), null, null));

        rig.kernel.runUntil(1_000 * MILLISECOND);

        // 50 + 10 + 40 ms with one sequence, of 150 ms in all.
        assertThat(rig.service.busyTime()).isEqualTo(new BusyTime(150 * MILLISECOND, 100 * MILLISECOND));
        assertThat(rig.service.busyTime().outsideShare()).isEqualTo(2 / 3.0);
    }

    @Test
    void countsTheTimeOfStepsWithMoreSequencesThanWereMeasured() {
        ServingRig rig = rig(measured(List.of(1, 1), null, null));

        rig.kernel.runUntil(1_000 * MILLISECOND);

        assertThat(rig.service.busyTime()).isEqualTo(new BusyTime(150 * MILLISECOND, 40 * MILLISECOND));
    }

    @Test
    void countsNothingWithinTheRanges() {
        ServingRig rig = rig(measured(List.of(1, 2), List.of(1, 100), List.of(PROMPT_TOKENS, PROMPT_TOKENS)));

        rig.kernel.runUntil(1_000 * MILLISECOND);

        assertThat(rig.service.busyTime()).isEqualTo(new BusyTime(150 * MILLISECOND, 0));
    }

    @Test
    void countsPromptsOtherThanThoseThatWereMeasured() {
        ServingRig rig = rig(measured(null, null, List.of(PROMPT_TOKENS + 1, 1000)));

        rig.kernel.runUntil(1_000 * MILLISECOND);

        assertThat(rig.service.busyTime()).isEqualTo(new BusyTime(150 * MILLISECOND, 20 * MILLISECOND));
    }

    @Test
    void countsContextsOtherThanThoseThatWereMeasured() {
        ServingRig rig = rig(measured(null, List.of(1, PROMPT_TOKENS - 1), null));

        rig.kernel.runUntil(1_000 * MILLISECOND);

        // All that decodes has a prompt of 10 tokens at least in its cache.
        assertThat(rig.service.busyTime()).isEqualTo(new BusyTime(150 * MILLISECOND, 140 * MILLISECOND));
    }

    @Test
    void countsFromTheBeginningOfScoringInTheMiddleOfAStretch() {
        ServingRig rig = rig(measured(List.of(2, 3), null, null));

        rig.kernel.runUntil(44 * MILLISECOND);
        assertThat(rig.service.busyTime()).isEqualTo(new BusyTime(44 * MILLISECOND, 34 * MILLISECOND));
        rig.service.startScoring();
        rig.kernel.runUntil(1_000 * MILLISECOND);

        assertThat(rig.service.busyTime()).isEqualTo(new BusyTime(106 * MILLISECOND, 66 * MILLISECOND));
    }

    @Test
    void countsWhatAReplicaDidBeforeItWasKilled() {
        ServingRig rig = rig(measured(List.of(2, 3), null, null));

        rig.kernel.runUntil(44 * MILLISECOND);
        // Without grace.
        rig.service.deployment().scale(0);
        rig.kernel.runUntil(1_000 * MILLISECOND);

        assertThat(rig.service.busyTime()).isEqualTo(new BusyTime(44 * MILLISECOND, 34 * MILLISECOND));
    }

    private static ServingRig rig(ModelProfile model) {
        ServingRig rig = new ServingRig(
                model,
                1,
                0,
                ServingRig.trace(
                        new long[] {0, 55 * MILLISECOND}, new int[] {PROMPT_TOKENS, PROMPT_TOKENS}, new int[] {11, 9}));
        rig.service.deployment().begin(1);
        return rig;
    }

    private static ModelProfile measured(
            @Nullable List<Integer> sequences,
            @Nullable List<Integer> contextTokens,
            @Nullable List<Integer> promptTokens) {
        ModelProfile plain = ServingRig.decodeOnly(10 * MILLISECOND, 0, 8);
        ModelProfile.Prefill prefill = plain.prefill();
        return new ModelProfile(
                plain.name(),
                plain.llm(),
                plain.mixtureOfExperts(),
                plain.engine(),
                plain.gpu(),
                plain.gpus(),
                new ModelProfile.Step(10.0, 0.0, null, null, basis(sequences, null)),
                new ModelProfile.Context(0, 0, basis(null, contextTokens)),
                new ModelProfile.Prefill(
                        prefill.perTokenUs(),
                        prefill.perTokenSquaredNs(),
                        null,
                        null,
                        prefill.overheadMs(),
                        prefill.overlapMs(),
                        prefill.tdpShare(),
                        basis(null, promptTokens)),
                plain.power(),
                plain.idle(),
                plain.response(),
                plain.limits(),
                plain.start());
    }

    private static Basis basis(@Nullable List<Integer> sequences, @Nullable List<Integer> tokens) {
        return new Basis(Basis.Status.MEASURED, "test", null, sequences, tokens, null);
    }
}
