package dev.capstan.sim.serving;

import dev.capstan.sim.cluster.StartupPhase;
import java.util.List;

/**
 * An LLM on a kind of GPU: how long a step takes and what it draws.
 *
 * <p>A decode step of b sequences takes {@code stepBaseNanos + stepPerSequenceNanos * b}; prompt tokens in the step add
 * {@code prefillNanosPerToken} each. All boards of the replica together draw
 * {@code min(gpus * tdp, decodeFixedWatts + decodeJoulesPerToken * b / T(b))} in decode. A power limit w below that
 * lowers the clock to {@code phi = ((w - idle) / (natural - idle))^(1/gamma)} and stretches the step by
 * {@code (1 - kappa) + kappa / phi}.
 *
 * @param name such as {@code llama-3.1-70b-h100x4}
 * @param source where the figures come from
 * @param validity what is measured, what is assumed, and over which range
 * @param gpus of one replica
 * @param stepBaseNanos step time without any sequence
 * @param stepPerSequenceNanos added by each running sequence
 * @param prefillNanosPerToken added by each prompt token in the step
 * @param tokenBudget most tokens in one step ({@code max_num_batched_tokens})
 * @param maxSequences most running sequences ({@code max_num_seqs})
 * @param kvCapacityTokens tokens that the KV cache of the replica holds
 * @param decodeFixedWatts intercept of the decode law, all boards
 * @param decodeJoulesPerToken slope of the decode law
 * @param idleGpuWatts a GPU with the model loaded and no work
 * @param tdpGpuWatts highest power limit of a GPU
 * @param minGpuLimitWatts lowest power limit that the board accepts
 * @param kappaDecode frequency elasticity of a decode step
 * @param kappaPrefill frequency elasticity of prefill
 * @param gamma exponent of dynamic power in the clock
 * @param startup what a new replica goes through before it serves, image already on the node
 */
public record ModelProfile(
        String name,
        String source,
        String validity,
        int gpus,
        double stepBaseNanos,
        double stepPerSequenceNanos,
        double prefillNanosPerToken,
        int tokenBudget,
        int maxSequences,
        long kvCapacityTokens,
        double decodeFixedWatts,
        double decodeJoulesPerToken,
        double idleGpuWatts,
        double tdpGpuWatts,
        double minGpuLimitWatts,
        double kappaDecode,
        double kappaPrefill,
        double gamma,
        List<StartupPhase> startup) {

    /** Step time of b sequences at full clock, in nanoseconds, without prompt tokens. */
    public double decodeStepNanos(int b) {
        return stepBaseNanos + stepPerSequenceNanos * b;
    }

    /** Draw of all boards in a decode step of b sequences without any limit but the TDP. */
    public double decodeWatts(int b) {
        if (b == 0) {
            return gpus * idleGpuWatts;
        }
        double tokensPerSecond = b / (decodeStepNanos(b) * 1e-9);
        return Math.min(gpus * tdpGpuWatts, decodeFixedWatts + decodeJoulesPerToken * tokensPerSecond);
    }

    /** Highest draw of all boards: prefill at the TDP. */
    public double peakWatts() {
        return gpus * tdpGpuWatts;
    }

    /** The same profile with other engine limits. */
    public ModelProfile withLimits(int newMaxSequences, int newTokenBudget) {
        return new ModelProfile(
                name,
                source,
                validity,
                gpus,
                stepBaseNanos,
                stepPerSequenceNanos,
                prefillNanosPerToken,
                newTokenBudget,
                newMaxSequences,
                kvCapacityTokens,
                decodeFixedWatts,
                decodeJoulesPerToken,
                idleGpuWatts,
                tdpGpuWatts,
                minGpuLimitWatts,
                kappaDecode,
                kappaPrefill,
                gamma,
                startup);
    }
}
