package dev.capstan.sim.serving;

import dev.capstan.sim.cluster.StartupPhase;
import java.util.List;
import java.util.Optional;

/**
 * The measured profiles that Capstan ships.
 *
 * <p>Step times are the median inter-token latencies and power the affine fits of 18 chat series on H100 with vLLM
 * (ml-energy/leaderboard at 0cd52da, public/data/tasks; fitted for 8 sequences and more). Prefill is a roofline,
 * 2 N / (gpus * 989 TFLOP/s * 0.4): an assumption. KV capacity is (80 GB * gpus * 0.9 - weights) / bytes per token. Idle
 * 120 W with a context is an assumption (110 to 146 W reported), and so are kappa 0.2 and 0.9 and gamma 2.
 */
public final class ModelProfiles {

    private static final String SOURCE = "ml-energy/leaderboard @0cd52da (H100, vLLM), fits of ITL and board power";
    private static final String VALIDITY =
            "step time and decode power measured on H100 for 8 sequences and more; fewer sequences, prefill time and"
                    + " power, and the response to power limits are assumptions";

    private static final double H100_FLOPS = 989e12;
    private static final double PREFILL_FLOPS_UTILIZATION = 0.4;

    private static final List<ModelProfile> ALL = List.of(
            h100("llama-3.1-8b-h100", 1, 6.54, 0.0790, 8.03e9, 426_000, 454, 0.0305, 8, 12, 5),
            h100("qwen3-8b-h100", 1, 7.70, 0.0924, 8.19e9, 378_000, 402, 0.0273, 8, 12, 5),
            h100("qwen3-32b-h100x2", 2, 14.21, 0.1201, 32.8e9, 299_000, 808, 0.0707, 20, 20, 8),
            h100("llama-3.1-70b-h100x4", 4, 15.74, 0.1035, 70.6e9, 449_000, 1671, 0.1328, 45, 30, 10),
            h100("llama-3.1-405b-fp8-h100x8", 8, 31.52, 0.1407, 405.9e9, 330_000, 3084, 0.7925, 120, 30, 10));

    private ModelProfiles() {}

    /** All profiles, in a stable order. */
    public static List<ModelProfile> all() {
        return ALL;
    }

    /** The profile of that name. */
    public static Optional<ModelProfile> find(String name) {
        return ALL.stream().filter(profile -> profile.name().equals(name)).findFirst();
    }

    private static ModelProfile h100(
            String name,
            int gpus,
            double stepBaseMillis,
            double stepPerSequenceMillis,
            double parameters,
            long kvCapacityTokens,
            double decodeFixedWatts,
            double decodeJoulesPerToken,
            int loadSeconds,
            int captureSeconds,
            int warmupSeconds) {
        double prefillSecondsPerToken = 2 * parameters / (gpus * H100_FLOPS * PREFILL_FLOPS_UTILIZATION);
        return new ModelProfile(
                name,
                SOURCE,
                VALIDITY,
                gpus,
                stepBaseMillis * 1e6,
                stepPerSequenceMillis * 1e6,
                prefillSecondsPerToken * 1e9,
                8192,
                256,
                kvCapacityTokens,
                decodeFixedWatts,
                decodeJoulesPerToken,
                120,
                700,
                200,
                0.2,
                0.9,
                2,
                // Seconds from vendor blogs; watts from NVIDIA Dynamo's design documents (150-250 and 300-500 W).
                List.of(
                        new StartupPhase("weights", loadSeconds * 1_000_000_000L, 200),
                        new StartupPhase("graph capture", captureSeconds * 1_000_000_000L, 400),
                        new StartupPhase("warm-up", warmupSeconds * 1_000_000_000L, 400)));
    }
}
