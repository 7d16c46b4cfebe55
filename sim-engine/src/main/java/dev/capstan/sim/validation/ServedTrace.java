package dev.capstan.sim.validation;

import dev.capstan.sim.cluster.Demand;
import dev.capstan.sim.cluster.Servers;
import dev.capstan.sim.kernel.Kernel;
import dev.capstan.sim.power.PowerDomains;
import dev.capstan.sim.serving.ModelProfile;
import dev.capstan.sim.serving.RequestService;
import dev.capstan.sim.serving.ServingOptions;
import dev.capstan.trace.RandomStream;
import dev.capstan.trace.RequestTrace;
import dev.capstan.trace.TraceOrigin;
import java.util.List;
import java.util.Optional;

/** Replicas that serve from the beginning, on servers that draw nothing but what their boards draw. */
final class ServedTrace {

    private static final double NONE = Double.POSITIVE_INFINITY;

    final Kernel kernel = new Kernel();
    final PowerDomains power = new PowerDomains(List.of(new PowerDomains.Domain("root", -1, NONE, NONE, NONE)), 1);
    final RequestService service;

    ServedTrace(ModelProfile model, int replicas, long[] arrivalNanos, int[] outputTokens) {
        this(model, replicas, arrivalNanos, new int[arrivalNanos.length], outputTokens);
    }

    ServedTrace(ModelProfile model, int replicas, long[] arrivalNanos, int[] inputTokens, int[] outputTokens) {
        this(
                model,
                replicas,
                new RequestTrace(
                        arrivalNanos,
                        inputTokens,
                        outputTokens,
                        Optional.empty(),
                        new TraceOrigin("generated for validation", "", "")));
    }

    ServedTrace(ModelProfile model, int replicas, RequestTrace trace) {
        service = new RequestService(
                kernel,
                power,
                new Servers(new int[] {replicas}, model.gpus(), 0, 1, 0, power),
                new Demand(power.meter(0)),
                model,
                List.of(),
                0,
                0,
                RandomStream.named(1, "startup"),
                trace,
                ServingOptions.DEFAULTS,
                true);
        power.meter(0).startScoring(0);
        service.deployment().begin(replicas);
    }

    void playToTheEnd() {
        kernel.runUntil(Long.MAX_VALUE - 1);
    }

    /** A model of one GPU that decodes only: prompts take no time, nothing but the number of sequences is limited. */
    static ModelProfile decodeOnly(
            double stepBaseNanos,
            double stepPerSequenceNanos,
            int maxSequences,
            double fixedWatts,
            double joulesPerToken,
            double idleWatts) {
        return PlainProfile.of(
                "decode only",
                1,
                stepBaseNanos,
                stepPerSequenceNanos,
                0,
                Integer.MAX_VALUE,
                maxSequences,
                Long.MAX_VALUE / 4,
                fixedWatts,
                joulesPerToken,
                idleWatts,
                1e6,
                1e6,
                0,
                0,
                1,
                List.of());
    }

    /** The same that draws nothing. */
    static ModelProfile decodeOnly(double stepBaseNanos, double stepPerSequenceNanos, int maxSequences) {
        return decodeOnly(stepBaseNanos, stepPerSequenceNanos, maxSequences, 0, 0, 0);
    }
}
