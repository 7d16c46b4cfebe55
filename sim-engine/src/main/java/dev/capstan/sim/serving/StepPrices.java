package dev.capstan.sim.serving;

/**
 * What a step of a replica costs under the limit in force: the one thing the service asks of a hardware model.
 *
 * <p>The sequences decoded hold {@code contextTokens} in the KV cache, all together. Active power is at the wall, over
 * the same GPUs left unallocated.
 */
interface StepPrices {

    /** Whether the context matters; if not, a price holds as long as the batch does. */
    boolean seesContext();

    /** Time of a step that decodes so many sequences. */
    long decodeNanos(int sequences, long contextTokens);

    /** Power during such a step. */
    long decodeActiveMicrowatts(int sequences, long contextTokens);

    /** Time of a step that takes in prompt tokens as well. */
    long mixedNanos(int sequences, long contextTokens, int promptTokens);

    /** Mean power during such a step. */
    long mixedActiveMicrowatts(int sequences, long contextTokens, int promptTokens);

    /** Power without a step. */
    long idleActiveMicrowatts();

    /** The prices of a table that does not know of the context. */
    static StepPrices of(StepTable table) {
        return new StepPrices() {
            @Override
            public boolean seesContext() {
                return false;
            }

            @Override
            public long decodeNanos(int sequences, long contextTokens) {
                return table.decodeNanos(sequences);
            }

            @Override
            public long decodeActiveMicrowatts(int sequences, long contextTokens) {
                return table.decodeActiveMicrowatts(sequences);
            }

            @Override
            public long mixedNanos(int sequences, long contextTokens, int promptTokens) {
                return table.mixedNanos(sequences, promptTokens);
            }

            @Override
            public long mixedActiveMicrowatts(int sequences, long contextTokens, int promptTokens) {
                return table.mixedActiveMicrowatts(sequences, promptTokens);
            }

            @Override
            public long idleActiveMicrowatts() {
                return table.idleActiveMicrowatts();
            }
        };
    }
}
