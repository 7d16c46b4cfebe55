package dev.capstan.sim.serving;

import dev.capstan.sim.serving.Basis.Status;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.List;
import java.util.Locale;
import java.util.function.IntToDoubleFunction;

/**
 * Derives a profile of a model that nobody has measured from its architecture and the board.
 *
 * <p>A decode step reads the weights that its tokens use and the KV cache, and computes: {@code weights / (GPUs * bandwidth *
 * mbu) + 2 N b / (GPUs * peak * mfu) + context / (GPUs * bandwidth * kvMbu) + layers * layerMs}. The times are added: that
 * fits the measured 70B row better than the maximum of reading and computing. Of a mixture of experts the weights grow with
 * the batch ({@link Architecture#weightBytesRead}), so that its step and its power are tables. Prefill is {@code 2 N L + 2
 * layers hidden L^2} at {@code mfu}; the second term is causal attention.
 */
public final class Roofline {

    private static final double USABLE_MEMORY = 0.9;
    /** Vendor blogs: 16 GB in 8 s, 141 GB in 40 to 45 s. */
    private static final double LOAD_BYTES_PER_SECOND = 2.5e9;

    /** Of S-MLE3, over whose closed-loop rates the decode power was fitted; a sequence is 400 tokens long in the mean. */
    private static final double PROMPT_TOKENS = 120;

    private static final double OUTPUT_TOKENS = 400;

    private static final int MAX_SEQUENCES = 256;

    /** Dense where the experts fill up: lines between these are off by at most 1.3 % in the weights read. */
    private static final List<Integer> TABLED =
            List.of(1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128, 192, MAX_SEQUENCES);

    /**
     * How much of the hardware an engine uses.
     *
     * @param mbu of the bandwidth, reading weights in decode
     * @param kvMbu of the bandwidth, reading KV cache
     * @param mfu of the BF16 peak, in decode and prefill
     * @param layerMs of each layer in a decode step, whatever the batch
     * @param fixedShare decode power without any tokens, in board watts
     * @param energyFactor joules of a floating-point operation in decode over board watts / peak
     */
    public record Efficiency(
            double mbu, double kvMbu, double mfu, double layerMs, double fixedShare, double energyFactor) {

        /**
         * mbu of Llama-3.1-8B and of Qwen3-32B on two H100, fixed share and energy in the middle of the eight dense series, all
         * of S-MLE3 (vLLM, 2025); kvMbu of Llama-3.1-8B on H200 (S-DYN); mfu of Splitwise's Llama-2-70B, 0.34 to 0.45.
         */
        public static final Efficiency DENSE = new Efficiency(0.64, 0.9, 0.4, 0, 0.59, 1.4);

        /**
         * As the dense ones but for two figures. mfu as in the profiles of mixtures of experts, which the prompts of S-MLE3
         * imply: each expert multiplies few tokens. The time of a layer, routing and gathering, is the one figure fitted to the
         * step times of the seven series of S-MLE3 at up to 256 sequences; power is fitted to none of them.
         */
        public static final Efficiency EXPERTS = new Efficiency(0.64, 0.9, 0.1, 0.145, 0.59, 1.4);

        public Efficiency {
            Require.between("mbu", mbu, 0.01, 1);
            Require.between("kv_mbu", kvMbu, 0.01, 1);
            Require.between("mfu", mfu, 0.01, 1);
            Require.between("layer_ms", layerMs, 0, 1000);
            Require.between("fixed_share", fixedShare, 0, 1);
            Require.between("energy_factor", energyFactor, 0, 10);
        }

        /** Those of the kind of model. */
        public static Efficiency of(Architecture model) {
            return model.hasExperts() ? EXPERTS : DENSE;
        }

        /** The same with other shares of bandwidth and of the BF16 peak. */
        public Efficiency with(double otherMbu, double otherMfu) {
            return new Efficiency(otherMbu, kvMbu, otherMfu, layerMs, fixedShare, energyFactor);
        }

        private String inWords() {
            return "mbu " + mbu + ", kv mbu " + kvMbu + ", mfu " + mfu + (layerMs == 0 ? "" : ", layer ms " + layerMs)
                    + ", fixed share " + fixedShare + ", energy factor " + energyFactor;
        }
    }

    private final Architecture model;
    private final Gpu gpu;
    private final int gpus;
    private final Efficiency efficiency;
    private final double bandwidth;
    private final double flops;
    private final double perTokenSeconds;
    private final double perContextTokenSeconds;
    private final Basis derived;

    private Roofline(Architecture model, Gpu gpu, int gpus, Efficiency efficiency) {
        this.model = model;
        this.gpu = gpu;
        this.gpus = gpus;
        this.efficiency = efficiency;
        bandwidth = gpus * gpu.hbmTerabytesPerSecond() * 1e12;
        flops = gpus * gpu.bf16Teraflops() * 1e12 * efficiency.mfu();
        perTokenSeconds = 2 * model.active() / flops;
        perContextTokenSeconds = model.kvBytesPerToken() / (bandwidth * efficiency.kvMbu());
        String experts = model.experts() == null
                ? ""
                : ", " + model.expertsPerToken() + " of " + model.experts() + " experts a token, all alike";
        derived = new Basis(
                Status.EXTRAPOLATED,
                "roofline of capstan models derive: " + efficiency.inWords() + experts,
                null,
                null,
                null,
                "nothing of this model on this engine was measured; see docs/models.md for errors");
    }

    /**
     * A profile whose every section is marked extrapolated or assumed.
     *
     * @throws IllegalArgumentException if the weights leave no memory for KV cache
     */
    public static ModelProfile derive(String name, Architecture model, Gpu gpu, int gpus, Efficiency efficiency) {
        return new Roofline(model, gpu, gpus, efficiency).profile(name);
    }

    private ModelProfile profile(String name) {
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
        Basis assumed = new Basis(Status.ASSUMED, "as in the profiles that Capstan ships", null, null, null, null);
        return new ModelProfile(
                name,
                model.llm(),
                model.hasExperts() ? true : null,
                "vllm-2025",
                gpu,
                gpus,
                step(),
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
                power(),
                new ModelProfile.Idle(gpu.contextIdleWatts(), gpu.basis().getOrDefault("idle", assumed)),
                new ModelProfile.Response(0.05, 0.9, 0.9, 2, 1, 0.75, 500, assumed),
                new ModelProfile.Limits(MAX_SEQUENCES, 8192, kvTokens, derived),
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

    private ModelProfile.Step step() {
        return model.hasExperts()
                ? new ModelProfile.Step(null, null, tabled(b -> b), tabled(b -> readMs(b) + perTokenMs() * b), derived)
                : new ModelProfile.Step(significant(readMs(1)), significant(perTokenMs()), null, null, derived);
    }

    private ModelProfile.Power power() {
        double fixedWatts = efficiency.fixedShare() * gpus * gpu.boardWatts();
        double joulesPerToken =
                efficiency.energyFactor() * 2 * model.active() * gpu.boardWatts() / (gpu.bf16Teraflops() * 1e12);
        double closedLoopMs =
                1e3 * (perTokenSeconds * (1 + PROMPT_TOKENS / OUTPUT_TOKENS) + perContextTokenSeconds * OUTPUT_TOKENS);
        if (model.hasExperts()) {
            List<Double> watts = tabled(b -> fixedWatts + joulesPerToken * b / ((readMs(b) + closedLoopMs * b) * 1e-3));
            return new ModelProfile.Power(null, null, null, null, null, tabled(b -> b), watts, derived);
        }
        return new ModelProfile.Power(
                significant(fixedWatts),
                significant(joulesPerToken),
                null,
                significant(readMs(1)),
                significant(closedLoopMs),
                null,
                null,
                derived);
    }

    /** What a step of b sequences takes before any of them computes or reads its context. */
    private double readMs(int b) {
        return 1e3 * model.weightBytesRead(b) / (bandwidth * efficiency.mbu()) + efficiency.layerMs() * model.layers();
    }

    private double perTokenMs() {
        return perTokenSeconds * 1e3;
    }

    private static List<Double> tabled(IntToDoubleFunction law) {
        return TABLED.stream().map(b -> significant(law.applyAsDouble(b))).toList();
    }

    /** Four digits: no figure here is known better. */
    private static double significant(double value) {
        return value == 0 ? 0 : new BigDecimal(value).round(new MathContext(4)).doubleValue();
    }
}
