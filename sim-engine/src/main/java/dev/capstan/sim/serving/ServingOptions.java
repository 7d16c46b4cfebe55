package dev.capstan.sim.serving;

/**
 * How a service hands requests to its replicas, and how its engines are set.
 *
 * @param routing where a request waits
 * @param blockTokens tokens of a block of KV cache, a power of two (vLLM {@code block_size})
 * @param prefixCaching keep the prompt blocks of requests that have ended until their room is needed (vLLM
 *     {@code enable_prefix_caching}); matters where the trace has prefix blocks
 * @param maxModelTokens longest prompt and output together (vLLM {@code max_model_len})
 * @param timeoutNanos the server aborts a request that long after its arrival; {@link #NEVER} for no limit
 * @param patienceNanos the client gives up when it has no first token that long after its arrival; {@link #NEVER} for
 *     clients that wait for ever
 */
public record ServingOptions(
        Routing routing,
        int blockTokens,
        boolean prefixCaching,
        long maxModelTokens,
        long timeoutNanos,
        long patienceNanos) {

    /** No limit. */
    public static final long NEVER = Long.MAX_VALUE;

    /** A central queue, blocks of 16 tokens, prefix caching as in vLLM V1, no limits. */
    public static final ServingOptions DEFAULTS =
            new ServingOptions(Routing.CENTRAL_QUEUE, 16, true, Long.MAX_VALUE, NEVER, NEVER);

    /** Where a request waits. */
    public enum Routing {
        /** At the gateway, until a replica has a slot and KV blocks for its prompt: a gateway with flow control. */
        CENTRAL_QUEUE,
        /** At the ready replica that had the fewest outstanding requests when it arrived. */
        LEAST_OUTSTANDING
    }

    public ServingOptions {
        if (blockTokens < 1 || Integer.bitCount(blockTokens) != 1) {
            throw new IllegalArgumentException(
                    "blockTokens must be a power of two, was " + blockTokens + ". vLLM's default is 16.");
        }
        if (maxModelTokens < 1 || timeoutNanos < 1 || patienceNanos < 1) {
            throw new IllegalArgumentException(
                    "maxModelTokens, timeoutNanos and patienceNanos must be at least 1, were " + maxModelTokens + ", "
                            + timeoutNanos + " and " + patienceNanos);
        }
    }
}
