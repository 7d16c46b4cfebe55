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
}
