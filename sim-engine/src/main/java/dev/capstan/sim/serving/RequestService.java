package dev.capstan.sim.serving;

import dev.capstan.sim.cluster.Demand;
import dev.capstan.sim.cluster.Deployment;
import dev.capstan.sim.cluster.LatencyHistogram;
import dev.capstan.sim.cluster.Pod;
import dev.capstan.sim.cluster.Servers;
import dev.capstan.sim.cluster.ServicePlant;
import dev.capstan.sim.cluster.StartupPhase;
import dev.capstan.sim.kernel.EventSource;
import dev.capstan.sim.kernel.InvariantViolation;
import dev.capstan.sim.kernel.Kernel;
import dev.capstan.sim.kernel.Priority;
import dev.capstan.sim.power.PowerDomains;
import dev.capstan.sim.serving.RequestLog.Outcome;
import dev.capstan.sim.serving.RequestLog.Times;
import dev.capstan.sim.serving.ServingOptions.Routing;
import dev.capstan.trace.PrefixBlocks;
import dev.capstan.trace.RandomStream;
import dev.capstan.trace.RequestTrace;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A service that plays a request trace against replicas with continuous batching.
 *
 * <p>A request goes to a replica when it arrives, or waits at the gateway, as {@link ServingOptions.Routing} says. A
 * {@link Replica} schedules its steps as vLLM V1 does. A stretch of steps in which nothing joins or leaves the batch is
 * one event; an arrival cuts it at the end of the step under way, which is when a real engine would look at its queue. A
 * step is priced with the context that the batch had when it last changed, or {@value Replica#PRICED_STEPS} steps ago at most.
 */
public final class RequestService implements ServicePlant {

    private static final long NONE = Long.MAX_VALUE;
    private static final int GATEWAY = -1;

    private final Kernel kernel;
    private final Demand demand;
    private final ModelProfile model;
    private final ServingOptions options;
    private final Optional<PrefixBlocks> prefixBlocks;
    private final EnforcedPrices prices;

    private final Deployment deployment;

    private final long[] arrivals;
    private final RequestLedger requests;
    /** Replica of each request, where deadlines have to find it. */
    private final int[] places;

    private final @Nullable Deadlines timeouts;
    private final @Nullable Deadlines patience;
    private final long longestTokens;
    private int next;
    private long nextArrivalNanos;

    private final List<Replica> replicas = new ArrayList<>();
    private final Router router;
    /** When the stretch of each replica ends. */
    private final Tournament stretchEnds = new Tournament();

    private final RequestQueue gateway = new RequestQueue();
    private final Admission admission = new Admission();
    private int concurrencyLimit;
    private int blockedReplicas;
    private double routingWeight = Double.NaN;
    private boolean refusing;
    private long unscoredOutputTokens;
    private Effort unscored = Effort.NONE;
    private final Reach reach;
    private long busyNanos;
    private long outsideNanos;
    private BusyTime unscoredBusy = BusyTime.NONE;

    /**
     * The deployment is made here, with the given startup; call {@link Deployment#begin} before the first event.
     *
     * @param timed whether the {@link #log} keeps when requests had their first token and their last
     */
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
            RequestTrace trace,
            ServingOptions options,
            boolean timed) {
        this(
                kernel,
                power,
                servers,
                demand,
                model,
                startup,
                startupJitter,
                graceNanos,
                random,
                trace,
                options,
                timed,
                (limitWatts, clock, boardFactor) -> new StepTable(model, limitWatts, clock, boardFactor, servers));
    }

    RequestService(
            Kernel kernel,
            PowerDomains power,
            Servers servers,
            Demand demand,
            ModelProfile model,
            List<StartupPhase> startup,
            double startupJitter,
            long graceNanos,
            RandomStream random,
            RequestTrace trace,
            ServingOptions options,
            boolean timed,
            EnforcedPrices.Pricing pricing) {
        this.kernel = kernel;
        this.demand = demand;
        this.model = model;
        this.options = options;
        prices = new EnforcedPrices(model, pricing);
        reach = new Reach(model);
        prefixBlocks = options.prefixCaching() ? trace.prefixBlocks() : Optional.empty();
        router = new Router(options.routing(), model.maxSequences(), replicas);
        arrivals = trace.arrivalNanos();
        boolean patient = options.patienceNanos() == ServingOptions.NEVER;
        Times times = timed ? Times.ALL : patient ? Times.NONE : Times.FIRST_TOKEN;
        requests = new RequestLedger(
                new RequestLog(trace, Math.round(model.prefill().overheadMs() * 1e6), times));
        longestTokens = Math.min(
                options.maxModelTokens(), model.kvCapacityTokens() / options.blockTokens() * options.blockTokens());
        concurrencyLimit = model.maxSequences();
        RequestLog log = requests.log;
        timeouts = options.timeoutNanos() == ServingOptions.NEVER
                ? null
                : new Deadlines(
                        kernel,
                        arrivals,
                        options.timeoutNanos(),
                        request -> log.outcome(request) == Outcome.UNFINISHED,
                        request -> abort(request, Outcome.TIMED_OUT));
        patience = patient
                ? null
                : new Deadlines(
                        kernel,
                        arrivals,
                        options.patienceNanos(),
                        request -> log.outcome(request) == Outcome.UNFINISHED && !log.hasFirstToken(request),
                        request -> abort(request, Outcome.ABANDONED));
        places = timeouts == null && patience == null ? new int[0] : new int[trace.size()];
        deployment =
                new Deployment(kernel, power, servers, model.gpus(), startup, startupJitter, graceNanos, random, this);
        nextArrivalNanos = arrivals.length == 0 ? NONE : arrivals[0];
        kernel.addSource(new Steps());
    }

    /** Stretches that end, and requests that arrive: one source, since the kernel asks each of them before every event. */
    private final class Steps implements EventSource {

        @Override
        public long nextNanos() {
            return Math.min(stretchEnds.firstKey(), nextArrivalNanos);
        }

        @Override
        public int priority() {
            return stretchEnds.firstKey() <= nextArrivalNanos ? Priority.PLANT : Priority.ARRIVAL;
        }

        @Override
        public void handleNext() {
            if (stretchEnds.firstKey() > nextArrivalNanos) {
                int request = next++;
                nextArrivalNanos = next == arrivals.length ? NONE : arrivals[next];
                arrive(request);
                return;
            }
            Replica replica = replicas.get(stretchEnds.first());
            book(replica);
            replica.endStretch(kernel.nowNanos());
            nextStretch(replica);
        }
    }

    /** From now on it takes those requests that a {@link RequestRoute} gives it, and no other. */
    void joinRoute() {
        nextArrivalNanos = NONE;
        routingWeight = 1;
    }

    /** The next request of the route arrives here. */
    void take(int request) {
        next = request + 1;
        arrive(request);
    }

    /** The next request of the route arrives at another pool. */
    void leaveToOthers(int request) {
        next = request + 1;
        requests.log.become(request, Outcome.ELSEWHERE);
    }

    /** Requests that it holds. */
    int outstanding() {
        int outstanding = gateway.size();
        for (Replica replica : replicas) {
            outstanding += replica.outstanding();
        }
        return outstanding;
    }

    /** Ready replicas. */
    int acceptingReplicas() {
        return router.accepting().length;
    }

    /** Exposes latencies to whoever scrapes them. */
    public void exposeLatencies() {
        requests.log.expose();
    }

    /** What became of each request. */
    public RequestLog log() {
        return requests.log;
    }

    /** What was done in vain, or spared, since scoring began. */
    public Effort effort() {
        return requests.effort().since(unscored);
    }

    /** How long replicas were busy since scoring began, and how much of it outside what the profile was measured for. */
    public BusyTime busyTime() {
        return busyTimeSoFar().since(unscoredBusy);
    }

    /**
     * Active energy at the wall, over that of idle replicas, of requests that were lost, timed out or abandoned since
     * scoring began: the share of their tokens, at what a prompt token and a generated one have cost in the mean since the
     * run began. In a step that takes in prompts, decoding costs what it would have cost alone.
     */
    public double wastedJoules() {
        Effort effort = effort();
        return requests.joules(effort.wastedInputTokens(), effort.wastedOutputTokens());
    }

    /** Tokens generated since scoring began, whatever becomes of their requests. */
    public long scoredOutputTokens() {
        return outputTokens() - unscoredOutputTokens;
    }

    /** The warm-up is over. */
    public void startScoring() {
        unscoredOutputTokens = outputTokens();
        unscored = requests.effort();
        unscoredBusy = busyTimeSoFar();
    }

    private BusyTime busyTimeSoFar() {
        BusyTime all = new BusyTime(busyNanos, outsideNanos);
        for (Replica replica : replicas) {
            if (replica.stepping) {
                long underWay = kernel.nowNanos() - replica.stretchStartNanos;
                all = all.plus(new BusyTime(underWay, replica.inReach ? 0 : underWay));
            }
        }
        return all;
    }

    /** Books the time and the energy of the stretch that ends now. */
    private void book(Replica replica) {
        long nanos = kernel.nowNanos() - replica.stretchStartNanos;
        busyNanos += nanos;
        outsideNanos += replica.inReach ? 0 : nanos;
        double joulesPerMicrowatt = nanos * 1e-15;
        requests.spent(replica.overIdleMicrowatts * joulesPerMicrowatt, replica.promptMicrowatts * joulesPerMicrowatt);
    }

    private void arrive(int request) {
        if (!admission.admitsNext()) {
            requests.log.become(request, Outcome.REFUSED);
            return;
        }
        if ((long) requests.input(request) + requests.output(request) > longestTokens) {
            requests.log.become(request, Outcome.REJECTED);
            return;
        }
        requests.log.become(request, Outcome.UNFINISHED);
        if (timeouts != null) {
            timeouts.arrived(request);
        }
        if (patience != null) {
            patience.arrived(request);
        }
        Replica replica = gateway.isEmpty() ? router.route(request, kernel.nowNanos()) : null;
        if (replica == null) {
            place(request, GATEWAY);
            gateway.add(request);
            tellDemand();
            return;
        }
        boolean mayAdmit = hand(replica, request);
        if (!replica.stepping) {
            nextStretch(replica);
        } else if (mayAdmit) {
            cut(replica);
        }
    }

    /** Hands a request to a replica; true if that may admit it at the end of the step under way. */
    private boolean hand(Replica replica, int request) {
        place(request, replica.index);
        boolean mayAdmit = replica.enqueue(request);
        router.count(replica);
        return mayAdmit;
    }

    private void place(int request, int where) {
        if (places.length > 0) {
            places[request] = where;
        }
    }

    private void abort(int request, Outcome outcome) {
        if (places[request] == GATEWAY) {
            int head = gateway.peek();
            gateway.remove(request);
            requests.failed(request, outcome, 0, 0);
            if (head == request) {
                offerHead(request);
            }
            tellDemand();
            return;
        }
        Replica replica = replicas.get(places[request]);
        if (replica.dequeue(request)) {
            requests.failed(request, outcome, 0, requests.produced(request));
            router.count(replica);
        } else {
            replica.leaves(request, outcome);
        }
        // Whatever it leaves may be of use to another.
        cut(replica);
    }

    @Override
    public void ready(Pod pod) {
        KvCache kv = new KvCache(
                requests,
                options.blockTokens(),
                model.kvCapacityTokens(),
                prefixBlocks
                        .map(blocks -> new PrefixCache(blocks, options.blockTokens()))
                        .orElse(null));
        Replica replica =
                new Replica(pod, replicas.size(), requests, concurrencyLimit, model.tokenBudget(), kv, prices.of(pod));
        replicas.add(replica);
        router.add(replica);
        if (options.routing() == Routing.LEAST_OUTSTANDING) {
            // Requests wait at the gateway only while no replica is ready.
            while (!gateway.isEmpty()) {
                hand(replica, gateway.poll());
            }
        }
        nextStretch(replica);
    }

    @Override
    public boolean drain(Pod pod) {
        Replica replica = replicaOf(pod);
        replica.accepting = false;
        router.remove(replica);
        return replica.outstanding() == 0;
    }

    @Override
    public void kill(Pod pod) {
        Replica replica = replicaOf(pod);
        blockedReplicas -= replica.blocked ? 1 : 0;
        if (replica.stepping) {
            book(replica);
        }
        replica.kill(kernel.nowNanos());
        stretchEnds.set(replica.index, NONE);
        tellDemand();
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
        int running = 0;
        for (Replica replica : replicas) {
            running += replica.running();
        }
        return running;
    }

    @Override
    public double waiting() {
        int waiting = gateway.size();
        for (Replica replica : replicas) {
            waiting += replica.waiting();
        }
        return waiting;
    }

    @Override
    public long inputTokens() {
        return requests.inputTokens;
    }

    @Override
    public long outputTokens() {
        long tokens = requests.outputTokens;
        for (Replica replica : replicas) {
            tokens += replica.stepsOfStretch(kernel.nowNanos()) * replica.batch.size();
        }
        return tokens;
    }

    @Override
    public @Nullable LatencyHistogram ttft() {
        return requests.log.ttft();
    }

    @Override
    public @Nullable LatencyHistogram tpot() {
        return requests.log.tpot();
    }

    @Override
    public double gpuLimitWatts() {
        return prices.gpuLimitWatts();
    }

    @Override
    public void limitGpus(double watts) {
        if (prices.limitGpus(watts)) {
            reprice();
        }
    }

    @Override
    public int clockMegahertz() {
        return prices.clockMegahertz();
    }

    @Override
    public void lockClock(int megahertz) {
        if (prices.lockClock(megahertz)) {
            reprice();
        }
    }

    @Override
    public void limitConcurrency(int sequences) {
        int limit = Math.max(1, Math.min(model.maxSequences(), sequences));
        boolean raised = limit > concurrencyLimit;
        concurrencyLimit = limit;
        router.limit(limit);
        for (Replica replica : replicas) {
            replica.maxSequences = limit;
            if (raised && replica.stepping) {
                // Whoever waits for a slot may have one when the step under way ends.
                cut(replica);
            }
        }
    }

    @Override
    public int concurrencyLimit() {
        return concurrencyLimit;
    }

    @Override
    public int maxConcurrency() {
        return model.maxSequences();
    }

    @Override
    public void admit(double share) {
        admission.share(share);
        tellDemand();
    }

    @Override
    public double admissionShare() {
        return admission.share();
    }

    @Override
    public void weigh(double weight) {
        if (!Double.isNaN(routingWeight)) {
            routingWeight = Math.max(0, Math.min(1, weight));
        }
    }

    @Override
    public double routingWeight() {
        return routingWeight;
    }

    private void reprice() {
        for (Replica replica : replicas) {
            if (replica.pod.phase() == Pod.Phase.GONE) {
                continue;
            }
            replica.reprice(prices.of(replica.pod));
            if (replica.stepping) {
                cut(replica);
            }
        }
    }

    /**
     * Invariants 2 to 4 and 8: no request, no token is lost or made up, the KV cache holds no more than it can, and all
     * energy is some request's.
     */
    @Override
    public void check() {
        long now = kernel.nowNanos();
        int held = gateway.size();
        long inputTokensInFlight = 0;
        long outputTokensInFlight = 0;
        for (Replica replica : replicas) {
            held += replica.outstanding();
            inputTokensInFlight += replica.inputTokensInFlight();
            outputTokensInFlight += replica.outputTokensInFlight();
            if (replica.outstanding() > 0) {
                replica.checkBlocks(now);
            }
        }
        RequestLog log = requests.log;
        if (held != log.count(Outcome.UNFINISHED) || log.count(Outcome.AHEAD) != arrivals.length - next) {
            throw new InvariantViolation(
                    2,
                    now,
                    held + " requests are held, " + log.count(Outcome.UNFINISHED) + " have arrived and not ended");
        }
        requests.check(inputTokensInFlight, outputTokensInFlight, now);
    }

    /** Ends the stretch of decode steps under way at the next step boundary. */
    private void cut(Replica replica) {
        if (replica.cut(kernel.nowNanos())) {
            stretchEnds.set(replica.index, replica.stretchEndNanos());
        }
    }

    private void nextStretch(Replica replica) {
        if (replica.accepting && !gateway.isEmpty()) {
            pull(replica);
        }
        boolean wasBlocked = replica.blocked;
        replica.schedule();
        if (replica.blocked != wasBlocked) {
            blockedReplicas += replica.blocked ? 1 : -1;
        }
        tellDemand();
        router.count(replica);
        if (replica.running() > 0) {
            deployment.drawActive(replica.pod, replica.begin(kernel.nowNanos(), reach));
            stretchEnds.set(replica.index, replica.stretchEndNanos());
            return;
        }
        long idleMicrowatts = replica.rest(kernel.nowNanos());
        stretchEnds.set(replica.index, NONE);
        if (replica.accepting) {
            deployment.drawActive(replica.pod, idleMicrowatts);
        } else {
            deployment.drained(replica.pod);
        }
    }

    private void pull(Replica replica) {
        int head = gateway.peek();
        boolean pulled = false;
        while (!gateway.isEmpty() && replica.hasRoom(gateway.peek(), kernel.nowNanos())) {
            hand(replica, gateway.poll());
            pulled = true;
        }
        if (pulled) {
            offerHead(head);
        }
    }

    /** Another replica may have room for the new head of the queue, if it is smaller: it looks when its step ends. */
    private void offerHead(int headBefore) {
        if (gateway.isEmpty() || !router.hasSlot() || requests.input(gateway.peek()) >= requests.input(headBefore)) {
            return;
        }
        for (Replica replica : router.accepting()) {
            if (replica.stepping && replica.hasRoom(gateway.peek(), kernel.nowNanos())) {
                cut(replica);
            }
        }
    }

    private void tellDemand() {
        boolean now = !gateway.isEmpty() || blockedReplicas > 0 || admission.share() < 1;
        if (now != refusing) {
            refusing = now;
            if (now) {
                demand.refuse(kernel.nowNanos());
            } else {
                demand.satisfy(kernel.nowNanos());
            }
        }
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
