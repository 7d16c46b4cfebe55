package dev.capstan.trace;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The columns of a request trace while it grows: in blocks, so that growing copies nothing and the peak is the trace and
 * one column of it.
 */
final class RequestColumns implements RequestSink {

    private static final int BLOCK = 1 << 16;

    private final List<long[]> arrivalBlocks = new ArrayList<>();
    private final List<int[]> inputBlocks = new ArrayList<>();
    private final List<int[]> outputBlocks = new ArrayList<>();
    private long[] arrivalNanos = new long[1024];
    private int[] inputTokens = new int[1024];
    private int[] outputTokens = new int[1024];
    private int filled;
    private int before;

    void add(long arrival, int input, int output) {
        if (filled == arrivalNanos.length) {
            nextBlock();
        }
        arrivalNanos[filled] = arrival;
        inputTokens[filled] = input;
        outputTokens[filled] = output;
        filled++;
    }

    @Override
    public void accept(long arrival, int input, int output) {
        add(arrival, input, output);
    }

    int size() {
        return before + filled;
    }

    RequestTrace trace(Optional<Instant> start, TraceOrigin origin) {
        return trace(start, origin, Map.of(), Optional.empty());
    }

    /** The trace; to be called once, since it lets go of the blocks. */
    RequestTrace trace(
            Optional<Instant> start,
            TraceOrigin origin,
            Map<RequestLabel, LabelColumn> labels,
            Optional<PrefixBlocks> prefixBlocks) {
        int size = size();
        long[] arrivals = new long[size];
        joinInto(arrivals, arrivalBlocks, arrivalNanos);
        int[] inputs = new int[size];
        joinInto(inputs, inputBlocks, inputTokens);
        int[] outputs = new int[size];
        joinInto(outputs, outputBlocks, outputTokens);
        return new RequestTrace(arrivals, inputs, outputs, start, origin, labels, prefixBlocks);
    }

    private void nextBlock() {
        arrivalBlocks.add(arrivalNanos);
        inputBlocks.add(inputTokens);
        outputBlocks.add(outputTokens);
        before = Math.addExact(before, filled);
        filled = 0;
        arrivalNanos = new long[BLOCK];
        inputTokens = new int[BLOCK];
        outputTokens = new int[BLOCK];
    }

    private void joinInto(long[] whole, List<long[]> blocks, long[] last) {
        int at = 0;
        for (long[] block : blocks) {
            System.arraycopy(block, 0, whole, at, block.length);
            at += block.length;
        }
        System.arraycopy(last, 0, whole, at, filled);
        blocks.clear();
    }

    private void joinInto(int[] whole, List<int[]> blocks, int[] last) {
        int at = 0;
        for (int[] block : blocks) {
            System.arraycopy(block, 0, whole, at, block.length);
            at += block.length;
        }
        System.arraycopy(last, 0, whole, at, filled);
        blocks.clear();
    }
}
