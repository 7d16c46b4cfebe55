package dev.capstan.sim.serving;

import dev.capstan.sim.cluster.LatencyHistogram;
import dev.capstan.trace.RequestTrace;
import org.jspecify.annotations.Nullable;

/**
 * What became of each request of a service, as parallel arrays in the order of arrival.
 *
 * <p><b>Caveats.</b> Times are written once, by the service; readers must look at {@link #outcome} first.
 */
public final class RequestLog {

    /** What became of a request. */
    public enum Outcome {
        /** Has not arrived by the end of the run. */
        AHEAD,
        /** Waiting or running at the end of the run. */
        UNFINISHED,
        COMPLETED,
        /** Too long for the model or for the KV cache of any replica. */
        REJECTED,
        /** Killed when the grace period of its replica ended, or with its server or one of its GPUs. */
        LOST,
        /** Aborted by the server, which had worked or waited too long on it. */
        TIMED_OUT,
        /** Given up by its client before the first token. */
        ABANDONED,
        /** Turned away by the gateway on arrival: its service admits a share of its requests only. */
        REFUSED,
        /** Given to another pool of its route. */
        ELSEWHERE
    }

    /** Which times of requests are kept. */
    enum Times {
        NONE,
        FIRST_TOKEN,
        ALL
    }

    private static final Outcome[] OUTCOMES = Outcome.values();
    private static final long[] UNKEPT = {};

    private final RequestTrace trace;
    private final long frontEndNanos;
    private final byte[] outcomes;
    private final long[] firstTokenNanos;
    private final long[] endNanos;
    private @Nullable LatencyHistogram ttft;
    private @Nullable LatencyHistogram tpot;
    private final int[] counts = new int[OUTCOMES.length];

    /**
     * A log in which nothing has arrived yet.
     *
     * @param frontEndNanos what the front end adds to the time to first token, while no GPU works
     * @param times which of them to keep: most of the memory that a request costs goes there
     */
    RequestLog(RequestTrace trace, long frontEndNanos, Times times) {
        this.trace = trace;
        this.frontEndNanos = frontEndNanos;
        outcomes = new byte[trace.size()];
        firstTokenNanos = times == Times.NONE ? UNKEPT : new long[trace.size()];
        endNanos = times == Times.ALL ? new long[trace.size()] : UNKEPT;
        counts[Outcome.AHEAD.ordinal()] = trace.size();
    }

    void become(int request, Outcome outcome) {
        counts[outcomes[request]]--;
        outcomes[request] = (byte) outcome.ordinal();
        counts[outcomes[request]]++;
    }

    void firstToken(int request, long nowNanos) {
        if (firstTokenNanos != UNKEPT) {
            firstTokenNanos[request] = nowNanos;
            if (ttft != null) {
                ttft.observe((double) ttftNanos(request));
            }
        }
    }

    boolean hasFirstToken(int request) {
        return firstTokenNanos[request] > 0;
    }

    void completed(int request, long nowNanos) {
        if (endNanos != UNKEPT) {
            endNanos[request] = nowNanos;
            if (tpot != null && trace.outputTokens()[request] > 1) {
                tpot.observe(tpotNanos(request));
            }
        }
        become(request, Outcome.COMPLETED);
    }

    /** From now on times go into histograms as well: each request then costs its times' way back from memory. */
    void expose() {
        ttft = LatencyHistogram.ofTtft();
        tpot = LatencyHistogram.ofTpot();
    }

    /** Times to first token; null where they are not exposed. */
    @Nullable LatencyHistogram ttft() {
        return ttft;
    }

    /** Times per output token of requests that ended; null where they are not exposed. */
    @Nullable LatencyHistogram tpot() {
        return tpot;
    }

    /** The requests. */
    public RequestTrace trace() {
        return trace;
    }

    /** What became of a request. */
    public Outcome outcome(int request) {
        return OUTCOMES[outcomes[request]];
    }

    /** How many requests came to that. */
    public int count(Outcome outcome) {
        return counts[outcome.ordinal()];
    }

    /** Time to first token of a completed request: front end, queueing and prefill. */
    public long ttftNanos(int request) {
        return firstTokenNanos[request] - trace.arrivalNanos()[request] + frontEndNanos;
    }

    /** Mean time between output tokens of a completed request; 0 where there was but one. */
    public double tpotNanos(int request) {
        int gaps = trace.outputTokens()[request] - 1;
        return gaps == 0 ? 0 : (double) (endNanos[request] - firstTokenNanos[request]) / gaps;
    }

    /** Time from the arrival to the last token of a completed request. */
    public long e2eNanos(int request) {
        return endNanos[request] - trace.arrivalNanos()[request] + frontEndNanos;
    }
}
