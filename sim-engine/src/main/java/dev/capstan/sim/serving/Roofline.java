package dev.capstan.sim.serving;

import dev.capstan.sim.serving.Basis.Status;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.List;
import java.util.Locale;

/**
 * Derives a profile of a model that nobody has measured from its architecture and the board.
 *
 * <p>A decode step reads the weights that its tokens use and the KV cache, and computes: {@code weights / (GPUs * bandwidth *
 * mbu) + 2 N b / (GPUs * peak * mfu) + context / (GPUs * bandwidth * kvMbu)}. The two times are added: that fits the measured
 * 70B row better than their maximum. Prefill is {@code 2 N L + 2 layers hidden L^2} at {@code mfu}; the second term is causal
 * attention.
 */
public final class Roofline {

    private static final double USABLE_MEMORY = 0.9;
    /** Vendor blogs: 16 GB in 8 s, 141 GB in 40 to 45 s. */
    private static final double LOAD_BYTES_PER_SECOND = 2.5e9;

    /** Of S-MLE3, over whose closed-loop rates the decode power was fitted; a sequence is 400 tokens long in the mean. */
    private static final double PROMPT_TOKENS = 120;

    private static final double OUTPUT_TOKENS = 400;

    /**
     * How much of the hardware an engine uses.
     *
     * @param mbu of the bandwidth, reading weights in decode
     * @param kvMbu of the bandwidth, reading KV cache
     * @param mfu of the BF16 peak, in decode and prefill
     * @param fixedShare decode power without any tokens, in board watts
     * @param energyFactor joules of a floating-point operation in decode over board watts / peak
     */
    public record Efficiency(double mbu, double kvMbu, double mfu, double fixedShare, double energyFactor) {

        /**
         * mbu of Llama-3.1-8B and of Qwen3-32B on two H100, fixed share and energy in the middle of the eight dense series, all
         * of S-MLE3 (vLLM, 2025); kvMbu of Llama-3.1-8B on H200 (S-DYN); mfu of Splitwise's Llama-2-70B, 0.34 to 0.45.
         */
        public static final Efficiency DEFAULTS = new Efficiency(0.64, 0.9, 0.4, 0.59, 1.4);

        public Efficiency {
            Require.between("mbu", mbu, 0.01, 1);
            Require.between("kv_mbu", kvMbu, 0.01, 1);
            Require.between("mfu", mfu, 0.01, 1);
            Require.between("fixed_share", fixedShare, 0, 1);
            Require.between("energy_factor", energyFactor, 0, 10);
        }
    }

    private Roofline() {}

    /**
     * A profile whose every section is marked extrapolated or assumed.
     *
     * @throws IllegalArgumentException if the weights leave no memory for KV cache
     */
    public static ModelProfile derive(String name, Architecture model, Gpu gpu, int gpus, Efficiency efficiency) {
        double bandwidth = gpus * gpu.hbmTerabytesPerSecond() * 1e12;
        double flops = gpus * gpu.bf16Teraflops() * 1e12 * efficiency.mfu();
        double memory = gpus * gpu.hbmGigabytes() * 1e9 * USABLE_MEMORY;
        long kvTokens = (long) ((memory - model.weightBytes()) / model.kvBytesPerToken());
        if (kvTokens < 1) {
            throw new IllegalArgumentException(String.format(
                    Locale.ROOT,
                    "the weights take %.0f GB, and %d x %s hold %.0f GB at %.0f %% use. Maybe more GPUs.",
                    model.weightBytes() * 1e-9,
                    gpus,
                    gpu.name(),
                    memory * 1e-9,
                    USABLE_MEMORY * 100));
        }
        double stepBaseMs = model.active() * model.bytesPerWeight() / (bandwidth * efficiency.mbu()) * 1e3;
        double perTokenSeconds = 2 * model.active() / flops;
        double perContextTokenSeconds = model.kvBytesPerToken() / (bandwidth * efficiency.kvMbu());
        double closedLoopMs =
                1e3 * (perTokenSeconds * (1 + PROMPT_TOKENS / OUTPUT_TOKENS) + perContextTokenSeconds * OUTPUT_TOKENS);
        String how = String.format(
                Locale.ROOT,
                "roofline of capstan models derive: mbu %s, kv mbu %s, mfu %s, fixed share %s, energy factor %s",
                efficiency.mbu(),
                efficiency.kvMbu(),
                efficiency.mfu(),
                efficiency.fixedShare(),
                efficiency.energyFactor());
        Basis derived = new Basis(
                Status.EXTRAPOLATED,
                how,
                null,
                null,
                null,
                "nothing of this model was measured; see docs/models.md for errors");
        Basis assumed = new Basis(Status.ASSUMED, "as in the profiles that Capstan ships", null, null, null, null);
        return new ModelProfile(
                name,
                model.llm(),
                model.active() < model.parameters() ? true : null,
                "vllm-2025",
                gpu,
                gpus,
                new ModelProfile.Step(significant(stepBaseMs), significant(perTokenSeconds * 1e3), null, null, derived),
                new ModelProfile.Context(significant(perContextTokenSeconds * 1e9), 0, derived),
                new ModelProfile.Prefill(
                        significant(perTokenSeconds * 1e6),
                        significant(2.0 * model.layers() * model.hidden() / flops * 1e9),
                        null,
                        null,
                        0,
                        null,
                        1,
                        derived),
                new ModelProfile.Power(
                        significant(efficiency.fixedShare() * gpus * gpu.boardWatts()),
                        significant(efficiency.energyFactor()
                                * 2
                                * model.active()
                                * gpu.boardWatts()
                                / (gpu.bf16Teraflops() * 1e12)),
                        null,
                        significant(stepBaseMs),
                        significant(closedLoopMs),
                        null,
                        null,
                        derived),
                new ModelProfile.Idle(gpu.contextIdleWatts(), gpu.basis().getOrDefault("idle", assumed)),
                new ModelProfile.Response(0.05, 0.9, 0.9, 2, 1, 0.75, 500, assumed),
                new ModelProfile.Limits(256, 8192, kvTokens, derived),
                new ModelProfile.Start(
                        List.of(
                                new ModelProfile.Start.Phase(
                                        "weights",
                                        Math.ceil(model.weightBytes() / LOAD_BYTES_PER_SECOND),
                                        significant(gpu.boardWatts() * 2 / 7)),
                                new ModelProfile.Start.Phase(
                                        "graph capture", 30, significant(gpu.boardWatts() * 4 / 7)),
                                new ModelProfile.Start.Phase("warm-up", 10, significant(gpu.boardWatts() * 4 / 7))),
                        assumed));
    }

    /** Four digits: no figure here is known better. */
    private static double significant(double value) {
        return value == 0 ? 0 : new BigDecimal(value).round(new MathContext(4)).doubleValue();
    }
}
