package dev.capstan.sim.serving;

import dev.capstan.sim.cluster.Pod;
import dev.capstan.sim.kernel.InvariantViolation;
import dev.capstan.sim.serving.RequestLog.Outcome;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;

/**
 * An engine with continuous batching that schedules its steps as vLLM V1 does, and the stretch of identical steps it is
 * in.
 *
 * <p>A step decodes one token of every sequence in the batch, then takes in prompts as long as its token budget lasts:
 * what is left of the last one, then those that wait, first come, first served. KV blocks are taken as sequences grow.
 * When they run out, the sequence that was admitted last loses its blocks and goes to the head of the waiting requests;
 * later its prompt and what it had produced are taken in again. Such a step admits nobody.
 *
 * <p>All primitive: a request costs no allocation.
 */
final class Replica {

    /** A step is priced with the context of the batch when it last changed, or at most so many steps ago. */
    static final int PRICED_STEPS = 32;

    private static final int NONE = -1;

    final Pod pod;
    final int index;
    final DecodeBatch batch;
    final KvCache kv;
    private StepPrices prices;

    /** Most sequences that it admits under the limit in force. */
    int maxSequences;

    boolean accepting = true;

    boolean stepping;
    boolean mixed;
    long stretchStartNanos;
    private long stepNanos;
    private long stretchSteps;
    /** Whether the steps under way lie within the ranges in which the profile was measured. */
    boolean inReach;
    /** What the stretch draws over an idle replica, and what of that prompts add in the mean. */
    long overIdleMicrowatts;

    double promptMicrowatts;
    /** What bursts have drawn over the limit, at an instant, and how fast it is made good since. */
    private long overdrawnPicojoules;

    private long overdrawnAtNanos;
    private long spareMilliwatts;

    /** Steps done since the replica serves. */
    long steps;
    /** Prompt tokens that the step under way takes in. */
    int promptTokens;
    /** {@link StepTable#promptPairs} of them. */
    long promptPairs;
    /** Whether requests wait for a slot or for KV blocks. */
    boolean blocked;

    /** Whether the batch, or what its steps cost, has changed since it was last priced. */
    private boolean unpriced = true;

    private long pricedStep;
    private long pricedContextTokens;

    private final RequestLedger requests;
    private final int tokenBudget;

    private final RequestQueue waiting = new RequestQueue();
    private long waitingBlocks;
    /** A prompt of which earlier steps have taken in a part. */
    private int partial = NONE;

    private int partialTokens;
    /** Prompts of which the step under way takes in the last part. */
    private int finishing;

    private int[] finishingRequests = new int[16];
    /** In a step in which a sequence was preempted nobody is admitted. */
    private long preemptedStep = NONE;

    /** Requests in the batch that end otherwise with the step under way. */
    private int leaving;

    private int[] leavingRequests = new int[4];
    private Outcome[] leavingOutcomes = new Outcome[4];

    Replica(
            Pod pod,
            int index,
            RequestLedger requests,
            int maxSequences,
            int tokenBudget,
            KvCache kv,
            StepPrices prices) {
        this.pod = pod;
        this.prices = prices;
        this.index = index;
        this.requests = requests;
        this.kv = kv;
        batch = new DecodeBatch(requests.size());
        this.maxSequences = maxSequences;
        this.tokenBudget = tokenBudget;
    }

    /** Requests on the replica. */
    int outstanding() {
        return waiting.size() + running();
    }

    /** Requests that have been admitted. */
    int running() {
        return batch.size() + finishing + (partial == NONE ? 0 : 1);
    }

    int waiting() {
        return waiting.size();
    }

    /** Whole steps that have ended in the stretch of decode steps under way: they are booked when the stretch ends. */
    long stepsOfStretch(long nowNanos) {
        return stepping && !mixed ? (nowNanos - stretchStartNanos) / stepNanos : 0;
    }

    /** Whether a request has a slot and KV blocks for its prompt, beyond those that wait here already. */
    boolean hasRoom(int request, long nowNanos) {
        if (outstanding() >= maxSequences) {
            return false;
        }
        long more = waitingBlocks + kv.blocks(requests.prompt(request));
        if (partial != NONE) {
            more += kv.blocks(requests.prompt(partial)) - kv.blocks(partialTokens);
        }
        return kv.fits(steps + (stepping ? Math.max(1, stretchSteps) : 1), more)
                || kv.fits(steps + stepsOfStretch(nowNanos) + 1, more);
    }

    /** Takes a request into the waiting ones; true if the engine may admit it at the end of the step under way. */
    boolean enqueue(int request) {
        waiting.add(request);
        waitingBlocks += kv.blocks(requests.prompt(request));
        return !blocked && running() < maxSequences;
    }

    /** Takes a request out of the waiting ones; false if it is not among them. */
    boolean dequeue(int request) {
        if (!waiting.remove(request)) {
            return false;
        }
        waitingBlocks -= kv.blocks(requests.prompt(request));
        return true;
    }

    /** A request that has been admitted ends otherwise when the step under way does. */
    void leaves(int request, Outcome outcome) {
        if (leaving == leavingRequests.length) {
            leavingRequests = Arrays.copyOf(leavingRequests, leaving * 2);
            leavingOutcomes = Arrays.copyOf(leavingOutcomes, leaving * 2);
        }
        leavingRequests[leaving] = request;
        leavingOutcomes[leaving++] = outcome;
    }

    /** Puts the next step together; {@link #running()} is 0 if there is nothing to do. */
    void schedule() {
        long step = steps + 1;
        preempt(step);
        kv.evict(step);
        promptTokens = 0;
        promptPairs = 0;
        int budget = promptBudget();
        if (partial != NONE) {
            takeIn(partial, partialTokens, budget, false, step);
        }
        if (preemptedStep == step) {
            blocked = true;
        } else {
            blocked = !admit(step, budget);
        }
        mixed = promptTokens > 0 || finishing > 0;
        stretchSteps = mixed || batch.size() == 0 || preemptedStep == step
                ? 1
                // Once a prefix of the next in line is forgotten, its first chunk may need fewer blocks.
                : kv.stepsThatFit(steps, batch.nextFinishStep() - steps, !waiting.isEmpty());
    }

    /** What its steps cost from the next one on. */
    void reprice(StepPrices newPrices) {
        prices = newPrices;
        unpriced = true;
        if (prices.mostAllowancePicojoules() == 0) {
            overdrawnPicojoules = 0;
        }
    }

    /**
     * Prices the step that was put together, and begins it; without prompts, as many alike as can be.
     *
     * @return what the pod draws meanwhile
     */
    long begin(long nowNanos, Reach reach) {
        int sequences = batch.size();
        long context = kv.contextTokens(steps + 1);
        inReach = reach.covers(sequences, context, promptTokens);
        stepping = true;
        stretchStartNanos = nowNanos;
        long idleMicrowatts = prices.idleActiveMicrowatts();
        long activeMicrowatts =
                mixed ? beginMixed(sequences, context, idleMicrowatts) : beginDecode(sequences, context);
        overIdleMicrowatts = activeMicrowatts - idleMicrowatts;
        return activeMicrowatts;
    }

    private long beginMixed(int sequences, long context, long idleMicrowatts) {
        long allowance = allowancePicojoules(stretchStartNanos);
        stepNanos = prices.mixedNanos(sequences, context, promptTokens, promptPairs, allowance);
        long active = prices.mixedActiveMicrowatts(sequences, context, promptTokens, promptPairs, allowance);
        promptMicrowatts = active - idleMicrowatts;
        if (sequences > 0) {
            double share = prices.decodeNanos(sequences, context) / (double) stepNanos;
            promptMicrowatts -= share * (prices.decodeActiveMicrowatts(sequences, context) - idleMicrowatts);
        }
        long most = prices.mostAllowancePicojoules();
        if (most > 0) {
            overdrawnPicojoules =
                    most - prices.allowanceAfter(sequences, context, promptTokens, promptPairs, allowance);
            overdrawnAtNanos = stretchStartNanos;
            spareMilliwatts = 0;
        }
        return active;
    }

    private long beginDecode(int sequences, long contextNow) {
        long context = contextNow;
        if (prices.seesContext()) {
            if (unpriced || steps - pricedStep >= PRICED_STEPS) {
                unpriced = false;
                pricedStep = steps;
                pricedContextTokens = context;
            }
            context = pricedContextTokens;
            stretchSteps = Math.min(stretchSteps, pricedStep + PRICED_STEPS - steps);
        }
        stepNanos = prices.decodeNanos(sequences, context);
        promptMicrowatts = 0;
        if (overdrawnPicojoules > 0) {
            makeGood(prices.spareMilliwatts(sequences, context), stretchStartNanos);
        }
        return prices.decodeActiveMicrowatts(sequences, context);
    }

    /** When the stretch under way ends. */
    long stretchEndNanos() {
        return stretchStartNanos + stepNanos * stretchSteps;
    }

    /** Ends the stretch of decode steps under way at the next step boundary; false where it ends there already. */
    boolean cut(long nowNanos) {
        if (mixed) {
            return false;
        }
        long begun = (nowNanos - stretchStartNanos + stepNanos - 1) / stepNanos;
        if (begun >= stretchSteps) {
            return false;
        }
        stretchSteps = begun;
        return true;
    }

    /**
     * Has nothing to do from now on.
     *
     * @return what the pod draws meanwhile
     */
    long rest(long nowNanos) {
        stepping = false;
        if (overdrawnPicojoules > 0) {
            makeGood(prices.idleSpareMilliwatts(), nowNanos);
        }
        return prices.idleActiveMicrowatts();
    }

    /** Energy that it may draw over its limit from now on, before that takes hold. */
    private long allowancePicojoules(long nowNanos) {
        return Math.max(0, prices.mostAllowancePicojoules() - overdrawnPicojoules(nowNanos));
    }

    /** What bursts have drawn over the limit and time under it has not made good yet. */
    private long overdrawnPicojoules(long nowNanos) {
        if (overdrawnPicojoules == 0 || spareMilliwatts == 0) {
            return overdrawnPicojoules;
        }
        long elapsed = nowNanos - overdrawnAtNanos;
        return elapsed > overdrawnPicojoules / spareMilliwatts ? 0 : overdrawnPicojoules - spareMilliwatts * elapsed;
    }

    /** Draws so much less than its limit from now on. */
    private void makeGood(long newSpareMilliwatts, long nowNanos) {
        overdrawnPicojoules = Math.min(prices.mostAllowancePicojoules(), overdrawnPicojoules(nowNanos));
        overdrawnAtNanos = nowNanos;
        spareMilliwatts = newSpareMilliwatts;
    }

    /** Decode comes first. */
    private int promptBudget() {
        return Math.max(1, tokenBudget - batch.size());
    }

    private void preempt(long step) {
        while (true) {
            long more = 0;
            if (partial != NONE) {
                int then = Math.min(requests.prompt(partial), partialTokens + promptBudget());
                more = kv.blocks(then) - kv.blocks(partialTokens);
            }
            if (kv.fits(step, more)) {
                return;
            }
            preemptedStep = step;
            unpriced = true;
            // Nothing is preempted as long as an idle prefix can be forgotten instead.
            kv.evict(step);
            int victim = partial;
            if (partial != NONE) {
                kv.releasePrompt(partial, partialTokens);
                requests.preempted(partial, requests.produced(partial), partialTokens);
                partial = NONE;
            } else {
                int place = lastAdmitted();
                victim = batch.request(place);
                int left = (int) (batch.finishStep(place) - steps);
                kv.release(victim, batch.finishStep(place));
                batch.removeAt(place);
                int produced = requests.output(victim) - left;
                requests.preempted(victim, produced, requests.input(victim) + produced - 1);
            }
            waiting.addFirst(victim);
            waitingBlocks += kv.blocks(requests.prompt(victim));
        }
    }

    /**
     * The place of the sequence that was admitted last, which is the one that arrived last: requests come here in the order
     * of arrival, are admitted in the order in which they wait, and whoever is preempted goes before all that wait.
     */
    private int lastAdmitted() {
        int last = 0;
        for (int i = 1; i < batch.size(); i++) {
            if (batch.request(i) > batch.request(last)) {
                last = i;
            }
        }
        return last;
    }

    /** False if somebody waits for a slot or for KV blocks. */
    private boolean admit(long step, int budget) {
        while (!waiting.isEmpty() && promptTokens < budget) {
            if (running() >= maxSequences) {
                return false;
            }
            int request = waiting.peek();
            int cached = kv.cachedTokens(request, requests.prompt(request));
            if (!takeIn(request, cached, budget - promptTokens, true, step)) {
                return false;
            }
            waiting.poll();
            waitingBlocks -= kv.blocks(requests.prompt(request));
            requests.cached(request, cached);
        }
        return true;
    }

    /** Takes in as much of a prompt as the budget allows; false if there are no blocks for that. */
    private boolean takeIn(int request, int from, int budget, boolean admitted, long step) {
        int prompt = requests.prompt(request);
        int to = Math.min(prompt, from + budget);
        if (to < from) {
            // A budget without limit.
            to = prompt;
        }
        if (!kv.take(request, from, to, admitted, step)) {
            return false;
        }
        requests.computes(request, from, to);
        promptTokens += to - from;
        promptPairs += StepTable.promptPairs(from, to - from);
        if (to < prompt) {
            partial = request;
            partialTokens = to;
        } else {
            partial = NONE;
            if (finishing == finishingRequests.length) {
                finishingRequests = Arrays.copyOf(finishingRequests, finishing * 2);
            }
            finishingRequests[finishing++] = request;
        }
        return true;
    }

    /** The step or stretch under way has ended: books its tokens, completes what is done, lets go what shall leave. */
    void endStretch(long nowNanos) {
        long done = mixed ? 1 : stretchSteps;
        steps += done;
        stepping = false;
        requests.outputTokens += done * batch.size() + finishing;
        kv.evict(steps);
        if (mixed) {
            unpriced = true;
            for (int i = 0; i < finishing; i++) {
                firstToken(finishingRequests[i], nowNanos);
            }
            finishing = 0;
        }
        while (batch.size() > 0 && batch.nextFinishStep() <= steps) {
            int request = batch.nextFinishRequest();
            kv.release(request, batch.nextFinishStep());
            batch.removeNextFinish();
            requests.completed(request, nowNanos);
            unpriced = true;
        }
        for (int i = 0; i < leaving; i++) {
            leave(leavingRequests[i], leavingOutcomes[i]);
        }
        leaving = 0;
    }

    private void firstToken(int request, long nowNanos) {
        int produced = requests.produced(request);
        if (produced == 0) {
            requests.log.firstToken(request, nowNanos);
        }
        int left = requests.output(request) - produced - 1;
        if (left == 0) {
            kv.releasePrompt(request, requests.prompt(request));
            requests.completed(request, nowNanos);
        } else {
            kv.startDecoding(request, requests.prompt(request), steps + left);
            batch.add(request, steps + left);
        }
    }

    private void leave(int request, Outcome outcome) {
        if (requests.log.outcome(request) != Outcome.UNFINISHED) {
            return;
        }
        unpriced = true;
        if (request == partial) {
            kv.releasePrompt(partial, partialTokens);
            requests.failed(request, outcome, partialTokens, requests.produced(request));
            partial = NONE;
            return;
        }
        for (int i = 0; i < batch.size(); i++) {
            if (batch.request(i) == request) {
                long finishStep = batch.finishStep(i);
                kv.release(request, finishStep);
                batch.removeAt(i);
                requests.failed(
                        request,
                        outcome,
                        requests.input(request),
                        requests.output(request) - (int) (finishStep - steps));
                return;
            }
        }
    }

    /** Loses all requests in the middle of whatever the replica does. */
    void kill(long nowNanos) {
        long done = stepsOfStretch(nowNanos);
        steps += done;
        requests.outputTokens += done * batch.size();
        for (int i = 0; i < batch.size(); i++) {
            int request = batch.request(i);
            int left = (int) (batch.finishStep(i) - steps);
            requests.failed(request, Outcome.LOST, requests.input(request), requests.output(request) - left);
        }
        while (batch.size() > 0) {
            batch.removeAt(batch.size() - 1);
        }
        for (int i = 0; i < finishing; i++) {
            int request = finishingRequests[i];
            requests.failed(request, Outcome.LOST, requests.input(request), requests.produced(request));
        }
        finishing = 0;
        if (partial != NONE) {
            requests.failed(partial, Outcome.LOST, partialTokens, requests.produced(partial));
            partial = NONE;
        }
        while (!waiting.isEmpty()) {
            int request = waiting.poll();
            requests.failed(request, Outcome.LOST, 0, requests.produced(request));
        }
        leaving = 0;
        blocked = false;
        stepping = false;
    }

    /** Tokens of the prompts here that have been taken in. */
    long inputTokensInFlight() {
        long tokens = partial == NONE ? 0 : requests.takenIn(partial, partialTokens);
        for (int i = 0; i < batch.size(); i++) {
            tokens += requests.input(batch.request(i));
        }
        for (int i = 0; i < finishing; i++) {
            tokens += requests.input(finishingRequests[i]);
        }
        for (int i = 0; i < waiting.size(); i++) {
            tokens += requests.takenIn(waiting.get(i), 0);
        }
        return tokens;
    }

    /** Tokens that the requests here have produced, those of the stretch under way left out. */
    long outputTokensInFlight() {
        long tokens = partial == NONE ? 0 : requests.produced(partial);
        for (int i = 0; i < batch.size(); i++) {
            tokens += requests.output(batch.request(i)) - (batch.finishStep(i) - steps);
        }
        for (int i = 0; i < finishing; i++) {
            tokens += requests.produced(finishingRequests[i]);
        }
        for (int i = 0; i < waiting.size(); i++) {
            tokens += requests.produced(waiting.get(i));
        }
        return tokens;
    }

    /** Invariant 4: the KV cache holds the blocks of the sequences, and no more than it can. */
    void checkBlocks(long nowNanos) {
        long step = steps + stepsOfStretch(nowNanos) + 1;
        long counted = countBlocks(step);
        long used = kv.used(step);
        if (counted != used || used > kv.capacity()) {
            throw new InvariantViolation(
                    4,
                    nowNanos,
                    "the sequences of replica " + index + " hold " + counted + " KV blocks, " + used + " of "
                            + kv.capacity() + " are in use");
        }
    }

    /** Blocks in use in a step, counted sequence by sequence; shared ones once, idle prefixes not at all. */
    private long countBlocks(long step) {
        Set<Long> shared = new HashSet<>();
        long blocks = partial == NONE ? 0 : countBlocks(partial, partialTokens, shared);
        for (int i = 0; i < batch.size(); i++) {
            int request = batch.request(i);
            long producedBefore = requests.output(request) - 1 - (batch.finishStep(i) - step);
            blocks += countBlocks(request, requests.input(request) + producedBefore, shared);
        }
        for (int i = 0; i < finishing; i++) {
            blocks += countBlocks(finishingRequests[i], requests.prompt(finishingRequests[i]), shared);
        }
        return blocks;
    }

    private long countBlocks(int request, long tokens, Set<Long> shared) {
        return kv.blocks(tokens) - kv.sharedBefore(request, tokens, shared);
    }
}
