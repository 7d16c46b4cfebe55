package dev.capstan.trace;

/**
 * The hashes of the prompt blocks of each request, for prefix caching: requests that share leading hashes share the
 * beginning of their prompts.
 *
 * <p><b>Caveats.</b> The arrays are shared, not copied: nobody may write to them.
 *
 * @param blockTokens tokens of a block, such as 512 in Mooncake's traces
 * @param offsets where the blocks of each request begin in {@code hashes}, and one more for the end of the last
 * @param hashes of the blocks, request after request
 */
public record PrefixBlocks(int blockTokens, int[] offsets, long[] hashes) {

    public PrefixBlocks {
        if (blockTokens < 1) {
            throw new IllegalArgumentException("a prefix block needs at least 1 token, was " + blockTokens);
        }
        if (offsets.length == 0 || offsets[0] != 0 || offsets[offsets.length - 1] != hashes.length) {
            throw new IllegalArgumentException("offsets of prefix blocks must go from 0 to the number of hashes");
        }
        for (int i = 1; i < offsets.length; i++) {
            if (offsets[i] < offsets[i - 1]) {
                throw new IllegalArgumentException("offsets of prefix blocks must not decrease, do at request " + i);
            }
        }
    }

    /** Number of requests. */
    public int requests() {
        return offsets.length - 1;
    }
}
