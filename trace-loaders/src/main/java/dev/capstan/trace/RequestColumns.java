package dev.capstan.trace;

import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;

/** The columns of a request trace while it grows. */
final class RequestColumns {

    private int size;
    private long[] arrivalNanos = new long[1024];
    private int[] inputTokens = new int[1024];
    private int[] outputTokens = new int[1024];

    void add(long arrival, int input, int output) {
        if (size == arrivalNanos.length) {
            int capacity = Math.addExact(size, size >> 1);
            arrivalNanos = Arrays.copyOf(arrivalNanos, capacity);
            inputTokens = Arrays.copyOf(inputTokens, capacity);
            outputTokens = Arrays.copyOf(outputTokens, capacity);
        }
        arrivalNanos[size] = arrival;
        inputTokens[size] = input;
        outputTokens[size] = output;
        size++;
    }

    int size() {
        return size;
    }

    RequestTrace trace(Optional<Instant> start, TraceOrigin origin) {
        return new RequestTrace(
                Arrays.copyOf(arrivalNanos, size),
                Arrays.copyOf(inputTokens, size),
                Arrays.copyOf(outputTokens, size),
                start,
                origin);
    }
}
