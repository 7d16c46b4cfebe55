package dev.capstan.sim.serving;

import dev.capstan.sim.kernel.InvariantViolation;
import dev.capstan.sim.serving.RequestLog.Outcome;

/**
 * The requests of a service and the tokens that they took: what its replicas share.
 *
 * <p><b>Caveats.</b> What a request has produced and computed stands here only while it waits after a preemption or is
 * taken in anew; what it produces in a batch follows from the step in which it finishes.
 */
final class RequestLedger {

    private static final int[] NEVER_PREEMPTED = {};

    final RequestLog log;
    private final int[] inputs;
    private final int[] outputs;
    /** Empty until something is preempted. */
    private int[] produced = NEVER_PREEMPTED;

    private int[] computed = NEVER_PREEMPTED;

    /** Tokens generated; a stretch under way is not in it. */
    long outputTokens;
    /** Prompt tokens taken in, each once: computed or found in a prefix cache. */
    long inputTokens;

    /** Active energy of steps over that of idle replicas: what decoding drew, and what prompts drew on top of it. */
    private double decodeJoules;

    private double promptJoules;

    private long preemptions;
    private long recomputedTokens;
    private long cachedTokens;
    private long wastedInputTokens;
    private long wastedOutputTokens;
    private long completedInputTokens;
    private long completedOutputTokens;

    RequestLedger(RequestLog log) {
        this.log = log;
        inputs = log.trace().inputTokens();
        outputs = log.trace().outputTokens();
    }

    int size() {
        return inputs.length;
    }

    int input(int request) {
        return inputs[request];
    }

    int output(int request) {
        return outputs[request];
    }

    /** Tokens that the request had produced when it was preempted. */
    int produced(int request) {
        return produced == NEVER_PREEMPTED ? 0 : produced[request];
    }

    /** What has to be in the KV cache before the next token comes: the prompt, and what was produced before. */
    int prompt(int request) {
        return inputs[request] + produced(request);
    }

    /** The first tokens of a request were in a prefix cache. */
    void cached(int request, int tokens) {
        int first = Math.max(0, Math.min(tokens, inputs[request]) - computed(request));
        cachedTokens += first;
        inputTokens += first;
    }

    /** A step takes in the tokens {@code from} to {@code to} of a request. */
    void computes(int request, int from, int to) {
        if (computed == NEVER_PREEMPTED) {
            inputTokens += to - from;
        } else {
            int before = computed[request];
            inputTokens += Math.max(0, Math.min(to, inputs[request]) - Math.max(from, before));
            recomputedTokens += Math.max(0, Math.min(to, before) - from);
        }
    }

    /** A request loses its place and the keys and values of so many tokens, after so many were produced. */
    void preempted(int request, int producedTokens, int computedTokens) {
        if (produced == NEVER_PREEMPTED) {
            produced = new int[inputs.length];
            computed = new int[inputs.length];
        }
        preemptions++;
        produced[request] = producedTokens;
        computed[request] = Math.max(computed[request], computedTokens);
    }

    void completed(int request, long nowNanos) {
        completedInputTokens += inputs[request];
        completedOutputTokens += outputs[request];
        log.completed(request, nowNanos);
    }

    /** A request ends otherwise, after it has taken in and produced so many tokens. */
    void failed(int request, Outcome outcome, int takenIn, int producedTokens) {
        wastedInputTokens += takenIn(request, takenIn);
        wastedOutputTokens += producedTokens;
        log.become(request, outcome);
    }

    Effort effort() {
        return new Effort(preemptions, recomputedTokens, cachedTokens, wastedInputTokens, wastedOutputTokens);
    }

    /** Steps have drawn this much over an idle replica, and so much of it for prompts. */
    void spent(double joules, double forPrompts) {
        // Where all prompts are empty, recomputation after a preemption is nobody's prompt.
        double prompts = inputTokens == 0 ? 0 : forPrompts;
        promptJoules += prompts;
        decodeJoules += joules - prompts;
    }

    /**
     * The share of some tokens in the energy spent so far: that of prompts is shared out equally among the prompt tokens
     * taken in, that of decoding among the tokens generated.
     */
    double joules(long promptTokens, long generatedTokens) {
        return share(promptJoules, promptTokens, inputTokens) + share(decodeJoules, generatedTokens, outputTokens);
    }

    private static double share(double joules, long tokens, long all) {
        return all == 0 ? 0 : joules * ((double) tokens / all);
    }

    /** Prompt tokens that a request has taken in when the replica holds its first {@code held} tokens. */
    int takenIn(int request, int held) {
        return Math.min(inputs[request], Math.max(held, computed(request)));
    }

    /** Invariants 3 and 8: these tokens are in flight, none is lost or made up, and all energy is some request's. */
    void check(long inFlightInput, long inFlightOutput, long nowNanos) {
        long input = inputTokens - completedInputTokens - wastedInputTokens;
        long output = outputTokens - completedOutputTokens - wastedOutputTokens;
        if (inFlightInput != input || inFlightOutput != output) {
            throw new InvariantViolation(
                    3,
                    nowNanos,
                    inFlightInput + " prompt tokens and " + inFlightOutput
                            + " generated ones are in flight; by the sums there should be " + input + " and " + output);
        }
        double joules = promptJoules + decodeJoules;
        double shared = joules(completedInputTokens, completedOutputTokens)
                + joules(wastedInputTokens, wastedOutputTokens)
                + joules(inFlightInput, inFlightOutput);
        if (Math.abs(shared - joules) > 1e-9 * Math.max(1, joules)) {
            throw new InvariantViolation(
                    8, nowNanos, "steps used " + joules + " J, their requests have " + shared + " J of it");
        }
    }

    private int computed(int request) {
        return computed == NEVER_PREEMPTED ? 0 : computed[request];
    }
}
