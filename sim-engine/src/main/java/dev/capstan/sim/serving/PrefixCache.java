package dev.capstan.sim.serving;

import dev.capstan.trace.PrefixBlocks;
import java.util.Arrays;
import java.util.Set;

/**
 * The prompt blocks that a replica could use again: those in use, counted by their users, and idle ones, which stay
 * until room is needed and go least recently used first. A block of the trace stands for as many blocks of the engine
 * as hold its tokens.
 *
 * <p>Open addressing over parallel primitive arrays; idle blocks form a list through them.
 */
final class PrefixCache {

    private static final int NIL = -1;

    private final PrefixBlocks trace;
    private final int engineBlocks;

    private int capacity = 64;
    private long[] hashes = new long[capacity];
    /** Users of the block in each place; -1 where there is none. */
    private int[] users = filled(capacity);

    private int[] older = new int[capacity];
    private int[] newer = new int[capacity];
    private int oldest = NIL;
    private int newest = NIL;
    private int size;
    private int idle;

    /** @param blockTokens of an engine block, of which a block of the trace must be a multiple */
    PrefixCache(PrefixBlocks trace, int blockTokens) {
        if (trace.blockTokens() % blockTokens != 0) {
            throw new IllegalArgumentException("prefix blocks of " + trace.blockTokens()
                    + " tokens are no multiple of KV blocks of " + blockTokens + " tokens");
        }
        this.trace = trace;
        engineBlocks = trace.blockTokens() / blockTokens;
    }

    /** Engine blocks that a block stands for. */
    int engineBlocks() {
        return engineBlocks;
    }

    /** Tokens of a block. */
    int blockTokens() {
        return trace.blockTokens();
    }

    /** Engine blocks of all blocks that are here. */
    long heldEngineBlocks() {
        return (long) size * engineBlocks;
    }

    /** Engine blocks of those in use. */
    long usedEngineBlocks() {
        return (long) (size - idle) * engineBlocks;
    }

    /** How many whole blocks the first tokens of a prompt make. */
    int wholeBlocks(int request, long tokens) {
        int named = trace.offsets()[request + 1] - trace.offsets()[request];
        return (int) Math.min(named, tokens / trace.blockTokens());
    }

    /** How many of the first blocks of a prompt are here, up to a number. */
    int match(int request, int most) {
        int matched = 0;
        while (matched < most && users[find(hash(request, matched))] >= 0) {
            matched++;
        }
        return matched;
    }

    /** How many of the first blocks of a prompt, which are here, nobody uses. */
    int idleAmong(int request, int blocks) {
        int found = 0;
        for (int i = 0; i < blocks; i++) {
            if (users[find(hash(request, i))] == 0) {
                found++;
            }
        }
        return found;
    }

    /** Whether some block is idle. */
    boolean hasIdle() {
        return idle > 0;
    }

    /** A request uses blocks of its prompt from now on, whether they are here already or not. */
    void use(int request, int from, int to) {
        for (int i = from; i < to; i++) {
            long hash = hash(request, i);
            int at = find(hash);
            if (users[at] < 0) {
                if (size * 2 >= capacity) {
                    grow();
                    at = find(hash);
                }
                hashes[at] = hash;
                users[at] = 0;
                size++;
            } else if (users[at] == 0) {
                unlink(at);
            }
            users[at]++;
        }
    }

    /** A request no longer uses the first blocks of its prompt. The last of them will go first. */
    void release(int request, int blocks) {
        for (int i = blocks - 1; i >= 0; i--) {
            int at = find(hash(request, i));
            if (--users[at] == 0) {
                link(at);
            }
        }
    }

    /** Forgets the idle block that was used least recently. */
    void evict() {
        int at = oldest;
        unlink(at);
        size--;
        users[at] = NIL;
        // Closes the gap: whatever was pushed beyond it moves up.
        int gap = at;
        for (int next = (at + 1) & (capacity - 1); users[next] >= 0; next = (next + 1) & (capacity - 1)) {
            int home = slot(hashes[next]);
            if (((next - home) & (capacity - 1)) >= ((next - gap) & (capacity - 1))) {
                move(next, gap);
                gap = next;
            }
        }
    }

    /** For checks: adds the blocks of a request to those seen, and returns how many of them were seen before. */
    int sharedBefore(int request, int blocks, Set<Long> seen) {
        int before = 0;
        for (int i = 0; i < blocks; i++) {
            before += seen.add(hash(request, i)) ? 0 : 1;
        }
        return before;
    }

    private long hash(int request, int block) {
        return trace.hashes()[trace.offsets()[request] + block];
    }

    private int slot(long hash) {
        long mixed = hash * 0x9E37_79B9_7F4A_7C15L;
        return (int) (mixed >>> 32) & (capacity - 1);
    }

    /** Where a block is, or where it would be put. */
    private int find(long hash) {
        int at = slot(hash);
        while (users[at] >= 0 && hashes[at] != hash) {
            at = (at + 1) & (capacity - 1);
        }
        return at;
    }

    private void link(int at) {
        older[at] = newest;
        newer[at] = NIL;
        if (newest == NIL) {
            oldest = at;
        } else {
            newer[newest] = at;
        }
        newest = at;
        idle++;
    }

    private void unlink(int at) {
        if (older[at] == NIL) {
            oldest = newer[at];
        } else {
            newer[older[at]] = newer[at];
        }
        if (newer[at] == NIL) {
            newest = older[at];
        } else {
            older[newer[at]] = older[at];
        }
        idle--;
    }

    private void move(int from, int to) {
        hashes[to] = hashes[from];
        users[to] = users[from];
        users[from] = NIL;
        if (users[to] > 0) {
            return;
        }
        older[to] = older[from];
        newer[to] = newer[from];
        if (older[to] == NIL) {
            oldest = to;
        } else {
            newer[older[to]] = to;
        }
        if (newer[to] == NIL) {
            newest = to;
        } else {
            older[newer[to]] = to;
        }
    }

    private void grow() {
        long[] oldHashes = hashes;
        int[] oldUsers = users;
        int[] oldNewer = newer;
        int chain = oldest;
        capacity *= 2;
        hashes = new long[capacity];
        users = filled(capacity);
        older = new int[capacity];
        newer = new int[capacity];
        oldest = NIL;
        newest = NIL;
        idle = 0;
        for (int i = 0; i < oldUsers.length; i++) {
            if (oldUsers[i] > 0) {
                put(oldHashes[i], oldUsers[i]);
            }
        }
        for (; chain != NIL; chain = oldNewer[chain]) {
            link(put(oldHashes[chain], 0));
        }
    }

    private int put(long hash, int count) {
        int at = find(hash);
        hashes[at] = hash;
        users[at] = count;
        return at;
    }

    private static int[] filled(int size) {
        int[] array = new int[size];
        Arrays.fill(array, NIL);
        return array;
    }
}
