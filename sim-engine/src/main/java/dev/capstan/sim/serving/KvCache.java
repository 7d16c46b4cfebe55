package dev.capstan.sim.serving;

import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The KV cache of a replica: blocks of a fixed number of tokens that sequences take as they grow.
 *
 * <p>A sequence that finishes in step f holds in step t the keys and values of {@code input + output - 1 - (f - t)}
 * tokens, so how many blocks all of them hold in any step follows from sums that change only when one joins or leaves:
 * with {@code input + output - 1 - f + (B - 1) = qB + r} it holds {@code q + floor((t + r) / B)} blocks of B tokens.
 * Prompt blocks that other requests may share lie in the {@link PrefixCache} and are counted there.
 */
final class KvCache {

    private final RequestLedger requests;
    private final @Nullable PrefixCache prefix;
    private final int shift;
    private final int mask;
    private final long capacity;

    private int decoding;
    private long quotients;
    private final int[] remainders;
    /** Context of the decoded sequences, all together, in step 0. */
    private long contextOrigin;
    /** Blocks of prompts that are not all taken in yet, less those that may be shared. */
    private long promptBlocks;

    KvCache(RequestLedger requests, int blockTokens, long capacityTokens, @Nullable PrefixCache prefix) {
        this.requests = requests;
        this.prefix = prefix;
        shift = Integer.numberOfTrailingZeros(blockTokens);
        mask = blockTokens - 1;
        capacity = capacityTokens >> shift;
        remainders = new int[blockTokens];
    }

    /** All blocks that there are. */
    long capacity() {
        return capacity;
    }

    /** Blocks that hold so many tokens. */
    long blocks(long tokens) {
        return (tokens + mask) >> shift;
    }

    /** Whether so many more blocks are there, or can be had by forgetting idle prefixes, in a step. */
    boolean fits(long step, long more) {
        return decodedFit(step, capacity - promptBlocks - more - (prefix == null ? 0 : prefix.usedEngineBlocks()));
    }

    /**
     * How many steps after the given one, at most {@code most}, all sequences can grow without running out of blocks.
     *
     * @param keepingPrefixes and without forgetting a prefix, unless in the first of these steps
     */
    long stepsThatFit(long step, long most, boolean keepingPrefixes) {
        long room = capacity - promptBlocks;
        if (prefix != null) {
            room -= keepingPrefixes ? prefix.heldEngineBlocks() : prefix.usedEngineBlocks();
        }
        if (decodedFit(step + most, room)) {
            return most;
        }
        long fit = 1;
        long tooMany = most;
        while (tooMany - fit > 1) {
            long half = (fit + tooMany) >>> 1;
            if (decodedFit(step + half, room)) {
                fit = half;
            } else {
                tooMany = half;
            }
        }
        return fit;
    }

    private boolean decodedFit(long step, long room) {
        return quotients + decoding * ((step >> shift) + 1) <= room || decodeBlocks(step) <= room;
    }

    /** Blocks in use in a step, idle prefixes left out. */
    long used(long step) {
        return promptBlocks + decodeBlocks(step) + (prefix == null ? 0 : prefix.usedEngineBlocks());
    }

    /** Tokens that the decoded sequences attend to in a step, all together. */
    long contextTokens(long step) {
        return contextOrigin + decoding * step;
    }

    /** How many of the first tokens of a prompt are here; never all of them, since the last one gives the first output. */
    int cachedTokens(int request, int prompt) {
        if (prefix == null) {
            return 0;
        }
        int most = wholeBlocks(request, prompt - 1);
        return prefix.match(request, most) * prefix.blockTokens();
    }

    /**
     * Takes blocks for the tokens {@code from} to {@code to} of a prompt; false, and nothing is taken, if there are not
     * enough.
     *
     * @param admitted the request holds nothing yet; the tokens before {@code from} are here already
     */
    boolean take(int request, int from, int to, boolean admitted, long step) {
        long more = blocks(to) - blocks(from);
        if (prefix == null) {
            if (!fits(step, more)) {
                return false;
            }
            promptBlocks += more;
            return true;
        }
        int cached = admitted ? wholeBlocks(request, from) : 0;
        if (!fits(step, more + (long) prefix.idleAmong(request, cached) * prefix.engineBlocks())) {
            return false;
        }
        int whole = wholeBlocks(request, from);
        int wholeThen = wholeBlocks(request, to);
        prefix.use(request, admitted ? 0 : whole, wholeThen);
        promptBlocks += more - (long) (wholeThen - whole) * prefix.engineBlocks();
        evict(step);
        return true;
    }

    /** A prompt is all taken in: the sequence is decoded from now on. */
    void startDecoding(int request, int prompt, long finishStep) {
        promptBlocks -= blocks(prompt) - sharedBlocks(request, prompt);
        count(request, finishStep, 1);
    }

    /** Frees what a prompt holds of which so many tokens are taken in. */
    void releasePrompt(int request, int taken) {
        promptBlocks -= blocks(taken) - sharedBlocks(request, taken);
        releaseShared(request, taken);
    }

    /** Frees what a decoded sequence holds. */
    void release(int request, long finishStep) {
        count(request, finishStep, -1);
        releaseShared(request, requests.input(request));
    }

    /** Forgets idle prefixes whose room the sequences need in a step. */
    void evict(long step) {
        if (prefix != null && prefix.hasIdle()) {
            long taken = promptBlocks + decodeBlocks(step);
            while (taken + prefix.heldEngineBlocks() > capacity && prefix.hasIdle()) {
                prefix.evict();
            }
        }
    }

    /** For checks: adds the shared blocks of a request to those seen, and returns how many of them were seen before. */
    long sharedBefore(int request, long tokens, Set<Long> seen) {
        return prefix == null
                ? 0
                : (long) prefix.sharedBefore(request, wholeBlocks(request, tokens), seen) * prefix.engineBlocks();
    }

    private long sharedBlocks(int request, long tokens) {
        return prefix == null ? 0 : (long) wholeBlocks(request, tokens) * prefix.engineBlocks();
    }

    /** Blocks of the trace that the first tokens of a request fill; what it has produced has no names. */
    private int wholeBlocks(int request, long tokens) {
        return prefix == null ? 0 : prefix.wholeBlocks(request, Math.min(tokens, requests.input(request)));
    }

    private void releaseShared(int request, int tokens) {
        if (prefix != null) {
            prefix.release(request, wholeBlocks(request, tokens));
        }
    }

    private void count(int request, long finishStep, int sign) {
        long origin = (long) requests.input(request) + requests.output(request) - 1 - finishStep;
        decoding += sign;
        contextOrigin += sign * origin;
        quotients += sign * (((origin + mask) >> shift) - sharedBlocks(request, requests.input(request)));
        remainders[(int) (origin + mask) & mask] += sign;
    }

    private long decodeBlocks(long step) {
        int into = (int) step & mask;
        long blocks = quotients + decoding * (step >> shift);
        for (int r = mask + 1 - into; r <= mask; r++) {
            blocks += remainders[r];
        }
        return blocks;
    }
}
