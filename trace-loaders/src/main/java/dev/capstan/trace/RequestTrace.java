package dev.capstan.trace;

import java.time.Instant;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;

/**
 * Requests in order of arrival, as parallel arrays: 16 bytes a request, 4 more for each label.
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
    private final Map<RequestLabel, LabelColumn> labels;
    private final Optional<PrefixBlocks> prefixBlocks;

    /**
     * A trace without labels.
     *
     * @param arrivalNanos arrivals, not decreasing, from 0
     * @param inputTokens prompt tokens of each request, at least 0
     * @param outputTokens generated tokens of each request, at least 1
     * @param start wall-clock time of nanosecond 0 where the source has one (UTC is assumed where it writes no zone)
     * @param origin where it comes from
     */
    public RequestTrace(
            long[] arrivalNanos, int[] inputTokens, int[] outputTokens, Optional<Instant> start, TraceOrigin origin) {
        this(arrivalNanos, inputTokens, outputTokens, start, origin, Map.of(), Optional.empty());
    }

    /**
     * A trace with what else its source has.
     *
     * @param labels a column of as many requests for each label that is there
     * @param prefixBlocks of as many requests, where the source has them
     */
    public RequestTrace(
            long[] arrivalNanos,
            int[] inputTokens,
            int[] outputTokens,
            Optional<Instant> start,
            TraceOrigin origin,
            Map<RequestLabel, LabelColumn> labels,
            Optional<PrefixBlocks> prefixBlocks) {
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
        this.labels = labels.isEmpty() ? Map.of() : Collections.unmodifiableMap(new EnumMap<>(labels));
        this.prefixBlocks = prefixBlocks;
        this.labels.forEach((label, column) -> {
            if (column.size() != size) {
                throw new IllegalArgumentException(
                        "label " + label.column() + " is there for " + column.size() + " of " + size + " requests");
            }
        });
        prefixBlocks.ifPresent(blocks -> {
            if (blocks.requests() != size) {
                throw new IllegalArgumentException(
                        "prefix blocks are there for " + blocks.requests() + " of " + size + " requests");
            }
        });
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

    /** The labels that the source has, in the order of {@link RequestLabel}. */
    public Map<RequestLabel, LabelColumn> labels() {
        return labels;
    }

    /** Hashes of the prompt blocks, where the source has them. */
    public Optional<PrefixBlocks> prefixBlocks() {
        return prefixBlocks;
    }

    /** Arrival of the last request in nanoseconds; 0 for an empty trace. */
    public long spanNanos() {
        return size() == 0 ? 0 : arrivalNanos[size() - 1];
    }
}
