package dev.capstan.sim.validation;

import dev.capstan.sim.serving.ModelProfile;
import dev.capstan.sim.serving.RequestLog;
import dev.capstan.trace.RequestTrace;

/** Replicas whose GPUs are locked at one clock serve a trace; what their boards use until its end, and what users saw. */
record LockedPool(double boardJoules, double attainment) {

    /** Classes of prompts by their tokens, below; those beyond the last are in the last. */
    private static final int[] CLASS_TOKENS = {256, 1024};

    private static final double[] CLASS_TTFT_SECONDS = {0.25, 0.4, 2};
    private static final double TPOT_SECONDS = 0.1;

    /** @param megahertz 0 for no lock */
    static LockedPool serve(ModelProfile model, int replicas, RequestTrace trace, int megahertz) {
        ServedTrace served = new ServedTrace(model, replicas, trace);
        served.service.lockClock(megahertz);
        served.kernel.runUntil(trace.spanNanos());
        served.power.settle(trace.spanNanos());
        double joules = served.power.meter(0).energyJoules();
        served.kernel.runUntil(2 * trace.spanNanos());
        return new LockedPool(joules, attainment(served.service.log()));
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
