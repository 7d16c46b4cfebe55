package dev.capstan.sim.serving;

import dev.capstan.sim.serving.RequestLog.Outcome;
import dev.capstan.sim.serving.ServingOptions.Routing;
import dev.capstan.trace.PrefixBlocks;
import dev.capstan.trace.RequestTrace;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Comparator;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Continuous batching the slow way: every step of every replica is an event of its own, found by looking at all of them,
 * and every KV block is counted anew. Written from the documented rules, from vLLM's scheduler and from the laws of
 * {@link ModelProfile} alone; shares no code with the service.
 *
 * <p>A step that began at this very instant and takes no prompt in may begin anew, with what the instant brought.
 */
final class StepwiseReference {

    private static final long NEVER = Long.MAX_VALUE;

    /**
     * At some instant the deployment is scaled, or with a limit above 0 its GPUs are limited, or their clock is locked, or
     * so many sequences may run.
     */
    record Action(
            long atNanos,
            int replicas,
            double gpuLimitWatts,
            @Nullable Integer clockMegahertz,
            @Nullable Integer concurrency) {

        static Action scale(long atNanos, int replicas) {
            return new Action(atNanos, replicas, 0, null, null);
        }

        static Action limit(long atNanos, double watts) {
            return new Action(atNanos, 0, watts, null, null);
        }

        static Action clock(long atNanos, int megahertz) {
            return new Action(atNanos, 0, 0, megahertz, null);
        }

        static Action concurrency(long atNanos, int sequences) {
            return new Action(atNanos, 0, 0, null, sequences);
        }
    }

    /** What each token in the KV cache adds to a decode step; none for nothing. */
    record ContextCost(long nanosPerToken, long microwattsPerToken) {}

    private final class Engine {
        private long readyNanos = NEVER;
        private long killNanos = NEVER;
        private boolean accepting = true;
        private boolean gone;
        private final Deque<Integer> waiting = new ArrayDeque<>();
        /** In the order of admission. */
        private final List<Integer> running = new ArrayList<>();

        private final Set<Integer> leaving = new LinkedHashSet<>();
        private final TreeMap<Long, Integer> blockUsers = new TreeMap<>();
        private final LinkedHashSet<Long> idleBlocks = new LinkedHashSet<>();
        private long stepStart;
        private long stepEnd = NEVER;
        private boolean mixed;
        private long steps;
        private long preemptedInStep = -1;
        private boolean changed = true;
        private long pricedStep;
        private long pricedContext;
        private double watts;
        private long wattsSince;

        private int outstanding() {
            return waiting.size() + running.size();
        }

        private boolean serves() {
            return readyNanos <= now && accepting && !gone;
        }

        private boolean hasRoom(int request) {
            long blocks = blocks(prompt(request));
            for (int held : waiting) {
                blocks += blocks(prompt(held));
            }
            for (int held : running) {
                blocks += decoding[held] ? blocks(computed[held] + 1) : blocks(prompt(held));
                blocks -= (long) shared[held] * engineBlocks();
            }
            blocks += (long) (blockUsers.size() - idleBlocks.size()) * engineBlocks();
            return outstanding() < concurrency && blocks <= capacity();
        }

        private void draw(double newWatts) {
            joules += watts * (now - wattsSince) * 1e-9;
            // Power is counted in whole microwatts.
            watts = Math.round(newWatts * 1e6) / 1e6;
            wattsSince = now;
        }

        /** Blocks that hold what is computed and what the step is to compute; shared ones are not in it. */
        private long privateBlocks() {
            long blocks = 0;
            for (int request : running) {
                blocks += blocks(allocated[request]) - (long) shared[request] * engineBlocks();
            }
            return blocks;
        }

        private long free() {
            return capacity() - privateBlocks() - (long) (blockUsers.size() - idleBlocks.size()) * engineBlocks();
        }

        private void allocate(int request, int tokens) {
            allocated[request] = tokens;
            int whole = whole(request, tokens);
            while (shared[request] < whole) {
                share(hash(request, shared[request]++));
            }
            while (privateBlocks() + (long) blockUsers.size() * engineBlocks() > capacity() && !idleBlocks.isEmpty()) {
                long oldest = idleBlocks.iterator().next();
                idleBlocks.remove(oldest);
                blockUsers.remove(oldest);
            }
        }

        private void share(long hash) {
            blockUsers.merge(hash, 1, Integer::sum);
            idleBlocks.remove(hash);
        }

        private void free(int request) {
            running.remove((Integer) request);
            allocated[request] = 0;
            computed[request] = 0;
            decoding[request] = false;
            while (shared[request] > 0) {
                long hash = hash(request, --shared[request]);
                if (blockUsers.merge(hash, -1, Integer::sum) == 0) {
                    idleBlocks.add(hash);
                }
            }
        }

        private void endStep() {
            steps++;
            List<Integer> decoded = new ArrayList<>();
            List<Integer> prompts = new ArrayList<>();
            for (int request : running) {
                if (decoding[request]) {
                    decoded.add(request);
                } else if (computed[request] == prompt(request)) {
                    prompts.add(request);
                }
            }
            for (int request : decoded) {
                everComputed[request].set(computed[request]++);
                generated[request]++;
                outputTokens++;
            }
            for (int request : prompts) {
                if (generated[request]++ == 0) {
                    firstTokenNanos[request] = now;
                }
                outputTokens++;
                decoding[request] = true;
                completeIfDone(request);
            }
            decoded.sort(Comparator.naturalOrder());
            decoded.forEach(this::completeIfDone);
            changed |= mixed;
            letGo();
        }

        private void completeIfDone(int request) {
            if (generated[request] == trace.outputTokens()[request]) {
                outcomes[request] = Outcome.COMPLETED;
                endNanos[request] = now;
                free(request);
                changed = true;
            }
        }

        private void letGo() {
            for (int request : leaving) {
                if (outcomes[request] == Outcome.UNFINISHED) {
                    outcomes[request] = leavingAs[request];
                    waste(request);
                    free(request);
                    changed = true;
                }
            }
            leaving.clear();
        }

        private void preemptLast() {
            int victim = running.get(running.size() - 1);
            free(victim);
            waiting.addFirst(victim);
            preemptions++;
            preemptedInStep = steps;
            changed = true;
        }

        /** As vLLM's scheduler: those that run, in the order of admission, then those that wait. */
        private int schedule() {
            int promptTokens = 0;
            for (int i = 0; i < running.size(); i++) {
                int request = running.get(i);
                int to = decoding[request]
                        ? computed[request] + 1
                        : Math.min(prompt(request), computed[request] + promptBudget());
                while (i < running.size() && blocks(to) - blocks(allocated[request]) > free()) {
                    preemptLast();
                }
                if (i == running.size()) {
                    break;
                }
                allocate(request, to);
                if (!decoding[request]) {
                    promptTokens += to - computed[request];
                    takeIn(request, to);
                }
            }
            while (preemptedInStep != steps
                    && !waiting.isEmpty()
                    && promptTokens < promptBudget()
                    && running.size() < concurrency) {
                int request = waiting.peek();
                int cached = cachedBlocks(request);
                int from = cached * prefixBlockTokens();
                int to = (int) Math.min(prompt(request), (long) from + promptBudget() - promptTokens);
                long more = blocks(to) - blocks(from);
                for (int i = 0; i < cached; i++) {
                    more += idleBlocks.contains(hash(request, i)) ? engineBlocks() : 0;
                }
                if (more > free()) {
                    break;
                }
                waiting.poll();
                running.add(request);
                for (int i = 0; i < from; i++) {
                    if (!everComputed[request].get(i)) {
                        everComputed[request].set(i);
                        cachedTokens++;
                        inputTokens++;
                    }
                }
                computed[request] = from;
                allocate(request, to);
                promptTokens += to - from;
                takeIn(request, to);
            }
            return promptTokens;
        }

        private void takeIn(int request, int to) {
            for (int i = computed[request]; i < to; i++) {
                if (everComputed[request].get(i)) {
                    recomputedTokens++;
                } else if (i < trace.inputTokens()[request]) {
                    inputTokens++;
                }
                everComputed[request].set(i);
            }
            computed[request] = to;
        }

        private int cachedBlocks(int request) {
            int most = whole(request, prompt(request) - 1);
            int cached = 0;
            while (cached < most && blockUsers.containsKey(hash(request, cached))) {
                cached++;
            }
            return cached;
        }

        private int decodingCount() {
            return (int) running.stream().filter(request -> decoding[request]).count();
        }

        private int promptBudget() {
            return Math.max(1, model.tokenBudget() - decodingCount());
        }

        private void beginStep() {
            if (accepting) {
                while (!gateway.isEmpty()
                        && (options.routing() == Routing.LEAST_OUTSTANDING || hasRoom(gateway.peek()))) {
                    waiting.add(gateway.poll());
                }
            }
            int promptTokens = schedule();
            stepStart = now;
            if (outstanding() == 0) {
                stepEnd = NEVER;
                draw(accepting ? model.idleGpuWatts() * model.gpus() : 0);
                gone = !accepting;
                return;
            }
            int b = decodingCount();
            mixed = b < running.size();
            long context = 0;
            for (int request : running) {
                context += decoding[request] ? computed[request] + 1 : 0;
            }
            if (!mixed) {
                if (changed || steps - pricedStep >= 32) {
                    changed = false;
                    pricedStep = steps;
                    pricedContext = context;
                }
                context = pricedContext;
            }
            double natural = model.decodeWatts(Math.max(1, b));
            long decodeNanos =
                    Math.max(1, Math.round(model.decodeStepNanos(b) * stretch(natural, model.kappaDecode(b))));
            double prefillNanos = model.prefill().perTokenUs()
                    * 1e3
                    * stretch(model.peakWatts(), model.response().kappaPrefill())
                    * promptTokens;
            stepEnd = now + decodeNanos + Math.round(prefillNanos) + context * contextCost.nanosPerToken();
            double share = prefillNanos / (prefillNanos + decodeNanos);
            double decodeWatts = held(natural);
            draw(decodeWatts
                    + share * (held(model.peakWatts()) - decodeWatts)
                    + context * contextCost.microwattsPerToken() * 1e-6);
        }

        private double held(double natural) {
            double idle = model.idleGpuWatts() * model.gpus();
            double locked = idle
                    + (natural - idle)
                            * StrictMath.pow(lockedShare, model.response().gamma());
            return Math.min(locked, Math.max(limitWatts, model.idleGpuWatts()) * model.gpus());
        }

        private double stretch(double natural, double kappa) {
            double idle = model.idleGpuWatts() * model.gpus();
            double limit = limitWatts * model.gpus();
            double clock = natural <= limit
                    ? 1
                    : Math.max(
                            0.1,
                            StrictMath.pow(
                                    (limit - idle) / (natural - idle),
                                    1 / model.response().gamma()));
            return 1 - kappa + kappa / Math.min(clock, lockedShare);
        }

        private void beginAnew() {
            if (!gone && (stepEnd == NEVER || (!mixed && stepStart == now))) {
                letGo();
                beginStep();
            }
        }

        private void kill() {
            List<Integer> all = new ArrayList<>(waiting);
            all.addAll(running);
            for (int request : all) {
                outcomes[request] = Outcome.LOST;
                waste(request);
            }
            waiting.clear();
            running.clear();
            gone = true;
            stepEnd = NEVER;
            draw(0);
        }
    }

    private final ModelProfile model;
    private final RequestTrace trace;
    private final ServingOptions options;
    private final long graceNanos;
    private final List<Action> actions;
    private final ContextCost contextCost;
    private final List<Engine> engines = new ArrayList<>();
    private final Deque<Integer> gateway = new ArrayDeque<>();
    private final int[] generated;
    private final int[] computed;
    private final int[] allocated;
    private final int[] shared;
    private final boolean[] decoding;
    private final BitSet[] everComputed;
    private final Outcome[] leavingAs;
    private long now;
    private int concurrency;
    private double limitWatts;
    private double lockedShare = 1;

    final long[] firstTokenNanos;
    final long[] endNanos;
    final Outcome[] outcomes;
    double joules;
    long inputTokens;
    long outputTokens;
    long cachedTokens;
    long recomputedTokens;
    long wastedInputTokens;
    long wastedOutputTokens;
    long preemptions;

    StepwiseReference(
            ModelProfile model,
            int replicas,
            long graceNanos,
            RequestTrace trace,
            ServingOptions options,
            ContextCost contextCost,
            List<Action> actions) {
        this.model = model;
        this.trace = trace;
        this.options = options;
        this.graceNanos = graceNanos;
        this.contextCost = contextCost;
        this.actions = actions;
        concurrency = model.maxSequences();
        limitWatts = model.tdpGpuWatts();
        int size = trace.size();
        generated = new int[size];
        computed = new int[size];
        allocated = new int[size];
        shared = new int[size];
        decoding = new boolean[size];
        everComputed = new BitSet[size];
        Arrays.setAll(everComputed, request -> new BitSet());
        leavingAs = new Outcome[size];
        firstTokenNanos = new long[size];
        endNanos = new long[size];
        outcomes = new Outcome[size];
        Arrays.fill(outcomes, Outcome.AHEAD);
        for (int i = 0; i < replicas; i++) {
            Engine engine = new Engine();
            engine.readyNanos = 0;
            engines.add(engine);
            engine.beginStep();
        }
    }

    private void waste(int request) {
        wastedInputTokens +=
                everComputed[request].get(0, trace.inputTokens()[request]).cardinality();
        wastedOutputTokens += generated[request];
    }

    /** Plays up to an instant. */
    void play(long untilNanos) {
        int nextArrival = 0;
        int nextAction = 0;
        while (true) {
            long plant = NEVER;
            for (Engine engine : engines) {
                if (!engine.gone) {
                    plant = Math.min(plant, Math.min(engine.stepEnd, engine.killNanos));
                    plant = Math.min(plant, engine.readyNanos > now ? engine.readyNanos : NEVER);
                }
            }
            long arrival = nextArrival < trace.size() ? trace.arrivalNanos()[nextArrival] : NEVER;
            long timeout = deadline(options.timeoutNanos(), false);
            long impatience = deadline(options.patienceNanos(), true);
            long action = nextAction < actions.size() ? actions.get(nextAction).atNanos() : NEVER;
            long next = Math.min(Math.min(plant, Math.min(arrival, action)), Math.min(timeout, impatience));
            if (next > untilNanos) {
                break;
            }
            now = next;
            if (plant == next) {
                plant();
            } else if (arrival == next) {
                arrive(nextArrival++);
            } else if (timeout == next) {
                abort(options.timeoutNanos(), false, Outcome.TIMED_OUT);
            } else if (impatience == next) {
                abort(options.patienceNanos(), true, Outcome.ABANDONED);
            } else {
                act(actions.get(nextAction++));
            }
        }
        now = untilNanos;
        for (Engine engine : engines) {
            engine.draw(engine.watts);
        }
    }

    private long deadline(long afterNanos, boolean withoutToken) {
        for (int request = 0; request < trace.size() && afterNanos != ServingOptions.NEVER; request++) {
            if (canExpire(request, withoutToken)) {
                return trace.arrivalNanos()[request] + afterNanos;
            }
        }
        return NEVER;
    }

    private boolean canExpire(int request, boolean withoutToken) {
        return outcomes[request] == Outcome.UNFINISHED
                && leavingAs[request] == null
                && !(withoutToken && generated[request] > 0);
    }

    private void abort(long afterNanos, boolean withoutToken, Outcome outcome) {
        for (int request = 0; request < trace.size(); request++) {
            if (!canExpire(request, withoutToken) || trace.arrivalNanos()[request] + afterNanos > now) {
                continue;
            }
            boolean waits = gateway.remove((Integer) request);
            for (Engine engine : engines) {
                waits |= engine.waiting.remove((Integer) request);
                if (engine.running.contains(request)) {
                    leavingAs[request] = outcome;
                    engine.leaving.add(request);
                }
            }
            if (waits) {
                outcomes[request] = outcome;
                waste(request);
            }
        }
        for (Engine engine : byReadiness()) {
            if (engine.stepEnd != NEVER) {
                engine.beginAnew();
            }
        }
    }

    private void plant() {
        for (Engine engine : byReadiness()) {
            if (!engine.gone && engine.stepEnd == now) {
                engine.endStep();
                engine.beginStep();
                headMayFitElsewhere(engine);
            }
        }
        for (Engine engine : engines) {
            boolean starts = engine.readyNanos == now && now > 0 && engine.accepting && engine.stepEnd == NEVER;
            if (!engine.gone && starts && engine.outstanding() == 0) {
                engine.beginStep();
                headMayFitElsewhere(engine);
            }
            if (engine.killNanos == now && !engine.gone) {
                engine.kill();
            }
        }
    }

    private List<Engine> byReadiness() {
        List<Engine> sorted = new ArrayList<>(engines);
        sorted.sort(Comparator.comparingLong(engine -> engine.readyNanos));
        return sorted;
    }

    private void headMayFitElsewhere(Engine pulled) {
        for (Engine engine : byReadiness()) {
            if (engine != pulled && engine.serves() && !gateway.isEmpty() && engine.hasRoom(gateway.peek())) {
                engine.beginAnew();
            }
        }
    }

    private void arrive(int request) {
        long tokens = (long) trace.inputTokens()[request] + trace.outputTokens()[request];
        if (tokens > capacity() * options.blockTokens() || tokens > options.maxModelTokens()) {
            outcomes[request] = Outcome.REJECTED;
            return;
        }
        outcomes[request] = Outcome.UNFINISHED;
        Engine least = null;
        for (Engine engine : byReadiness()) {
            boolean fits =
                    options.routing() == Routing.LEAST_OUTSTANDING || (gateway.isEmpty() && engine.hasRoom(request));
            if (engine.serves() && fits && (least == null || engine.outstanding() < least.outstanding())) {
                least = engine;
            }
        }
        if (least == null) {
            gateway.add(request);
        } else {
            least.waiting.add(request);
            least.beginAnew();
        }
    }

    private void act(Action action) {
        Integer sequences = action.concurrency();
        if (sequences != null) {
            concurrency = Math.max(1, Math.min(model.maxSequences(), sequences));
            for (Engine engine : byReadiness()) {
                if (engine.stepEnd != NEVER) {
                    engine.beginAnew();
                }
            }
            return;
        }
        Integer clock = action.clockMegahertz();
        double share = clock == null ? lockedShare : clock == 0 ? 1 : Math.min(1000, Math.max(100, clock)) / 1000.0;
        double limit = action.gpuLimitWatts() > 0 ? action.gpuLimitWatts() : limitWatts;
        if (action.replicas() == 0) {
            if (limit == limitWatts && share == lockedShare) {
                return;
            }
            limitWatts = limit;
            lockedShare = share;
            for (Engine engine : byReadiness()) {
                engine.changed = true;
                if (!engine.gone && engine.stepEnd != NEVER) {
                    engine.beginAnew();
                }
            }
            return;
        }
        List<Engine> running = new ArrayList<>();
        for (Engine engine : engines) {
            if (engine.accepting && !engine.gone) {
                running.add(engine);
            }
        }
        for (int i = running.size(); i < action.replicas(); i++) {
            Engine engine = new Engine();
            engine.readyNanos = now + model.startup().get(0).nanos();
            engine.wattsSince = now;
            engine.draw(model.startup().get(0).gpuWatts() * model.gpus());
            engines.add(engine);
        }
        while (running.size() > action.replicas()) {
            stop(running);
        }
    }

    /** Those that do not serve yet first, then the youngest. */
    private void stop(List<Engine> running) {
        Engine victim = running.get(running.size() - 1);
        for (Engine engine : running) {
            if (engine.readyNanos > now) {
                victim = engine;
            }
        }
        running.remove(victim);
        victim.accepting = false;
        if (victim.outstanding() == 0) {
            victim.gone = true;
            victim.stepEnd = NEVER;
            victim.draw(0);
        } else {
            victim.killNanos = now + graceNanos;
        }
    }

    private int prompt(int request) {
        return trace.inputTokens()[request] + generated[request];
    }

    private long capacity() {
        return model.kvCapacityTokens() / options.blockTokens();
    }

    private long blocks(long tokens) {
        return (tokens + options.blockTokens() - 1) / options.blockTokens();
    }

    private boolean prefixes() {
        return options.prefixCaching() && trace.prefixBlocks().isPresent();
    }

    private int prefixBlockTokens() {
        return prefixes() ? trace.prefixBlocks().orElseThrow().blockTokens() : 0;
    }

    private int engineBlocks() {
        return prefixBlockTokens() / options.blockTokens();
    }

    /** Whole blocks of the trace in the first tokens of a prompt. */
    private int whole(int request, int tokens) {
        if (!prefixes()) {
            return 0;
        }
        PrefixBlocks blocks = trace.prefixBlocks().orElseThrow();
        int named = blocks.offsets()[request + 1] - blocks.offsets()[request];
        return Math.min(named, Math.min(tokens, trace.inputTokens()[request]) / blocks.blockTokens());
    }

    private long hash(int request, int block) {
        PrefixBlocks blocks = trace.prefixBlocks().orElseThrow();
        return blocks.hashes()[blocks.offsets()[request] + block];
    }
}
