package dev.capstan.sim.serving;

import dev.capstan.sim.cluster.Servers;
import dev.capstan.sim.serving.ModelProfile.Response;
import org.jspecify.annotations.Nullable;

/**
 * Step times and power of a replica under one GPU power limit and one clock, worked out once for every batch size.
 *
 * <p>Decode: b sequences with S tokens of context together take {@code base[b] + perToken[b] * S}. The law of the draw is
 * {@code fixed + e * b/T + k * (S - w b)/T}, w the context of the workload on which the profile was measured and k the energy
 * of reading a token of it; where that is 0, reading KV cache draws what reading weights draws. The clock of a batch under a
 * limit is that at the context of the workload.
 *
 * <p>Two levers. A locked clock holds from the first nanosecond. A power limit is reactive: the board holds the mean of its
 * draw over the lag, so that a burst of prefill begins at the clock of the decode batch before it. It runs there until it has
 * drawn {@code lag * (draw - limit)} joules over the limit, less what bursts before it have drawn and the time under the
 * limit since has not made good; the rest runs at the clock that the limit allows. The escaped part also gets done sooner:
 * each part is booked with its own time and its own watts, so that the energy of a step is the sum of its parts, and however
 * prompts are cut and spread, the mean draw does not lastingly exceed the limit.
 *
 * <p>Caveat. A limit that not even {@link ModelProfile#LOWEST_CLOCK the lowest clock} keeps is exceeded. Nothing here allocates
 * after construction, and no method calls a transcendental function.
 */
final class StepTable implements StepPrices {

    /** A watt for a nanosecond is a thousand picojoules. */
    private static final double PICOJOULES = 1e3;

    private final double[] baseNanos;
    private final double[] nanosPerContextToken;
    private final double[] fixedWatts;
    private final double[] wattNanos;
    private final double[] wattNanosPerContextToken;
    private final double[] mostWatts;
    private final double[] burstStretch;
    private final double[] burstWatts;

    private final double prefillNanosPerToken;
    private final double prefillNanosPerPair;
    private final @Nullable Table prefillTable;
    private final double prefillOverlapNanos;
    private final double prefillStretch;
    private final double prefillWatts;
    private final double lagNanos;
    private final long mostAllowancePicojoules;
    private final double idleWatts;
    private final boolean seesContext;
    private final long idleActiveMicrowatts;
    private final Servers servers;
    private final int gpus;

    /**
     * @param gpuLimitWatts power limit of each GPU
     * @param clock share of the maximum clock at which the GPUs are locked; 1 where they are not
     * @param boardFactor dynamic power of the boards of this replica over the profile's: spread of manufacturing
     */
    StepTable(ModelProfile model, double gpuLimitWatts, double clock, double boardFactor, Servers servers) {
        this.servers = servers;
        gpus = model.gpus();
        Response response = model.response();
        double limit = gpuLimitWatts * gpus;
        double idle = gpus * model.idleGpuWatts();
        double perToken = model.context().perTokenNs();
        double workloadTokens = model.context().workloadTokens();
        Double joules = model.power().joulesPerContextToken();
        double contextWattNanos = joules == null ? 0 : joules * 1e9 * boardFactor;
        seesContext = perToken > 0 || contextWattNanos > 0;
        double memory = idle + (model.memoryWatts() - idle) * boardFactor;
        double prefill = idle + (model.prefill().tdpShare() * model.peakWatts() - idle) * boardFactor;
        double prefillClock = Math.min(clock, model.clock(prefill, gpuLimitWatts));
        prefillStretch = Response.stretch(response.kappaPrefill(), prefillClock);
        prefillWatts = draw(response, prefill, idle, prefillClock);
        lagNanos = response.lagMs() * 1e6;
        idleWatts = idle;
        double over = draw(response, prefill, idle, clock) - prefillWatts;
        mostAllowancePicojoules = Math.round(Math.max(0, over) * lagNanos * PICOJOULES);
        prefillNanosPerToken = model.prefill().perTokenUs() * 1e3;
        prefillNanosPerPair = model.prefill().perTokenSquaredNs();
        prefillTable = model.prefill().table();
        prefillOverlapNanos = model.prefill().overlapNanos();

        int size = model.maxSequences() + 1;
        baseNanos = new double[size];
        nanosPerContextToken = new double[size];
        fixedWatts = new double[size];
        wattNanos = new double[size];
        wattNanosPerContextToken = new double[size];
        mostWatts = new double[size];
        burstStretch = new double[size];
        burstWatts = new double[size];
        for (int b = 0; b < size; b++) {
            // Without running sequences the step belongs to prefill: it draws what one sequence would.
            double natural = idle + (model.decodeWatts(Math.max(1, b)) - idle) * boardFactor;
            double batchClock = Math.min(clock, model.clock(natural, gpuLimitWatts));
            double stretch = Response.stretch(model.kappaDecode(b), batchClock);
            double nanos = model.decodeStepNanos(b);
            baseNanos[b] = (nanos - perToken * workloadTokens * b) * stretch;
            nanosPerContextToken[b] = perToken * stretch;
            mostWatts[b] = Math.max(limit, draw(response, natural, idle, batchClock));
            double share = natural <= idle ? 1 : (draw(response, natural, idle, batchClock) - idle) / (natural - idle);
            double floor = Math.min(memory, natural);
            fixedWatts[b] = idle + (floor - idle) * share;
            wattNanosPerContextToken[b] = contextWattNanos * share * stretch;
            wattNanos[b] =
                    (natural - floor) * share * nanos * stretch - wattNanosPerContextToken[b] * workloadTokens * b;
            boolean escapes = lagNanos > 0 && batchClock > prefillClock;
            burstStretch[b] = escapes ? Response.stretch(response.kappaPrefill(), batchClock) : prefillStretch;
            burstWatts[b] = escapes ? draw(response, prefill, idle, batchClock) : prefillWatts;
        }
        idleActiveMicrowatts = Servers.microwatts(servers.activeWatts(idle, gpus));
    }

    @Override
    public boolean seesContext() {
        return seesContext;
    }

    /**
     * What a chunk adds to the work of attention: the squares of the prompt tokens taken in after it, less before it.
     *
     * @param before prompt tokens of the request that earlier steps have taken in
     * @param taken prompt tokens of the request in this step
     */
    static long promptPairs(long before, long taken) {
        return taken * (2 * before + taken);
    }

    /** Time of a step that decodes b sequences with this many tokens of context together. */
    @Override
    public long decodeNanos(int b, long contextTokens) {
        return Math.max(1, Math.round(exactNanos(b, contextTokens)));
    }

    /** Its active power. */
    @Override
    public long decodeActiveMicrowatts(int b, long contextTokens) {
        return Servers.microwatts(servers.activeWatts(decodeWatts(b, contextTokens), gpus));
    }

    @Override
    public long idleActiveMicrowatts() {
        return idleActiveMicrowatts;
    }

    /**
     * Time of a step that decodes b sequences and takes in prompt tokens.
     *
     * @param promptPairs sum of {@link #promptPairs} over the chunks of the step
     */
    @Override
    public long mixedNanos(int b, long contextTokens, int promptTokens, long promptPairs, long allowancePicojoules) {
        double work = prefillWork(promptTokens, promptPairs);
        double escaped = escapedNanos(b, contextTokens, work, allowancePicojoules);
        return decodeNanos(b, contextTokens) + Math.round(escaped + heldNanos(b, work, escaped));
    }

    /** Mean power of such a step: the decode part, the part of prefill that escapes, and the rest at their own draws. */
    @Override
    public long mixedActiveMicrowatts(
            int b, long contextTokens, int promptTokens, long promptPairs, long allowancePicojoules) {
        double work = prefillWork(promptTokens, promptPairs);
        double escaped = escapedNanos(b, contextTokens, work, allowancePicojoules);
        double held = heldNanos(b, work, escaped);
        long decode = decodeNanos(b, contextTokens);
        double decodeWatts = decodeWatts(b, contextTokens);
        double watts = decodeWatts
                + ((burstWatts[b] - decodeWatts) * escaped + (prefillWatts - decodeWatts) * held)
                        / (decode + escaped + held);
        return Servers.microwatts(servers.activeWatts(watts, gpus));
    }

    @Override
    public long allowanceAfter(
            int b, long contextTokens, int promptTokens, long promptPairs, long allowancePicojoules) {
        if (mostAllowancePicojoules == 0) {
            return 0;
        }
        double work = prefillWork(promptTokens, promptPairs);
        double escaped = escapedNanos(b, contextTokens, work, allowancePicojoules);
        double spent = escaped * (burstWatts[b] - prefillWatts) * PICOJOULES;
        return Math.max(0, afterDecode(b, contextTokens, allowancePicojoules) - Math.round(spent));
    }

    @Override
    public long mostAllowancePicojoules() {
        return mostAllowancePicojoules;
    }

    @Override
    public long spareMilliwatts(int b, long contextTokens) {
        return mostAllowancePicojoules == 0 ? 0 : milliwattsUnderLimit(decodeWatts(b, contextTokens));
    }

    @Override
    public long idleSpareMilliwatts() {
        return mostAllowancePicojoules == 0 ? 0 : milliwattsUnderLimit(idleWatts);
    }

    private long milliwattsUnderLimit(double watts) {
        return Math.round(Math.max(0, prefillWatts - watts) * 1e3);
    }

    private double exactNanos(int b, long contextTokens) {
        return baseNanos[b] + nanosPerContextToken[b] * contextTokens;
    }

    private double decodeWatts(int b, long contextTokens) {
        double nanos = exactNanos(b, contextTokens);
        return Math.min(
                mostWatts[b], fixedWatts[b] + (wattNanos[b] + wattNanosPerContextToken[b] * contextTokens) / nanos);
    }

    /** Time that the prompts of a step add at full clock. */
    private double prefillWork(int promptTokens, long promptPairs) {
        if (prefillTable != null) {
            return promptTokens == 0 ? 0 : 1e6 * prefillTable.at(promptTokens);
        }
        return Math.max(
                0, prefillNanosPerToken * promptTokens + prefillNanosPerPair * promptPairs - prefillOverlapNanos);
    }

    /** Time that the prompts of a step run at the clock with which their burst began. */
    private double escapedNanos(int b, long contextTokens, double work, long allowancePicojoules) {
        double over = burstWatts[b] - prefillWatts;
        if (over <= 0) {
            return 0;
        }
        double allowed = afterDecode(b, contextTokens, allowancePicojoules) / (over * PICOJOULES);
        return Math.min(work * burstStretch[b], Math.min(allowed, lagNanos));
    }

    /** The allowance once the step has decoded, which comes first. */
    private long afterDecode(int b, long contextTokens, long allowancePicojoules) {
        long spare = spareMilliwatts(b, contextTokens) * decodeNanos(b, contextTokens);
        return Math.min(mostAllowancePicojoules, allowancePicojoules + spare);
    }

    /** Time that the rest runs at the clock that the limit allows. */
    private double heldNanos(int b, double work, double escapedNanos) {
        return (work - escapedNanos / burstStretch[b]) * prefillStretch;
    }

    private static double draw(Response response, double natural, double idle, double clock) {
        return natural <= idle ? natural : idle + (natural - idle) * response.dynamicShare(clock);
    }
}
