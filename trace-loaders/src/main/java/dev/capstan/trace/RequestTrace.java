package dev.capstan.trace;

import java.time.Instant;
import java.util.Optional;

/**
 * Requests in order of arrival, as parallel arrays: 16 bytes a request.
 *
 * <p><b>Caveats.</b> The arrays are not copied, neither in nor out, because a trace may hold many millions of requests
 * and every run of a sweep shares it. Nobody may write to them after construction.
 */
public final class RequestTrace {

    private final long[] arrivalNanos;
    private final int[] inputTokens;
    private final int[] outputTokens;
    private final Optional<Instant> start;
    private final TraceOrigin origin;

    /**
     * @param arrivalNanos arrivals, not decreasing, from 0
     * @param inputTokens prompt tokens of each request, at least 0
     * @param outputTokens generated tokens of each request, at least 1
     * @param start wall-clock time of nanosecond 0 where the source has one (UTC is assumed where it writes no zone)
     * @param origin where it comes from
     */
    public RequestTrace(
            long[] arrivalNanos, int[] inputTokens, int[] outputTokens, Optional<Instant> start, TraceOrigin origin) {
        int size = arrivalNanos.length;
        if (inputTokens.length != size || outputTokens.length != size) {
            throw new IllegalArgumentException("columns of a request trace must have one length, were " + size + ", "
                    + inputTokens.length + " and " + outputTokens.length);
        }
        long before = 0;
        for (int i = 0; i < size; i++) {
            if (arrivalNanos[i] < before) {
                throw new IllegalArgumentException("request " + i + " arrives at " + arrivalNanos[i]
                        + " ns, before the one ahead of it at " + before + " ns");
            }
            if (inputTokens[i] < 0 || outputTokens[i] < 1) {
                throw new IllegalArgumentException("request " + i + " needs at least 0 input and 1 output tokens, has "
                        + inputTokens[i] + " and " + outputTokens[i]);
            }
            before = arrivalNanos[i];
        }
        this.arrivalNanos = arrivalNanos;
        this.inputTokens = inputTokens;
        this.outputTokens = outputTokens;
        this.start = start;
        this.origin = origin;
    }

    /** Number of requests. */
    public int size() {
        return arrivalNanos.length;
    }

    /** Arrivals in nanoseconds from the start of the trace; not to be written to. */
    public long[] arrivalNanos() {
        return arrivalNanos;
    }

    /** Prompt tokens; not to be written to. */
    public int[] inputTokens() {
        return inputTokens;
    }

    /** Generated tokens; not to be written to. */
    public int[] outputTokens() {
        return outputTokens;
    }

    /** Wall-clock time of nanosecond 0, where known. */
    public Optional<Instant> start() {
        return start;
    }

    /** Where the trace comes from. */
    public TraceOrigin origin() {
        return origin;
    }

    /** Arrival of the last request in nanoseconds; 0 for an empty trace. */
    public long spanNanos() {
        return size() == 0 ? 0 : arrivalNanos[size() - 1];
    }
}
