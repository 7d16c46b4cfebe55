package dev.capstan.sim.autoscaling;

import java.util.Arrays;

/**
 * Counts with the time they were recorded, in no order: like the controller, a new entry takes the place of one that is
 * no longer needed, so that the memory stays bounded.
 */
final class TimedCounts {

    private long[] timesNanos = new long[32];
    private int[] counts = new int[32];
    private int size;

    boolean isEmpty() {
        return size == 0;
    }

    /** Records a count in place of the last entry older than {@code outdatedBeforeNanos}, if there is one. */
    void record(long nowNanos, int count, long outdatedBeforeNanos) {
        int slot = size;
        for (int i = size - 1; i >= 0; i--) {
            if (timesNanos[i] < outdatedBeforeNanos) {
                slot = i;
                break;
            }
        }
        if (slot == timesNanos.length) {
            timesNanos = Arrays.copyOf(timesNanos, 2 * size);
            counts = Arrays.copyOf(counts, 2 * size);
        }
        timesNanos[slot] = nowNanos;
        counts[slot] = count;
        size = Math.max(size, slot + 1);
    }

    int maxAfter(long cutoffNanos, int atLeast) {
        int max = atLeast;
        for (int i = 0; i < size; i++) {
            if (timesNanos[i] > cutoffNanos) {
                max = Math.max(max, counts[i]);
            }
        }
        return max;
    }

    int minAfter(long cutoffNanos, int atMost) {
        int min = atMost;
        for (int i = 0; i < size; i++) {
            if (timesNanos[i] > cutoffNanos) {
                min = Math.min(min, counts[i]);
            }
        }
        return min;
    }

    int sumAfter(long cutoffNanos) {
        int sum = 0;
        for (int i = 0; i < size; i++) {
            if (timesNanos[i] > cutoffNanos) {
                sum += counts[i];
            }
        }
        return sum;
    }
}
