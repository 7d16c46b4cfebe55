package dev.capstan.sim.serving;

import dev.capstan.trace.RequestTrace;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;

/**
 * Continuous batching the slow way: every step of every replica is an event of its own, found by looking at all of them.
 * Written from the documented rules and the laws of {@link ModelProfile} alone; shares no code with the service.
 *
 * <p>A step that began at this very instant and takes no prompt in may begin anew, with what the instant brought.
 */
final class StepwiseReference {

    private static final long NEVER = Long.MAX_VALUE;

    /** At some instant the deployment is scaled, or, with a limit above 0, its GPUs are limited. */
    record Action(long atNanos, int replicas, double gpuLimitWatts) {}

    private final class Engine {
        private long readyNanos = NEVER;
        private long killNanos = NEVER;
        private boolean accepting = true;
        private boolean gone;
        private final List<Integer> prefill = new ArrayList<>();
        private final List<Integer> decode = new ArrayList<>();
        private long stepStart;
        private long stepEnd = NEVER;
        private boolean mixed;
        private int finishing;
        private double watts;
        private long wattsSince;

        private int outstanding() {
            return prefill.size() + decode.size();
        }

        private boolean hasRoom(int request) {
            long kv = 0;
            for (int held : prefill) {
                kv += tokens(held);
            }
            for (int held : decode) {
                kv += tokens(held);
            }
            return outstanding() < model.maxSequences() && kv + tokens(request) <= model.kvCapacityTokens();
        }

        private boolean serves() {
            return readyNanos <= now && accepting && !gone;
        }

        private void draw(double newWatts) {
            joules += watts * (now - wattsSince) * 1e-9;
            // Power is counted in whole microwatts.
            watts = Math.round(newWatts * 1e6) / 1e6;
            wattsSince = now;
        }

        private void endStep() {
            for (int request : decode) {
                token(request);
            }
            decode.removeIf(request -> endNanos[request] >= 0);
            for (int i = 0; i < finishing; i++) {
                int request = prefill.remove(0);
                firstTokenNanos[request] = now;
                token(request);
                if (endNanos[request] < 0) {
                    decode.add(request);
                }
            }
            finishing = 0;
        }

        private void token(int request) {
            outputTokens++;
            if (++generated[request] == trace.outputTokens()[request]) {
                endNanos[request] = now;
            }
        }

        private void beginStep() {
            if (accepting) {
                while (!queue.isEmpty() && hasRoom(queue.peek())) {
                    prefill.add(queue.poll());
                }
            }
            int b = decode.size();
            stepStart = now;
            if (outstanding() == 0) {
                stepEnd = NEVER;
                draw(accepting ? model.idleGpuWatts() * model.gpus() : 0);
                gone = !accepting;
                return;
            }
            double natural = model.decodeWatts(Math.max(1, b));
            long decodeNanos =
                    Math.max(1, Math.round(model.decodeStepNanos(b) * stretch(natural, model.kappaDecode(b))));
            mixed = !prefill.isEmpty();
            int taken = 0;
            int budget = Math.max(1, model.tokenBudget() - b);
            for (int request : prefill) {
                int chunk = Math.min(trace.inputTokens()[request] - promptDone[request], budget - taken);
                promptDone[request] += chunk;
                taken += chunk;
                if (promptDone[request] < trace.inputTokens()[request]) {
                    break;
                }
                finishing++;
            }
            inputTokens += taken;
            double prefillNanos = model.prefill().perTokenUs()
                    * 1e3
                    * stretch(model.peakWatts(), model.response().kappaPrefill())
                    * taken;
            stepEnd = now + decodeNanos + Math.round(prefillNanos);
            double share = prefillNanos / (prefillNanos + decodeNanos);
            double decodeWatts = Math.min(natural, limit());
            draw(decodeWatts + share * (Math.min(model.peakWatts(), limit()) - decodeWatts));
        }

        private double limit() {
            return Math.max(limitWatts, model.idleGpuWatts()) * model.gpus();
        }

        private double stretch(double natural, double kappa) {
            double idle = model.idleGpuWatts() * model.gpus();
            double limit = limitWatts * model.gpus();
            if (natural <= limit) {
                return 1;
            }
            double clock = Math.max(
                    0.1,
                    StrictMath.pow(
                            (limit - idle) / (natural - idle),
                            1 / model.response().gamma()));
            return 1 - kappa + kappa / clock;
        }

        private void beginAnew() {
            if (stepEnd == NEVER || (!mixed && stepStart == now)) {
                beginStep();
            }
        }
    }

    private final ModelProfile model;
    private final RequestTrace trace;
    private final long graceNanos;
    private final List<Action> actions;
    private final List<Engine> engines = new ArrayList<>();
    private final Deque<Integer> queue = new ArrayDeque<>();
    private final int[] generated;
    private final int[] promptDone;
    private long now;
    private double limitWatts;

    final long[] firstTokenNanos;
    final long[] endNanos;
    final boolean[] lost;
    final boolean[] rejected;
    double joules;
    long inputTokens;
    long outputTokens;

    StepwiseReference(ModelProfile model, int replicas, long graceNanos, RequestTrace trace, List<Action> actions) {
        this.model = model;
        this.trace = trace;
        this.graceNanos = graceNanos;
        this.actions = actions;
        limitWatts = model.tdpGpuWatts();
        int size = trace.size();
        generated = new int[size];
        promptDone = new int[size];
        firstTokenNanos = new long[size];
        endNanos = new long[size];
        Arrays.fill(endNanos, -1);
        lost = new boolean[size];
        rejected = new boolean[size];
        for (int i = 0; i < replicas; i++) {
            Engine engine = new Engine();
            engine.readyNanos = 0;
            engines.add(engine);
            engine.beginStep();
        }
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
            long action = nextAction < actions.size() ? actions.get(nextAction).atNanos() : NEVER;
            long next = Math.min(plant, Math.min(arrival, action));
            if (next > untilNanos) {
                break;
            }
            now = next;
            if (plant == next) {
                plant();
            } else if (arrival == next) {
                arrive(nextArrival++);
            } else {
                act(actions.get(nextAction++));
            }
        }
        now = untilNanos;
        for (Engine engine : engines) {
            engine.draw(engine.watts);
        }
    }

    private void plant() {
        for (Engine engine : engines) {
            if (engine.gone) {
                continue;
            }
            if (engine.readyNanos == now && now > 0 && engine.stepEnd == NEVER && engine.outstanding() == 0) {
                engine.beginStep();
                headMayFitElsewhere(engine);
            }
            if (engine.stepEnd == now) {
                engine.endStep();
                engine.beginStep();
                headMayFitElsewhere(engine);
            }
            if (engine.killNanos == now && !engine.gone) {
                for (int request : engine.prefill) {
                    lost[request] = true;
                }
                for (int request : engine.decode) {
                    lost[request] = true;
                }
                engine.gone = true;
                engine.stepEnd = NEVER;
                engine.draw(0);
            }
        }
    }

    private void headMayFitElsewhere(Engine pulled) {
        for (Engine engine : engines) {
            if (engine != pulled && engine.serves() && !queue.isEmpty() && engine.hasRoom(queue.peek())) {
                engine.beginAnew();
            }
        }
    }

    private void arrive(int request) {
        if (tokens(request) > model.kvCapacityTokens()) {
            rejected[request] = true;
            return;
        }
        Engine least = null;
        if (queue.isEmpty()) {
            List<Engine> byReadiness = new ArrayList<>(engines);
            byReadiness.sort(Comparator.comparingLong(engine -> engine.readyNanos));
            for (Engine engine : byReadiness) {
                boolean fits = engine.serves() && engine.hasRoom(request);
                if (fits && (least == null || engine.outstanding() < least.outstanding())) {
                    least = engine;
                }
            }
        }
        if (least == null) {
            queue.add(request);
        } else {
            least.prefill.add(request);
            least.beginAnew();
        }
    }

    private void act(Action action) {
        if (action.gpuLimitWatts() > 0) {
            limitWatts = action.gpuLimitWatts();
            for (Engine engine : engines) {
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

    private long tokens(int request) {
        return (long) trace.inputTokens()[request] + trace.outputTokens()[request];
    }
}
