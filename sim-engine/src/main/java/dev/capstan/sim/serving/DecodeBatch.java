package dev.capstan.sim.serving;

import java.util.Arrays;

/**
 * The sequences that a replica decodes, in a heap ordered by (step in which they finish, request), so that the next
 * completion is known without touching the others.
 *
 * <p>Four children each, and both keys in one number: the request in the low bits, as many as the trace needs.
 */
final class DecodeBatch {

    private final int requestBits;
    private final long requestMask;
    private int size;
    private long[] keys = new long[32];

    /** @param requests of the whole service */
    DecodeBatch(int requests) {
        requestBits = Integer.SIZE - Integer.numberOfLeadingZeros(requests);
        requestMask = (1L << requestBits) - 1;
    }

    int size() {
        return size;
    }

    long nextFinishStep() {
        return finishStep(0);
    }

    int nextFinishRequest() {
        return request(0);
    }

    /** The request in the i-th place, in no order. */
    int request(int i) {
        return (int) (keys[i] & requestMask);
    }

    /** When the request in the i-th place finishes. */
    long finishStep(int i) {
        return keys[i] >> requestBits;
    }

    void add(int request, long finishStep) {
        if (size == keys.length) {
            keys = Arrays.copyOf(keys, size * 2);
        }
        if (finishStep >> (Long.SIZE - 1 - requestBits) != 0) {
            throw new IllegalStateException("a replica cannot count " + finishStep + " steps");
        }
        up(size++, (finishStep << requestBits) | request);
    }

    void removeNextFinish() {
        removeAt(0);
    }

    /** Takes the request in the i-th place out. */
    void removeAt(int i) {
        int last = --size;
        if (i == last) {
            return;
        }
        long key = keys[last];
        if (i > 0 && key < keys[(i - 1) >>> 2]) {
            up(i, key);
        } else {
            down(i, key);
        }
    }

    private void up(int from, long key) {
        int at = from;
        while (at > 0) {
            int parent = (at - 1) >>> 2;
            if (key > keys[parent]) {
                break;
            }
            keys[at] = keys[parent];
            at = parent;
        }
        keys[at] = key;
    }

    private void down(int from, long key) {
        int at = from;
        while (true) {
            int first = (at << 2) + 1;
            if (first >= size) {
                break;
            }
            int least = first;
            for (int child = first + 1; child < Math.min(first + 4, size); child++) {
                least = keys[child] < keys[least] ? child : least;
            }
            if (key < keys[least]) {
                break;
            }
            keys[at] = keys[least];
            at = least;
        }
        keys[at] = key;
    }
}
