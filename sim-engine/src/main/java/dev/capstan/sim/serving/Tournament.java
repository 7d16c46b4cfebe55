package dev.capstan.sim.serving;

import java.util.Arrays;

/**
 * The least of many keys from 0, of equal ones that of the lowest index: a winner tree, so that a change costs O(log n).
 */
final class Tournament {

    static final long NONE = Long.MAX_VALUE;

    private int leaves;
    /** Least key below each node; the root is node 1, leaf i is node leaves + i. */
    private long[] keys;
    /** Whose it is. */
    private int[] winners;

    Tournament() {
        resize(8);
    }

    /** Sets the key of an index; {@link #NONE} takes it out. */
    void set(int index, long key) {
        if (index >= leaves) {
            grow(index);
        }
        int node = leaves + index;
        if (keys[node] == key) {
            return;
        }
        keys[node] = key;
        long least = key;
        int winner = index;
        for (; node > 1; node >>= 1) {
            // Without branches, which nobody could predict: all ones if the sibling has the lesser key, or stands left
            // of an
            // equal one.
            int sibling = node ^ 1;
            long lead = keys[sibling] - least;
            long wins = (lead - (node & 1)) >> 63;
            least += lead & wins;
            winner ^= (winner ^ winners[sibling]) & (int) wins;
            keys[node >> 1] = least;
            winners[node >> 1] = winner;
        }
    }

    /** Index of the least key. */
    int first() {
        return winners[1];
    }

    /** The least key. */
    long firstKey() {
        return keys[1];
    }

    private void grow(int index) {
        long[] before = Arrays.copyOfRange(keys, leaves, 2 * leaves);
        resize(Integer.highestOneBit(index) * 2);
        for (int i = 0; i < before.length; i++) {
            set(i, before[i]);
        }
    }

    private void resize(int size) {
        leaves = size;
        keys = new long[2 * size];
        Arrays.fill(keys, NONE);
        winners = new int[2 * size];
        for (int i = 0; i < size; i++) {
            winners[size + i] = i;
        }
        for (int node = size - 1; node > 0; node--) {
            winners[node] = winners[2 * node];
        }
    }
}
