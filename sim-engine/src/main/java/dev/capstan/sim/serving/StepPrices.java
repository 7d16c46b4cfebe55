package dev.capstan.sim.serving;

/**
 * What a step of a replica costs under the limit in force: the one thing the service asks of a hardware model.
 *
 * <p>The sequences decoded hold {@code contextTokens} in the KV cache, all together. Active power is at the wall, over
 * the same GPUs left unallocated. Of prompts, {@code promptPairs} are {@link StepTable#promptPairs}, and
 * {@code burstNanos} is how long the steps with prompts directly before this one have lasted.
 */
interface StepPrices {

    /** Whether the context matters; if not, a price holds as long as the batch does. */
    boolean seesContext();

    /** Time of a step that decodes so many sequences. */
    long decodeNanos(int sequences, long contextTokens);

    /** Power during such a step. */
    long decodeActiveMicrowatts(int sequences, long contextTokens);

    /** Time of a step that takes in prompt tokens as well. */
    long mixedNanos(int sequences, long contextTokens, int promptTokens, long promptPairs, long burstNanos);

    /** Mean power during such a step. */
    long mixedActiveMicrowatts(int sequences, long contextTokens, int promptTokens, long promptPairs, long burstNanos);

    /** Power without a step. */
    long idleActiveMicrowatts();
}
