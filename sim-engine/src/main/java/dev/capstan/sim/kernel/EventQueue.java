package dev.capstan.sim.kernel;

import java.util.Arrays;

/**
 * Pending events in a 4-ary heap of parallel primitive arrays, ordered by (time, priority, sequence), so that events of
 * one instant have one order whatever the history of the heap.
 *
 * <p><b>Caveats.</b> The fields of the event on top are read through the accessors and are gone after {@link #pop()}.
 * There is no cancellation: an event that may become void carries a version in its payload, and its handler compares.
 */
final class EventQueue {

    /** Sequence numbers take the low 56 bits of the tie key: 7e16 events before they would run into the priority. */
    private static final int SEQUENCE_BITS = 56;

    private long[] times = new long[64];
    private long[] ties = new long[64];
    private long[] payloads = new long[64];
    private int[] handlers = new int[64];
    private int size;
    private long sequence;

    int size() {
        return size;
    }

    /** Time of the event on top; {@link Long#MAX_VALUE} when there is none. */
    long topNanos() {
        return size == 0 ? Long.MAX_VALUE : times[0];
    }

    int topPriority() {
        return (int) (ties[0] >>> SEQUENCE_BITS);
    }

    int topHandler() {
        return handlers[0];
    }

    long topPayload() {
        return payloads[0];
    }

    void push(long timeNanos, int priority, int handler, long payload) {
        if (size == times.length) {
            grow();
        }
        long tie = ((long) priority << SEQUENCE_BITS) | sequence++;
        int at = size++;
        while (at > 0) {
            int parent = (at - 1) >>> 2;
            if (!before(timeNanos, tie, parent)) {
                break;
            }
            move(parent, at);
            at = parent;
        }
        set(at, timeNanos, tie, handler, payload);
    }

    void pop() {
        int last = --size;
        if (last == 0) {
            return;
        }
        long time = times[last];
        long tie = ties[last];
        int at = 0;
        while (true) {
            int first = (at << 2) + 1;
            if (first >= last) {
                break;
            }
            int least = first;
            int end = Math.min(first + 4, last);
            for (int child = first + 1; child < end; child++) {
                if (before(times[child], ties[child], least)) {
                    least = child;
                }
            }
            if (before(time, tie, least)) {
                break;
            }
            move(least, at);
            at = least;
        }
        set(at, time, tie, handlers[last], payloads[last]);
    }

    private boolean before(long time, long tie, int other) {
        return time < times[other] || (time == times[other] && tie < ties[other]);
    }

    private void move(int from, int to) {
        set(to, times[from], ties[from], handlers[from], payloads[from]);
    }

    private void set(int at, long time, long tie, int handler, long payload) {
        times[at] = time;
        ties[at] = tie;
        handlers[at] = handler;
        payloads[at] = payload;
    }

    private void grow() {
        int capacity = times.length * 2;
        times = Arrays.copyOf(times, capacity);
        ties = Arrays.copyOf(ties, capacity);
        payloads = Arrays.copyOf(payloads, capacity);
        handlers = Arrays.copyOf(handlers, capacity);
    }
}
