package dev.capstan.sim.validation;

import dev.capstan.sim.cluster.StartupPhase;
import dev.capstan.sim.serving.Basis;
import dev.capstan.sim.serving.Basis.Status;
import dev.capstan.sim.serving.Gpu;
import dev.capstan.sim.serving.ModelProfile;
import java.util.List;
import java.util.Map;

/**
 * Profiles of the simplest laws, for comparison with closed forms: affine steps without context, linear prefill, one kappa,
 * one gamma, no lag, a maximum clock of 1000 MHz.
 */
public final class PlainProfile {

    private static final Basis BASIS = new Basis(Status.ASSUMED, "closed form", null, null, null, null);

    private PlainProfile() {}

    /** The arguments are in the order of a profile: engine, step, prefill, limits, power, response, startup. */
    public static ModelProfile of(
            String name,
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
        Gpu gpu = new Gpu("plain", 1, 1, 1, tdpGpuWatts, minGpuLimitWatts, 0, 0, 1000.0, Map.of());
        return new ModelProfile(
                name,
                "plain",
                null,
                "plain",
                gpu,
                gpus,
                new ModelProfile.Step(stepBaseNanos * 1e-6, stepPerSequenceNanos * 1e-6, null, null, BASIS),
                new ModelProfile.Context(0, 0, BASIS),
                new ModelProfile.Prefill(prefillNanosPerToken * 1e-3, 0, null, null, 0, null, 1, BASIS),
                new ModelProfile.Power(decodeFixedWatts, decodeJoulesPerToken, null, null, null, null, null, BASIS),
                new ModelProfile.Idle(idleGpuWatts, BASIS),
                new ModelProfile.Response(kappaDecode, kappaDecode, kappaPrefill, gamma, gamma, 0.5, 0, BASIS),
                new ModelProfile.Limits(maxSequences, tokenBudget, kvCapacityTokens, BASIS),
                new ModelProfile.Start(
                        startup.stream()
                                .map(phase -> new ModelProfile.Start.Phase(
                                        phase.name(), phase.nanos() * 1e-9, phase.gpuWatts()))
                                .toList(),
                        BASIS));
    }
}
