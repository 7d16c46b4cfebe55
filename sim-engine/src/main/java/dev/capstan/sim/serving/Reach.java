package dev.capstan.sim.serving;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The ranges in which a profile was measured, as {@link Basis} states them: running sequences, mean context of a sequence,
 * prompt tokens of a step. What no basis states has no bounds.
 */
final class Reach {

    private final long fewestSequences;
    private final long mostSequences;
    private final long leastContext;
    private final long mostContext;
    private final long leastPrompt;
    private final long mostPrompt;

    Reach(ModelProfile model) {
        List<Integer> step = model.step().basis().sequences();
        List<Integer> power = model.power().basis().sequences();
        fewestSequences = Math.max(from(step), from(power));
        mostSequences = Math.min(to(step), to(power));
        leastContext = from(model.context().basis().tokens());
        mostContext = to(model.context().basis().tokens());
        leastPrompt = from(model.prefill().basis().tokens());
        mostPrompt = to(model.prefill().basis().tokens());
    }

    /**
     * Whether a step lies within the ranges. One that decodes nothing is judged by its prompts alone.
     *
     * @param contextTokens of all sequences together
     * @param promptTokens that the step takes in
     */
    boolean covers(int sequences, long contextTokens, int promptTokens) {
        return (sequences == 0
                        || (sequences >= fewestSequences
                                && sequences <= mostSequences
                                && contextTokens >= leastContext * sequences
                                && contextTokens <= mostContext * sequences))
                && (promptTokens == 0 || (promptTokens >= leastPrompt && promptTokens <= mostPrompt));
    }

    private static long from(@Nullable List<Integer> range) {
        return range == null ? 0 : range.get(0);
    }

    private static long to(@Nullable List<Integer> range) {
        return range == null ? Integer.MAX_VALUE : range.get(1);
    }
}
