package dev.capstan.sim.serving;

import dev.capstan.sim.cluster.Demand;
import dev.capstan.sim.cluster.Servers;
import dev.capstan.sim.cluster.StartupPhase;
import dev.capstan.sim.kernel.Kernel;
import dev.capstan.sim.power.PowerDomains;
import dev.capstan.sim.serving.StepwiseReference.ContextCost;
import dev.capstan.sim.validation.PlainProfile;
import dev.capstan.trace.RandomStream;
import dev.capstan.trace.RequestTrace;
import dev.capstan.trace.TraceOrigin;
import java.util.List;
import java.util.Optional;

/** A request service on servers of its own that draw nothing but what the boards of its pods draw. */
final class ServingRig {

    static final long NO_LIMIT = Long.MAX_VALUE / 4;

    final Kernel kernel = new Kernel();
    final PowerDomains power = new PowerDomains(
            List.of(new PowerDomains.Domain(
                    "root", -1, Double.POSITIVE_INFINITY, Double.POSITIVE_INFINITY, Double.POSITIVE_INFINITY)),
            1);
    final RequestService service;

    ServingRig(ModelProfile model, int servers, long graceNanos, RequestTrace trace) {
        this(model, servers, graceNanos, trace, ServingOptions.DEFAULTS, new ContextCost(0, 0));
    }

    ServingRig(
            ModelProfile model,
            int servers,
            long graceNanos,
            RequestTrace trace,
            ServingOptions options,
            ContextCost contextCost) {
        Servers cluster = new Servers(new int[] {servers}, model.gpus(), 0, 1, 0, power);
        service = new RequestService(
                kernel,
                power,
                cluster,
                new Demand(power.meter(0)),
                model,
                model.startup(),
                0,
                graceNanos,
                RandomStream.named(1, "startup"),
                trace,
                options,
                true,
                (limitWatts, clock, boardFactor) ->
                        new ContextPrices(new StepTable(model, limitWatts, clock, boardFactor, cluster), contextCost));
        power.meter(0).startScoring(0);
    }

    /** The prices of a table, and something for each token of the context. */
    private record ContextPrices(StepTable table, ContextCost cost) implements StepPrices {

        @Override
        public boolean seesContext() {
            return cost.nanosPerToken() != 0 || cost.microwattsPerToken() != 0;
        }

        @Override
        public long decodeNanos(int sequences, long contextTokens) {
            return table.decodeNanos(sequences, contextTokens) + contextTokens * cost.nanosPerToken();
        }

        @Override
        public long decodeActiveMicrowatts(int sequences, long contextTokens) {
            return table.decodeActiveMicrowatts(sequences, contextTokens) + contextTokens * cost.microwattsPerToken();
        }

        @Override
        public long mixedNanos(int sequences, long contextTokens, int promptTokens, long pairs, long allowance) {
            return table.mixedNanos(sequences, contextTokens, promptTokens, pairs, allowance)
                    + contextTokens * cost.nanosPerToken();
        }

        @Override
        public long mixedActiveMicrowatts(
                int sequences, long contextTokens, int promptTokens, long pairs, long allowance) {
            return table.mixedActiveMicrowatts(sequences, contextTokens, promptTokens, pairs, allowance)
                    + contextTokens * cost.microwattsPerToken();
        }

        @Override
        public long allowanceAfter(int sequences, long contextTokens, int promptTokens, long pairs, long allowance) {
            return table.allowanceAfter(sequences, contextTokens, promptTokens, pairs, allowance);
        }

        @Override
        public long mostAllowancePicojoules() {
            return table.mostAllowancePicojoules();
        }

        @Override
        public long spareMilliwatts(int sequences, long contextTokens) {
            return table.spareMilliwatts(sequences, contextTokens);
        }

        @Override
        public long idleSpareMilliwatts() {
            return table.idleSpareMilliwatts();
        }

        @Override
        public long idleActiveMicrowatts() {
            return table.idleActiveMicrowatts();
        }
    }

    /** Plays the trace on replicas that serve from the beginning, until nothing is left. */
    static ServingRig play(ModelProfile model, int replicas, RequestTrace trace) {
        ServingRig rig = new ServingRig(model, replicas, 0, trace);
        rig.service.deployment().begin(replicas);
        rig.kernel.runUntil(Long.MAX_VALUE - 1);
        return rig;
    }

    static RequestTrace trace(long[] arrivalNanos, int[] inputTokens, int[] outputTokens) {
        return new RequestTrace(
                arrivalNanos, inputTokens, outputTokens, Optional.empty(), new TraceOrigin("test", "", ""));
    }

    /** A model of one GPU whose limits bind nothing and whose prompts take no time. */
    static ModelProfile decodeOnly(double stepBaseNanos, double stepPerSequenceNanos, int maxSequences) {
        return model(stepBaseNanos, stepPerSequenceNanos, 0, Integer.MAX_VALUE, maxSequences, NO_LIMIT);
    }

    /** A model of one GPU with the power of Llama 3.1 8B on H100. */
    static ModelProfile model(
            double stepBaseNanos,
            double stepPerSequenceNanos,
            double prefillNanosPerToken,
            int tokenBudget,
            int maxSequences,
            long kvCapacityTokens) {
        return PlainProfile.of(
                "test",
                1,
                stepBaseNanos,
                stepPerSequenceNanos,
                prefillNanosPerToken,
                tokenBudget,
                maxSequences,
                kvCapacityTokens,
                454,
                0.0305,
                120,
                700,
                200,
                0.2,
                0.9,
                2,
                List.of(new StartupPhase("start", 777_777, 300)));
    }
}
