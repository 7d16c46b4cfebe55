package dev.capstan.sim.serving;

import org.jspecify.annotations.Nullable;

/**
 * The figures of an LLM from which a profile can be derived: those of its {@code config.json}.
 *
 * @param llm its name
 * @param layers transformer layers with attention
 * @param hidden width of a layer
 * @param kvHeads key-value heads
 * @param headDim width of a head
 * @param parameters all parameters
 * @param activeParameters those that one token uses; null where it uses all
 * @param experts of a layer among which the router chooses; one that every token uses is none of them; null where not known
 * @param expertsPerToken how many of them a token uses; null where not known
 * @param bytesPerWeight 2 for BF16, 1 for FP8; the KV cache is taken to be BF16
 */
public record Architecture(
        String llm,
        int layers,
        int hidden,
        int kvHeads,
        int headDim,
        double parameters,
        @Nullable Double activeParameters,
        @Nullable Integer experts,
        @Nullable Integer expertsPerToken,
        double bytesPerWeight) {

    public Architecture {
        Require.text("llm", llm);
        Require.between("layers", layers, 1, 10_000);
        Require.between("hidden", hidden, 1, 1_000_000);
        Require.between("kv_heads", kvHeads, 1, 10_000);
        Require.between("head_dim", headDim, 1, 10_000);
        Require.between("parameters", parameters, 1e6, 1e14);
        Require.between("bytes_per_weight", bytesPerWeight, 0.25, 4);
        if (activeParameters != null) {
            Require.between("active_parameters", activeParameters, 1e6, parameters);
        }
        if (experts != null && expertsPerToken != null) {
            Require.between("experts", experts, 2, 100_000);
            Require.between("experts_per_token", expertsPerToken, 1, experts - 1);
            if (activeParameters == null) {
                throw new IllegalArgumentException(
                        "active_parameters: is missing; without it nobody knows what share of the weights the experts are");
            }
            double least = parameters * expertsPerToken / experts;
            if (activeParameters < least) {
                throw new IllegalArgumentException("active_parameters: must be at least " + least + ", "
                        + expertsPerToken + " of " + experts + " experts, was " + activeParameters);
            }
        } else if (experts != null || expertsPerToken != null) {
            throw new IllegalArgumentException(
                    experts == null
                            ? "experts: is missing; it goes with experts_per_token"
                            : "experts_per_token: is missing; it goes with experts");
        }
    }

    /** Bytes of KV cache of one token: 2 x layers x KV heads x head dimension x 2 bytes. */
    public double kvBytesPerToken() {
        return 2.0 * layers * kvHeads * headDim * 2;
    }

    /** Bytes of all weights. */
    public double weightBytes() {
        return parameters * bytesPerWeight;
    }

    /** Parameters that one token uses. */
    public double active() {
        return activeParameters == null ? parameters : activeParameters;
    }

    /** Whether a token uses a part of the weights only. */
    public boolean hasExperts() {
        return active() < parameters;
    }

    /**
     * Bytes of the weights that a decode step reads: attention, embeddings and routers always, of the experts those that one
     * of its sequences goes to. Where each token goes to k of E experts, every k alike and whatever the others do, an expert
     * is left out by b tokens with probability {@code (1 - k/E)^b}, so that a share of {@code 1 - (1 - k/E)^b} is read (balls
     * into bins, by linearity of the mean). Routers of real models prefer some experts, and the tokens of a step resemble
     * each other: both lower the mean, for {@code 1 - (1 - p)^b} is concave in p, so this is an upper bound.
     *
     * <p>The experts have {@code (parameters - active) / (1 - k/E)} parameters, since a token uses k/E of them and all else.
     * Where E and k are not known, all weights count as experts and active / parameters as k/E.
     *
     * @param sequences of the step, from 1 up
     */
    public double weightBytesRead(int sequences) {
        double chosen =
                experts == null || expertsPerToken == null ? active() / parameters : (double) expertsPerToken / experts;
        double ofExperts = experts == null ? parameters : (parameters - active()) / (1 - chosen);
        return (parameters - ofExperts * StrictMath.pow(1 - chosen, sequences)) * bytesPerWeight;
    }
}
