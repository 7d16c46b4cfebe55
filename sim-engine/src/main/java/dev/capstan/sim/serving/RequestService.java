package dev.capstan.sim.serving;

import dev.capstan.sim.cluster.Demand;
import dev.capstan.sim.cluster.Deployment;
import dev.capstan.sim.cluster.Pod;
import dev.capstan.sim.cluster.Servers;
import dev.capstan.sim.cluster.ServicePlant;
import dev.capstan.sim.cluster.StartupPhase;
import dev.capstan.sim.kernel.ArrivalSource;
import dev.capstan.sim.kernel.InvariantViolation;
import dev.capstan.sim.kernel.Kernel;
import dev.capstan.sim.kernel.Priority;
import dev.capstan.sim.power.PowerDomains;
import dev.capstan.sim.serving.RequestLog.Outcome;
import dev.capstan.trace.RandomStream;
import dev.capstan.trace.RequestTrace;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A service that plays a request trace against replicas with continuous batching.
 *
 * <p>A request goes to the replica with the least outstanding requests that has room, else it waits in one queue, first
 * come, first served. A replica decodes all its sequences step by step; prompts are taken in under the token budget,
 * decode first, and stretch the step. A stretch of steps in which nothing joins or leaves the batch is one event; an
 * arrival cuts it at the end of the step under way, which is when a real engine would look at its queue. KV cache is
 * reserved for prompt and output when a replica takes a request up, so nothing is preempted.
 */
public final class RequestService implements ServicePlant, ArrivalSource {

    private static final long NONE = Long.MAX_VALUE;

    private final Kernel kernel;
    private final Servers servers;
    private final Demand demand;
    private final ModelProfile model;
    private final Deployment deployment;
    private final RequestLog log;
    private final int stepEnds;

    private final long[] arrivals;
    private final int[] inputs;
    private final int[] outputs;
    private int next;

    private final List<Replica> replicas = new ArrayList<>();
    private Replica[] accepting = {};
    private final RequestQueue queue = new RequestQueue();
    private StepTable table;
    private double gpuLimitWatts;
    private int running;
    private int prefilling;
    private long inputTokens;
    private long outputTokens;
    private long lostTokens;
    private long completedTokens;

    /** The deployment is made here, with the given startup; call {@link Deployment#begin} before the first event. */
    public RequestService(
            Kernel kernel,
            PowerDomains power,
            Servers servers,
            Demand demand,
            ModelProfile model,
            List<StartupPhase> startup,
            double startupJitter,
            long graceNanos,
            RandomStream random,
            RequestTrace trace) {
        this.kernel = kernel;
        this.servers = servers;
        this.demand = demand;
        this.model = model;
        arrivals = trace.arrivalNanos();
        inputs = trace.inputTokens();
        outputs = trace.outputTokens();
        log = new RequestLog(trace);
        gpuLimitWatts = model.tdpGpuWatts();
        table = new StepTable(model, gpuLimitWatts, 1, 1, servers);
        stepEnds = kernel.register(this::stepEnds);
        deployment =
                new Deployment(kernel, power, servers, model.gpus(), startup, startupJitter, graceNanos, random, this);
        kernel.addSource(this);
    }

    /** What became of each request. */
    public RequestLog log() {
        return log;
    }

    @Override
    public long nextNanos() {
        return next == arrivals.length ? NONE : arrivals[next];
    }

    @Override
    public void arrive() {
        int request = next++;
        log.become(request, Outcome.UNFINISHED);
        if (kvTokens(request) > model.kvCapacityTokens()) {
            log.become(request, Outcome.REJECTED);
            return;
        }
        Replica replica = queue.isEmpty() ? leastOutstandingWithRoom(request) : null;
        if (replica == null) {
            if (queue.isEmpty()) {
                demand.refuse(kernel.nowNanos());
            }
            queue.add(request);
            return;
        }
        take(replica, request);
        if (replica.stepping) {
            cut(replica);
        } else {
            nextStep(replica);
        }
    }

    @Override
    public void ready(Pod pod) {
        Replica replica = new Replica(pod, replicas.size());
        replicas.add(replica);
        Replica[] more = Arrays.copyOf(accepting, accepting.length + 1);
        more[accepting.length] = replica;
        accepting = more;
        nextStep(replica);
    }

    @Override
    public boolean drain(Pod pod) {
        Replica replica = replicaOf(pod);
        replica.accepting = false;
        List<Replica> left = new ArrayList<>(List.of(accepting));
        left.remove(replica);
        accepting = left.toArray(Replica[]::new);
        return replica.outstanding() == 0;
    }

    @Override
    public void kill(Pod pod) {
        Replica replica = replicaOf(pod);
        long stretchSteps = stepsOfStretch(replica);
        replica.steps += stretchSteps;
        outputTokens += stretchSteps * replica.running;
        for (int i = 0; i < replica.running; i++) {
            int request = replica.runningRequest(i);
            lostTokens += outputs[request] - (replica.finishStep(i) - replica.steps);
            log.become(request, Outcome.LOST);
        }
        running -= replica.running;
        replica.running = 0;
        prefilling -= replica.prefilling;
        while (replica.prefilling > 0) {
            log.become(replica.pollPrefill(), Outcome.LOST);
        }
        replica.epoch++;
        replica.stepping = false;
    }

    @Override
    public Deployment deployment() {
        return deployment;
    }

    @Override
    public double autoscalingMetric() {
        return running() + waiting();
    }

    @Override
    public double running() {
        return running + prefilling;
    }

    @Override
    public double waiting() {
        return queue.size();
    }

    @Override
    public long inputTokens() {
        return inputTokens;
    }

    @Override
    public long outputTokens() {
        long tokens = outputTokens;
        for (Replica replica : replicas) {
            tokens += stepsOfStretch(replica) * replica.running;
        }
        return tokens;
    }

    @Override
    public double gpuLimitWatts() {
        return gpuLimitWatts;
    }

    @Override
    public void limitGpus(double watts) {
        double limit = Math.min(model.tdpGpuWatts(), Math.max(model.minGpuLimitWatts(), watts));
        if (limit == gpuLimitWatts) {
            return;
        }
        gpuLimitWatts = limit;
        table = new StepTable(model, limit, 1, 1, servers);
        for (Replica replica : replicas) {
            if (replica.stepping) {
                cut(replica);
            }
        }
    }

    /** Invariants 2 to 4: no request, no token is lost or made up, the KV cache holds no more than it can. */
    @Override
    public void check() {
        long now = kernel.nowNanos();
        int held = queue.size();
        long inFlightTokens = 0;
        for (Replica replica : replicas) {
            held += replica.outstanding();
            long kv = 0;
            for (int i = 0; i < replica.running; i++) {
                int request = replica.runningRequest(i);
                kv += kvTokens(request);
                inFlightTokens += outputs[request] - (replica.finishStep(i) - replica.steps);
            }
            for (int i = 0; i < replica.prefilling; i++) {
                kv += kvTokens(replica.prefillRequest(i));
            }
            if (replica.outstanding() > 0 && (kv != replica.reservedKvTokens || kv > model.kvCapacityTokens())) {
                throw new InvariantViolation(
                        4,
                        now,
                        "replica " + replica.index + " holds " + kv + " tokens of KV cache, has reserved "
                                + replica.reservedKvTokens + " of " + model.kvCapacityTokens());
            }
        }
        if (held != log.count(Outcome.UNFINISHED) || log.count(Outcome.AHEAD) != arrivals.length - next) {
            throw new InvariantViolation(
                    2,
                    now,
                    held + " requests are held, " + log.count(Outcome.UNFINISHED) + " have arrived and not ended");
        }
        if (outputTokens != completedTokens + inFlightTokens + lostTokens) {
            throw new InvariantViolation(
                    3,
                    now,
                    outputTokens + " tokens were generated; completed " + completedTokens + ", in flight "
                            + inFlightTokens + ", lost " + lostTokens);
        }
    }

    private long kvTokens(int request) {
        return (long) inputs[request] + outputs[request];
    }

    private boolean hasRoom(Replica replica, int request) {
        return replica.outstanding() < model.maxSequences()
                && replica.reservedKvTokens + kvTokens(request) <= model.kvCapacityTokens();
    }

    private @Nullable Replica leastOutstandingWithRoom(int request) {
        Replica least = null;
        for (Replica replica : accepting) {
            if ((least == null || replica.outstanding() < least.outstanding()) && hasRoom(replica, request)) {
                least = replica;
            }
        }
        return least;
    }

    private void take(Replica replica, int request) {
        replica.reservedKvTokens += kvTokens(request);
        replica.addPrefill(request);
        prefilling++;
    }

    /** Whole steps that have ended in the stretch of decode steps under way: they are booked when the stretch ends. */
    private long stepsOfStretch(Replica replica) {
        return replica.stepping && !replica.mixed
                ? (kernel.nowNanos() - replica.stretchStartNanos) / replica.stepNanos
                : 0;
    }

    /** Ends the stretch of decode steps under way at the next step boundary. */
    private void cut(Replica replica) {
        if (replica.mixed) {
            return;
        }
        long elapsed = kernel.nowNanos() - replica.stretchStartNanos;
        long steps = (elapsed + replica.stepNanos - 1) / replica.stepNanos;
        if (steps < replica.stretchSteps) {
            replica.stretchSteps = steps;
            await(replica, replica.stretchStartNanos + steps * replica.stepNanos);
        }
    }

    private void await(Replica replica, long atNanos) {
        replica.epoch++;
        kernel.schedule(
                atNanos, Priority.PLANT, stepEnds, ((long) replica.index << 32) | (replica.epoch & 0xffff_ffffL));
    }

    private void stepEnds(long payload) {
        Replica replica = replicas.get((int) (payload >>> 32));
        if (replica.epoch != (int) payload) {
            return;
        }
        long now = kernel.nowNanos();
        if (replica.mixed) {
            replica.steps++;
            outputTokens += replica.running + replica.finishingPrefills;
            prefilling -= replica.finishingPrefills;
            for (; replica.finishingPrefills > 0; replica.finishingPrefills--) {
                firstToken(replica, replica.pollPrefill(), now);
            }
        } else {
            replica.steps += replica.stretchSteps;
            outputTokens += replica.stretchSteps * replica.running;
        }
        while (replica.running > 0 && replica.nextFinishStep() <= replica.steps) {
            int request = replica.nextFinishRequest();
            replica.removeNextFinish();
            running--;
            complete(replica, request, now);
        }
        nextStep(replica);
    }

    private void firstToken(Replica replica, int request, long now) {
        log.firstToken(request, now);
        if (outputs[request] == 1) {
            complete(replica, request, now);
        } else {
            replica.addRunning(request, replica.steps + outputs[request] - 1);
            running++;
        }
    }

    private void complete(Replica replica, int request, long now) {
        replica.reservedKvTokens -= kvTokens(request);
        completedTokens += outputs[request];
        log.completed(request, now);
    }

    private void nextStep(Replica replica) {
        if (replica.accepting && !queue.isEmpty()) {
            pull(replica);
        }
        if (replica.prefilling > 0) {
            beginMixedStep(replica);
        } else if (replica.running > 0) {
            begin(
                    replica,
                    false,
                    table.decodeNanos(replica.running, table.workloadContext(replica.running)),
                    replica.nextFinishStep() - replica.steps,
                    table.decodeActiveMicrowatts(replica.running, table.workloadContext(replica.running)));
        } else {
            replica.stepping = false;
            if (replica.accepting) {
                deployment.drawActive(replica.pod, table.idleActiveMicrowatts());
            } else {
                deployment.drained(replica.pod);
            }
        }
    }

    private void pull(Replica replica) {
        boolean pulled = false;
        while (!queue.isEmpty() && hasRoom(replica, queue.peek())) {
            take(replica, queue.poll());
            pulled = true;
        }
        if (queue.isEmpty()) {
            demand.satisfy(kernel.nowNanos());
        } else if (pulled) {
            // Another replica may have room for the new head of the queue: it looks at the end of its step.
            for (Replica other : accepting) {
                if (other != replica && other.stepping && hasRoom(other, queue.peek())) {
                    cut(other);
                }
            }
        }
    }

    /** Decode first, then as many prompt tokens as the budget still holds, in the order in which requests came. */
    private void beginMixedStep(Replica replica) {
        int budget = Math.max(1, model.tokenBudget() - replica.running);
        int taken = 0;
        long pairs = 0;
        while (replica.finishingPrefills < replica.prefilling) {
            int left = inputs[replica.prefillRequest(replica.finishingPrefills)] - replica.headTokensDone;
            pairs += StepTable.promptPairs(replica.headTokensDone, Math.min(left, budget - taken));
            if (left > budget - taken) {
                replica.headTokensDone += budget - taken;
                taken = budget;
                break;
            }
            taken += left;
            replica.headTokensDone = 0;
            replica.finishingPrefills++;
        }
        inputTokens += taken;
        if (!replica.stepping || !replica.mixed) {
            replica.burstStartNanos = kernel.nowNanos();
        }
        int b = replica.running;
        long context = table.workloadContext(b);
        long burst = kernel.nowNanos() - replica.burstStartNanos;
        begin(
                replica,
                true,
                table.mixedNanos(b, context, taken, pairs, burst),
                1,
                table.mixedActiveMicrowatts(b, context, taken, pairs, burst));
    }

    private void begin(Replica replica, boolean mixed, long stepNanos, long steps, long activeMicrowatts) {
        replica.stepping = true;
        replica.mixed = mixed;
        replica.stretchStartNanos = kernel.nowNanos();
        replica.stepNanos = stepNanos;
        replica.stretchSteps = steps;
        deployment.drawActive(replica.pod, activeMicrowatts);
        await(replica, kernel.nowNanos() + stepNanos * steps);
    }

    private Replica replicaOf(Pod pod) {
        for (Replica replica : replicas) {
            if (replica.pod == pod) {
                return replica;
            }
        }
        throw new IllegalStateException("pod " + pod.ordinal() + " serves nothing");
    }
}
