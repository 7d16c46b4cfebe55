package dev.capstan.trace.inspect;

/**
 * Counts how many of the keys that came were there before, in bounded memory: exact up to two million distinct keys,
 * beyond that on a sample of the keys chosen by their hash, which keeps every occurrence of a chosen key (distinct
 * sampling: Gibbons, VLDB 2001).
 */
final class DistinctCounts {

    private static final int MOST_SLOTS = 1 << 22;

    private long[] keys = new long[64];
    private boolean[] used = new boolean[64];
    private int[] counts = new int[64];
    private int distinct;
    private long occurrences;
    private int level;

    /** Adds a key. True if it is known to have come before. */
    boolean add(long key) {
        long hash = mix(key);
        if (!chosen(hash)) {
            return false;
        }
        occurrences++;
        int slot = slot(key, hash);
        if (used[slot]) {
            counts[slot]++;
            return true;
        }
        put(slot, key, 1);
        if (distinct > keys.length / 2) {
            if (keys.length == MOST_SLOTS) {
                level++;
                rebuild(MOST_SLOTS);
            } else {
                rebuild(2 * keys.length);
            }
        }
        return false;
    }

    /** Share of the keys that had come before; NaN if none came. */
    double repeatedShare() {
        return occurrences == 0 ? Double.NaN : 1 - distinct / (double) occurrences;
    }

    /** Number of different keys; an estimate once a sample is kept. */
    long distinct() {
        return (long) distinct << level;
    }

    /** Whether every key was counted. */
    boolean exact() {
        return level == 0;
    }

    private void rebuild(int slots) {
        long[] oldKeys = keys;
        boolean[] oldUsed = used;
        int[] oldCounts = counts;
        keys = new long[slots];
        used = new boolean[slots];
        counts = new int[slots];
        distinct = 0;
        occurrences = 0;
        for (int i = 0; i < oldKeys.length; i++) {
            long hash = mix(oldKeys[i]);
            if (oldUsed[i] && chosen(hash)) {
                put(slot(oldKeys[i], hash), oldKeys[i], oldCounts[i]);
                occurrences += oldCounts[i];
            }
        }
    }

    private void put(int slot, long key, int count) {
        used[slot] = true;
        keys[slot] = key;
        counts[slot] = count;
        distinct++;
    }

    private int slot(long key, long hash) {
        int slot = (int) hash & (keys.length - 1);
        while (used[slot] && keys[slot] != key) {
            slot = (slot + 1) & (keys.length - 1);
        }
        return slot;
    }

    /** The upper bits choose the sample, the lower ones the slot. */
    private boolean chosen(long hash) {
        return level == 0 || hash >>> (64 - level) == 0;
    }

    /** The finaliser of splitmix64: Steele, Lea and Flood, OOPSLA 2014. */
    private static long mix(long key) {
        long z = key + 0x9e3779b97f4a7c15L;
        z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
        z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
        return z ^ (z >>> 31);
    }
}
