package dev.capstan.trace;

import java.time.Instant;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;

/** Requests picked out of a trace, each with the time at which it shall arrive; keeps what else the trace says of them. */
final class RequestSelection {

    private final RequestTrace from;
    private int size;
    private long[] arrivalNanos = new long[1024];
    private int[] requests = new int[1024];

    RequestSelection(RequestTrace from) {
        this.from = from;
    }

    void add(int request, long arrival) {
        if (size == requests.length) {
            int capacity = Math.addExact(size, size >> 1);
            arrivalNanos = Arrays.copyOf(arrivalNanos, capacity);
            requests = Arrays.copyOf(requests, capacity);
        }
        requests[size] = request;
        arrivalNanos[size] = arrival;
        size++;
    }

    RequestTrace trace(Optional<Instant> start, TraceOrigin origin) {
        Map<RequestLabel, LabelColumn> labels = new EnumMap<>(RequestLabel.class);
        from.labels()
                .forEach((label, column) ->
                        labels.put(label, new LabelColumn(column.dictionary(), picked(column.codes()))));
        return new RequestTrace(
                Arrays.copyOf(arrivalNanos, size),
                picked(from.inputTokens()),
                picked(from.outputTokens()),
                start,
                origin,
                labels,
                from.prefixBlocks().map(this::picked));
    }

    private int[] picked(int[] column) {
        int[] picked = new int[size];
        for (int i = 0; i < size; i++) {
            picked[i] = column[requests[i]];
        }
        return picked;
    }

    private PrefixBlocks picked(PrefixBlocks blocks) {
        int[] offsets = new int[size + 1];
        for (int i = 0; i < size; i++) {
            int length = blocks.offsets()[requests[i] + 1] - blocks.offsets()[requests[i]];
            offsets[i + 1] = Math.addExact(offsets[i], length);
        }
        long[] hashes = new long[offsets[size]];
        for (int i = 0; i < size; i++) {
            System.arraycopy(
                    blocks.hashes(), blocks.offsets()[requests[i]], hashes, offsets[i], offsets[i + 1] - offsets[i]);
        }
        return new PrefixBlocks(blocks.blockTokens(), offsets, hashes);
    }
}
