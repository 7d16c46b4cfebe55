package dev.capstan.sim.serving;

/**
 * What a step of a replica costs under the limit in force: the one thing the service asks of a hardware model.
 *
 * <p>The sequences decoded hold {@code contextTokens} in the KV cache, all together. Active power is at the wall, over
 * the same GPUs left unallocated. Of prompts, {@code promptPairs} are {@link StepTable#promptPairs}, and the allowance is the
 * energy that the boards may draw over their limit before it takes hold.
 */
interface StepPrices {

    /** Whether the context matters; if not, a price holds as long as the batch does. */
    boolean seesContext();

    /** Time of a step that decodes so many sequences. */
    long decodeNanos(int sequences, long contextTokens);

    /** Power during such a step. */
    long decodeActiveMicrowatts(int sequences, long contextTokens);

    /** Time of a step that takes in prompt tokens as well. */
    long mixedNanos(int sequences, long contextTokens, int promptTokens, long promptPairs, long allowancePicojoules);

    /** Mean power during such a step. */
    long mixedActiveMicrowatts(
            int sequences, long contextTokens, int promptTokens, long promptPairs, long allowancePicojoules);

    /** What is left of the allowance after such a step. */
    long allowanceAfter(
            int sequences, long contextTokens, int promptTokens, long promptPairs, long allowancePicojoules);

    /** The most that the allowance fills up to; 0 where nothing escapes the limit. */
    long mostAllowancePicojoules();

    /** By how much a decode step stays under the limit, and so fills the allowance up; in milliwatts, at the boards. */
    long spareMilliwatts(int sequences, long contextTokens);

    /** The same without a step. */
    long idleSpareMilliwatts();

    /** Power without a step. */
    long idleActiveMicrowatts();
}
