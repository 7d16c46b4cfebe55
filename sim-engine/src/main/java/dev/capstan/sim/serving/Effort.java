package dev.capstan.sim.serving;

/**
 * Work that a service did in vain or was spared.
 *
 * @param preemptions sequences that lost their KV blocks to others
 * @param recomputedTokens computed again after that, prompt and output
 * @param prefixCachedTokens prompt tokens found in a prefix cache, each once
 * @param wastedInputTokens taken in of requests that did not come to their end, computed or cached, each once
 * @param wastedOutputTokens generated for requests that did not come to their end
 */
public record Effort(
        long preemptions,
        long recomputedTokens,
        long prefixCachedTokens,
        long wastedInputTokens,
        long wastedOutputTokens) {

    /** None at all. */
    public static final Effort NONE = new Effort(0, 0, 0, 0, 0);

    /** The sum of this and another. */
    public Effort plus(Effort other) {
        return new Effort(
                preemptions + other.preemptions,
                recomputedTokens + other.recomputedTokens,
                prefixCachedTokens + other.prefixCachedTokens,
                wastedInputTokens + other.wastedInputTokens,
                wastedOutputTokens + other.wastedOutputTokens);
    }

    Effort since(Effort earlier) {
        return new Effort(
                preemptions - earlier.preemptions,
                recomputedTokens - earlier.recomputedTokens,
                prefixCachedTokens - earlier.prefixCachedTokens,
                wastedInputTokens - earlier.wastedInputTokens,
                wastedOutputTokens - earlier.wastedOutputTokens);
    }
}
