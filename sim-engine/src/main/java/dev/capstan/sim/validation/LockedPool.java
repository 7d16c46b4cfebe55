package dev.capstan.sim.validation;

import dev.capstan.sim.cluster.Demand;
import dev.capstan.sim.cluster.Servers;
import dev.capstan.sim.kernel.Kernel;
import dev.capstan.sim.power.PowerDomains;
import dev.capstan.sim.serving.ModelProfile;
import dev.capstan.sim.serving.RequestLog;
import dev.capstan.sim.serving.RequestService;
import dev.capstan.sim.serving.ServingOptions;
import dev.capstan.trace.RandomStream;
import dev.capstan.trace.RequestTrace;
import java.util.List;

/** Replicas whose GPUs are locked at one clock serve a trace; what their boards use until its end, and what users saw. */
record LockedPool(double boardJoules, double attainment) {

    private static final double NONE = Double.POSITIVE_INFINITY;

    /** Classes of prompts by their tokens, below; those beyond the last are in the last. */
    private static final int[] CLASS_TOKENS = {256, 1024};

    private static final double[] CLASS_TTFT_SECONDS = {0.25, 0.4, 2};
    private static final double TPOT_SECONDS = 0.1;

    /** @param megahertz 0 for no lock */
    static LockedPool serve(ModelProfile model, int replicas, RequestTrace trace, int megahertz) {
        Kernel kernel = new Kernel();
        PowerDomains power = new PowerDomains(List.of(new PowerDomains.Domain("root", -1, NONE, NONE, NONE)), 1);
        RequestService service = new RequestService(
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
        service.lockClock(megahertz);
        power.meter(0).startScoring(0);
        service.deployment().begin(replicas);
        kernel.runUntil(trace.spanNanos());
        power.settle(trace.spanNanos());
        double joules = power.meter(0).energyJoules();
        kernel.runUntil(2 * trace.spanNanos());
        return new LockedPool(joules, attainment(service.log()));
    }

    private static double attainment(RequestLog log) {
        RequestTrace trace = log.trace();
        int met = 0;
        for (int request = 0; request < trace.size(); request++) {
            int size = 0;
            while (size < CLASS_TOKENS.length && trace.inputTokens()[request] >= CLASS_TOKENS[size]) {
                size++;
            }
            boolean inTime = log.outcome(request) == RequestLog.Outcome.COMPLETED
                    && log.ttftNanos(request) <= CLASS_TTFT_SECONDS[size] * 1e9
                    && (trace.outputTokens()[request] < 2 || log.tpotNanos(request) <= TPOT_SECONDS * 1e9);
            met += inTime ? 1 : 0;
        }
        return met / (double) trace.size();
    }
}
