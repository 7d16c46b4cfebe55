package dev.capstan.sim.serving;

import java.util.Arrays;

/**
 * The sequences that a replica decodes, in a heap ordered by (step in which they finish, request), so that the next
 * completion is known without touching the others.
 */
final class DecodeBatch {

    private int size;
    private long[] finishSteps = new long[32];
    private int[] requests = new int[32];

    int size() {
        return size;
    }

    long nextFinishStep() {
        return finishSteps[0];
    }

    int nextFinishRequest() {
        return requests[0];
    }

    /** The request in the i-th place, in no order. */
    int request(int i) {
        return requests[i];
    }

    /** When the request in the i-th place finishes. */
    long finishStep(int i) {
        return finishSteps[i];
    }

    void add(int request, long finishStep) {
        if (size == finishSteps.length) {
            finishSteps = Arrays.copyOf(finishSteps, size * 2);
            requests = Arrays.copyOf(requests, size * 2);
        }
        up(size++, finishStep, request);
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
        long step = finishSteps[last];
        int request = requests[last];
        if (i > 0 && before(step, request, (i - 1) >>> 1)) {
            up(i, step, request);
        } else {
            down(i, step, request);
        }
    }

    private void up(int from, long finishStep, int request) {
        int at = from;
        while (at > 0) {
            int parent = (at - 1) >>> 1;
            if (!before(finishStep, request, parent)) {
                break;
            }
            finishSteps[at] = finishSteps[parent];
            requests[at] = requests[parent];
            at = parent;
        }
        finishSteps[at] = finishStep;
        requests[at] = request;
    }

    private void down(int from, long step, int request) {
        int at = from;
        while (true) {
            int child = 2 * at + 1;
            if (child >= size) {
                break;
            }
            if (child + 1 < size && before(finishSteps[child + 1], requests[child + 1], child)) {
                child++;
            }
            if (before(step, request, child)) {
                break;
            }
            finishSteps[at] = finishSteps[child];
            requests[at] = requests[child];
            at = child;
        }
        finishSteps[at] = step;
        requests[at] = request;
    }

    private boolean before(long step, int request, int other) {
        return step < finishSteps[other] || (step == finishSteps[other] && request < requests[other]);
    }
}
