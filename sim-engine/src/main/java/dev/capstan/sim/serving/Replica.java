package dev.capstan.sim.serving;

import dev.capstan.sim.cluster.Pod;
import java.util.Arrays;

/**
 * A continuous-batching engine: what it decodes, what waits for its prefill, and the stretch of identical steps it is in.
 *
 * <p>Running sequences lie in a heap ordered by (step in which they finish, request), so the next completion is known
 * without touching the others. All primitive: a request costs no allocation.
 */
final class Replica {

    final Pod pod;
    final int index;
    boolean accepting = true;

    /** Number of the event that is awaited; events of earlier numbers are void. */
    int epoch;

    boolean stepping;
    boolean mixed;
    long stretchStartNanos;
    long stepNanos;
    long stretchSteps;
    /** When the mixed steps began that run without a decode step between them. */
    long burstStartNanos;

    /** Steps done since the replica serves. */
    long steps;

    long reservedKvTokens;

    int running;
    private long[] finishSteps = new long[32];
    private int[] runningRequests = new int[32];

    int prefilling;
    private int[] prefillRequests = new int[32];
    private int prefillHead;
    /** Prompt tokens of the first prefilling request that earlier steps have taken in. */
    int headTokensDone;
    /** How many of the first prefilling requests the step under way completes. */
    int finishingPrefills;

    Replica(Pod pod, int index) {
        this.pod = pod;
        this.index = index;
    }

    int outstanding() {
        return running + prefilling;
    }

    void addPrefill(int request) {
        if (prefilling == prefillRequests.length) {
            int[] larger = new int[prefilling * 2];
            for (int i = 0; i < prefilling; i++) {
                larger[i] = prefillRequest(i);
            }
            prefillRequests = larger;
            prefillHead = 0;
        }
        prefillRequests[(prefillHead + prefilling++) & (prefillRequests.length - 1)] = request;
    }

    /** The i-th request that waits for its prefill. */
    int prefillRequest(int i) {
        return prefillRequests[(prefillHead + i) & (prefillRequests.length - 1)];
    }

    int pollPrefill() {
        int request = prefillRequests[prefillHead];
        prefillHead = (prefillHead + 1) & (prefillRequests.length - 1);
        prefilling--;
        return request;
    }

    long nextFinishStep() {
        return finishSteps[0];
    }

    int nextFinishRequest() {
        return runningRequests[0];
    }

    /** The request in the i-th place of the heap, in no order. */
    int runningRequest(int i) {
        return runningRequests[i];
    }

    /** When the request in the i-th place of the heap finishes. */
    long finishStep(int i) {
        return finishSteps[i];
    }

    void addRunning(int request, long finishStep) {
        if (running == finishSteps.length) {
            finishSteps = Arrays.copyOf(finishSteps, running * 2);
            runningRequests = Arrays.copyOf(runningRequests, running * 2);
        }
        int at = running++;
        while (at > 0) {
            int parent = (at - 1) >>> 1;
            if (!before(finishStep, request, parent)) {
                break;
            }
            finishSteps[at] = finishSteps[parent];
            runningRequests[at] = runningRequests[parent];
            at = parent;
        }
        finishSteps[at] = finishStep;
        runningRequests[at] = request;
    }

    void removeNextFinish() {
        int last = --running;
        long step = finishSteps[last];
        int request = runningRequests[last];
        int at = 0;
        while (true) {
            int child = 2 * at + 1;
            if (child >= last) {
                break;
            }
            if (child + 1 < last && before(finishSteps[child + 1], runningRequests[child + 1], child)) {
                child++;
            }
            if (before(step, request, child)) {
                break;
            }
            finishSteps[at] = finishSteps[child];
            runningRequests[at] = runningRequests[child];
            at = child;
        }
        finishSteps[at] = step;
        runningRequests[at] = request;
    }

    private boolean before(long step, int request, int other) {
        return step < finishSteps[other] || (step == finishSteps[other] && request < runningRequests[other]);
    }
}
