package dev.capstan.sim.serving;

import dev.capstan.capping.ReplicaLaw;
import dev.capstan.capping.StepLaw;
import dev.capstan.sim.cluster.StartupPhase;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * An LLM on a number of GPUs of one kind under one generation of an engine: how long a step takes and what it draws.
 * Each section says where its figures come from and how far they hold. {@code docs/models.md} has every key and law.
 *
 * @param name such as {@code llama-3.1-70b-h100x4}
 * @param llm the model and the precision of its weights
 * @param mixtureOfExperts true where a token uses a part of the weights only; null where it uses all
 * @param engine generation of the serving engine; figures of two generations must not be compared
 * @param gpu the board
 * @param gpus of one replica
 * @param step time of a decode step
 * @param context what the context of the sequences adds to it
 * @param prefill time and power of prompts
 * @param power draw in decode
 * @param idle draw without work
 * @param response to a power limit or a locked clock
 * @param limits of the engine
 * @param start what a new replica goes through before it serves, image already on the node
 */
public record ModelProfile(
        String name,
        String llm,
        @Nullable Boolean mixtureOfExperts,
        String engine,
        Gpu gpu,
        int gpus,
        Step step,
        Context context,
        Prefill prefill,
        Power power,
        Idle idle,
        Response response,
        Limits limits,
        Start start) {

    /** No board goes below this share of its maximum clock: 210 of 1980 MHz on an H100. */
    static final double LOWEST_CLOCK = 0.1;

    /**
     * Time of a decode step of b sequences at full clock and at the context of the workload it was measured on: either
     * {@code base + per sequence * b}, or a table, linear between its points and beyond them.
     */
    public record Step(
            @Nullable Double baseMs,
            @Nullable Double perSequenceMs,
            @Nullable List<Double> sequences,
            @Nullable List<Double> milliseconds,
            Basis basis) {

        public Step {
            Require.section("basis", basis);
            if (sequences != null && milliseconds != null) {
                Require.table("sequences", sequences, "milliseconds", milliseconds);
                if (baseMs != null || perSequenceMs != null) {
                    throw new IllegalArgumentException(
                            "base_ms: takes no table beside it; give base_ms and per_sequence_ms, or a table");
                }
                sequences = List.copyOf(sequences);
                milliseconds = List.copyOf(milliseconds);
            } else if (baseMs == null || perSequenceMs == null) {
                throw new IllegalArgumentException("base_ms: is missing; give base_ms and per_sequence_ms, or a table"
                        + " of sequences and milliseconds");
            } else {
                Require.above("base_ms", baseMs, 0);
                Require.between("per_sequence_ms", perSequenceMs, 0, 1e6);
            }
        }

        double nanos(double b) {
            if (sequences != null && milliseconds != null) {
                return 1e6 * new Table(sequences, milliseconds).onLine(b);
            }
            return baseMs == null || perSequenceMs == null ? Double.NaN : 1e6 * (baseMs + perSequenceMs * b);
        }
    }

    /**
     * Reading the KV cache: each token of context of each running sequence adds {@code per_token_ns} to the step, kv bytes
     * per token / (GPUs * bandwidth * 0.9).
     *
     * @param workloadTokens mean context of the running sequences that the step times already hold
     */
    public record Context(double perTokenNs, double workloadTokens, Basis basis) {
        public Context {
            Require.between("per_token_ns", perTokenNs, 0, 1e6);
            Require.between("workload_tokens", workloadTokens, 0, 1e7);
            Require.section("basis", basis);
        }
    }

    /**
     * Prompts: one of L tokens adds {@code per_token_us * L + per_token_squared_ns * L^2} in all, however it is cut into
     * chunks; or a table over the prompt tokens of a step, of engines that do not cut.
     *
     * @param overheadMs part of the time to first token in which the GPU does not work: front end and scheduling
     * @param overlapMs work of prompts that a step does while it waits for weights and cache, and that does not lengthen it;
     *     null for none
     * @param tdpShare draw of prefill at full clock, in board watts; above 1 the board's own limit lowers its clock
     */
    public record Prefill(
            double perTokenUs,
            double perTokenSquaredNs,
            @Nullable List<Double> tokens,
            @Nullable List<Double> milliseconds,
            double overheadMs,
            @Nullable Double overlapMs,
            double tdpShare,
            Basis basis) {
        public Prefill {
            Require.between("per_token_us", perTokenUs, 0, 1e6);
            Require.between("per_token_squared_ns", perTokenSquaredNs, 0, 1e6);
            Require.between("overhead_ms", overheadMs, 0, 1e6);
            Require.between("overlap_ms", overlapNanos(overlapMs) * 1e-6, 0, 1e6);
            Require.between("tdp_share", tdpShare, 0.1, 1.5);
            Require.section("basis", basis);
            if (tokens != null || milliseconds != null) {
                tokens = tokens == null ? List.of() : List.copyOf(tokens);
                milliseconds = milliseconds == null ? List.of() : List.copyOf(milliseconds);
                Require.table("tokens", tokens, "milliseconds", milliseconds);
            }
        }

        double overlapNanos() {
            return overlapNanos(overlapMs);
        }

        private static double overlapNanos(@Nullable Double overlapMs) {
            return overlapMs == null ? 0 : 1e6 * overlapMs;
        }

        @Nullable Table table() {
            return tokens == null || milliseconds == null ? null : new Table(tokens, milliseconds);
        }
    }

    /**
     * Draw of all boards together in decode at the context of the workload: {@code min(TDP, fixed + joules per token *
     * b / T(b))}, or a table. T(b) is the closed-loop step time of the measurement, prompts included, where it is given,
     * since the law was fitted over that rate; else the decode step.
     *
     * @param joulesPerContextToken energy of reading a token of context once, beyond what the fixed part draws meanwhile; null
     *     for none
     */
    public record Power(
            @Nullable Double fixedWatts,
            @Nullable Double joulesPerToken,
            @Nullable Double joulesPerContextToken,
            @Nullable Double closedLoopBaseMs,
            @Nullable Double closedLoopPerSequenceMs,
            @Nullable List<Double> sequences,
            @Nullable List<Double> watts,
            Basis basis) {
        public Power {
            Require.section("basis", basis);
            if (sequences != null && watts != null) {
                Require.table("sequences", sequences, "watts", watts);
                sequences = List.copyOf(sequences);
                watts = List.copyOf(watts);
            } else if (fixedWatts == null || joulesPerToken == null) {
                throw new IllegalArgumentException("fixed_watts: is missing; give fixed_watts and joules_per_token, or"
                        + " a table of sequences and watts");
            } else {
                Require.between("fixed_watts", fixedWatts, 0, 1e6);
                Require.between("joules_per_token", joulesPerToken, 0, 1e6);
            }
            if (joulesPerContextToken != null) {
                Require.between("joules_per_context_token", joulesPerContextToken, 0, 1);
            }
            if ((closedLoopBaseMs == null) != (closedLoopPerSequenceMs == null)) {
                throw new IllegalArgumentException("closed_loop_base_ms: goes with closed_loop_per_sequence_ms");
            }
        }
    }

    /** A GPU with the model loaded and no work. */
    public record Idle(double gpuWatts, Basis basis) {
        public Idle {
            Require.between("gpu_watts", gpuWatts, 0, 1e5);
            Require.section("basis", basis);
        }
    }

    /**
     * What a lower clock does. With phi the share of the maximum clock, a step takes {@code (1 - kappa) + kappa / phi}
     * times as long and draws {@code idle + (natural - idle) * D(phi)}; D is {@code phi^gamma} down to the knee and goes
     * on with {@code gamma_below_knee} beneath it. kappa of a decode step rises from {@code kappa_decode_from} to
     * {@code kappa_decode_to} with the share of the step that depends on the number of sequences.
     *
     * @param knee share of the maximum clock below which the voltage no longer falls
     * @param lagMs time constant with which a power limit takes hold: prefill bursts shorter than it escape
     */
    public record Response(
            double kappaDecodeFrom,
            double kappaDecodeTo,
            double kappaPrefill,
            double gamma,
            double gammaBelowKnee,
            double knee,
            double lagMs,
            Basis basis) {

        public Response {
            Require.between("kappa_decode_from", kappaDecodeFrom, 0, 1);
            Require.between("kappa_decode_to", kappaDecodeTo, kappaDecodeFrom, 1);
            Require.between("kappa_prefill", kappaPrefill, 0, 1);
            Require.between("gamma", gamma, 0.5, 10);
            Require.between("gamma_below_knee", gammaBelowKnee, 0.5, 10);
            Require.between("knee", knee, 0.05, 1);
            Require.between("lag_ms", lagMs, 0, 60_000);
            Require.section("basis", basis);
        }

        /** Share of the dynamic power that is left at a share of the clock. */
        public double dynamicShare(double clock) {
            return clock >= knee
                    ? StrictMath.pow(clock, gamma)
                    : StrictMath.pow(knee, gamma) * StrictMath.pow(clock / knee, gammaBelowKnee);
        }

        /** Share of the clock at which this share of the dynamic power is left; at most 1. */
        public double clock(double dynamicShare) {
            if (dynamicShare >= 1) {
                return 1;
            }
            double atKnee = StrictMath.pow(knee, gamma);
            return dynamicShare >= atKnee
                    ? StrictMath.pow(dynamicShare, 1 / gamma)
                    : knee * StrictMath.pow(Math.max(0, dynamicShare) / atKnee, 1 / gammaBelowKnee);
        }

        /** What a lower clock multiplies a time by. */
        public static double stretch(double kappa, double clock) {
            return (1 - kappa) + kappa / clock;
        }
    }

    /**
     * Limits of the engine.
     *
     * @param maxSequences most running sequences ({@code max_num_seqs})
     * @param tokenBudget most tokens in one step ({@code max_num_batched_tokens})
     * @param kvTokens tokens that the KV cache of the replica holds
     */
    public record Limits(int maxSequences, int tokenBudget, long kvTokens, Basis basis) {
        public Limits {
            Require.between("max_sequences", maxSequences, 1, 1_000_000);
            Require.between("token_budget", tokenBudget, 1, Integer.MAX_VALUE);
            Require.between("kv_tokens", (double) kvTokens, 1, 1e19);
            Require.section("basis", basis);
        }
    }

    /** What a new replica goes through. */
    public record Start(List<Phase> phases, Basis basis) {

        /** A phase: its name, how long it takes, what each GPU draws meanwhile. */
        public record Phase(String name, double seconds, double gpuWatts) {
            public Phase {
                Require.text("name", name);
                Require.between("seconds", seconds, 0, 1e6);
                Require.between("gpu_watts", gpuWatts, 0, 1e5);
            }
        }

        public Start {
            Require.section("phases", phases);
            Require.section("basis", basis);
            phases = List.copyOf(phases);
        }
    }

    public ModelProfile {
        Require.text("name", name);
        Require.text("llm", llm);
        Require.text("engine", engine);
        Require.section("gpu", gpu);
        Require.between("gpus", gpus, 1, 64);
        Require.section("step", step);
        Require.section("context", context);
        Require.section("prefill", prefill);
        Require.section("power", power);
        Require.section("idle", idle);
        Require.section("response", response);
        Require.section("limits", limits);
        Require.section("start", start);
        Require.between("idle.gpu_watts", idle.gpuWatts(), 0, gpu.boardWatts());
        for (int b = 1; b <= limits.maxSequences(); b *= 2) {
            if (step.nanos(b) <= context.perTokenNs() * context.workloadTokens() * b) {
                throw new IllegalArgumentException("context.per_token_ns: the context of the workload alone takes "
                        + "longer than a whole step of " + b + " sequences. Maybe workload_tokens is too large.");
            }
        }
    }

    /** Step time of b sequences at full clock and the context of the workload, in nanoseconds, without prompt tokens. */
    public double decodeStepNanos(double b) {
        return step.nanos(b);
    }

    /** Draw of all boards in such a step without any limit but the TDP. */
    public double decodeWatts(double b) {
        double most = gpus * gpu.boardWatts();
        if (b <= 0) {
            return gpus * idle.gpuWatts();
        }
        if (power.sequences() != null && power.watts() != null) {
            return Math.min(most, new Table(power.sequences(), power.watts()).at(b));
        }
        if (power.fixedWatts() == null || power.joulesPerToken() == null) {
            return Double.NaN;
        }
        double nanos = power.closedLoopBaseMs() == null || power.closedLoopPerSequenceMs() == null
                ? decodeStepNanos(b)
                : 1e6 * (power.closedLoopBaseMs() + power.closedLoopPerSequenceMs() * b);
        return Math.min(most, power.fixedWatts() + power.joulesPerToken() * b / (nanos * 1e-9));
    }

    /**
     * The law that {@link #decodeWatts} follows below the TDP, in watts of the boards; null where the profile has a table in
     * its place, or no draw that rises with the sequences.
     */
    public @Nullable ReplicaLaw decodeLaw() {
        Double alphaMs = power.closedLoopBaseMs() == null ? step.baseMs() : power.closedLoopBaseMs();
        Double betaMs =
                power.closedLoopPerSequenceMs() == null ? step.perSequenceMs() : power.closedLoopPerSequenceMs();
        Double fixedWatts = power.fixedWatts();
        Double joulesPerToken = power.joulesPerToken();
        if (power.sequences() != null || alphaMs == null || betaMs == null) {
            return null;
        }
        return fixedWatts == null || joulesPerToken == null || joulesPerToken == 0
                ? null
                : new ReplicaLaw(alphaMs * 1e-3, betaMs * 1e-3, fixedWatts, joulesPerToken);
    }

    /**
     * The law that step times and draw follow over the clock, with prompts in proportion to their tokens; null where the
     * profile has tables in its place, or does not know the clocks of the board. {@link #kappaDecode} of a whole step is split
     * into that of its fixed part and that of its sequences, whose context is read from memory.
     */
    public @Nullable StepLaw stepLaw() {
        Double baseMs = step.baseMs();
        Double perSequenceMs = step.perSequenceMs();
        if (baseMs == null || perSequenceMs == null || prefill.table() != null || maxClockMegahertz() == 0) {
            return null;
        }
        double contextShare = perSequenceMs == 0
                ? 1
                : Math.min(1, context.perTokenNs() * context.workloadTokens() * 1e-6 / perSequenceMs);
        return new StepLaw(
                baseMs * 1e-3,
                perSequenceMs * 1e-3,
                prefill.perTokenUs() * 1e-6,
                response.kappaDecodeFrom(),
                response.kappaDecodeTo() - contextShare * (response.kappaDecodeTo() - response.kappaDecodeFrom()),
                response.kappaPrefill(),
                response.gamma(),
                response.gammaBelowKnee(),
                response.knee(),
                maxClockMegahertz());
    }

    /** Draw of all boards while they do nothing but read weights and KV cache: where the decode law begins. */
    double memoryWatts() {
        if (power.sequences() != null && power.watts() != null) {
            return new Table(power.sequences(), power.watts()).least();
        }
        return power.fixedWatts() == null ? Double.NaN : Math.min(gpus * gpu.boardWatts(), power.fixedWatts());
    }

    /** Frequency elasticity of a decode step of b sequences. */
    public double kappaDecode(int b) {
        double fixed = decodeStepNanos(0);
        double all = decodeStepNanos(b);
        double context = this.context.perTokenNs() * this.context.workloadTokens() * b;
        double share = Math.min(1, Math.max(0, (all - fixed - context) / all));
        return response.kappaDecodeFrom() + (response.kappaDecodeTo() - response.kappaDecodeFrom()) * share;
    }

    /**
     * The share of the maximum clock that the boards go down to under a power limit.
     *
     * @param naturalWatts what all boards together would draw at the maximum
     * @param gpuLimitWatts limit of each GPU
     */
    public double clock(double naturalWatts, double gpuLimitWatts) {
        double idleWatts = gpus * idle.gpuWatts();
        double limitWatts = gpus * gpuLimitWatts;
        return naturalWatts <= limitWatts || naturalWatts <= idleWatts
                ? 1
                : Math.max(LOWEST_CLOCK, response.clock((limitWatts - idleWatts) / (naturalWatts - idleWatts)));
    }

    /** Highest lasting draw of all boards: the TDP. */
    public double peakWatts() {
        return gpus * gpu.boardWatts();
    }

    /** Highest lasting draw of all boards at a share of the maximum clock. */
    double peakWatts(double clock) {
        if (clock >= 1) {
            return peakWatts();
        }
        double idleWatts = gpus * idle.gpuWatts();
        return idleWatts + (peakWatts() - idleWatts) * response.dynamicShare(clock);
    }

    /** Highest SM clock of the board; 0 where no source gives it, and then no clock can be locked. */
    public int maxClockMegahertz() {
        return gpu.maxClockMhz() == null ? 0 : (int) Math.round(gpu.maxClockMhz());
    }

    /** Lowest SM clock of the board. */
    public int minClockMegahertz() {
        return (int) Math.ceil(LOWEST_CLOCK * maxClockMegahertz());
    }

    /** The clock at which the board locks when asked for this one; 0 for none, which the maximum clock is as well. */
    int lockableMegahertz(int megahertz) {
        return megahertz <= 0 || megahertz >= maxClockMegahertz() ? 0 : Math.max(minClockMegahertz(), megahertz);
    }

    /** The share of the maximum clock at which a board runs that is locked at this clock; 1 for 0, no lock. */
    public double clockShare(int lockedMegahertz) {
        return lockedMegahertz == 0 ? 1 : lockedMegahertz / (double) maxClockMegahertz();
    }

    /** A GPU with the model loaded and no work. */
    public double idleGpuWatts() {
        return idle.gpuWatts();
    }

    /** Highest power limit of a GPU. */
    public double tdpGpuWatts() {
        return gpu.boardWatts();
    }

    /** Lowest power limit that the board accepts. */
    public double minGpuLimitWatts() {
        return gpu.minLimitWatts();
    }

    /** Most tokens in one step. */
    public int tokenBudget() {
        return limits.tokenBudget();
    }

    /** Most running sequences. */
    public int maxSequences() {
        return limits.maxSequences();
    }

    /** Tokens that the KV cache of the replica holds. */
    public long kvCapacityTokens() {
        return limits.kvTokens();
    }

    /** The phases of a new replica. */
    public List<StartupPhase> startup() {
        return start.phases().stream()
                .map(phase -> new StartupPhase(phase.name(), Math.round(phase.seconds() * 1e9), phase.gpuWatts()))
                .toList();
    }

    /** Whether step time and power of this many sequences lie within the data. */
    public boolean measures(int running) {
        return step.basis().covers(running) && power.basis().covers(running);
    }

    /** The basis of each section, in the order of the file. */
    public Map<String, Basis> bases() {
        Map<String, Basis> bases = new LinkedHashMap<>();
        bases.put("step", step.basis());
        bases.put("context", context.basis());
        bases.put("prefill", prefill.basis());
        bases.put("power", power.basis());
        bases.put("idle", idle.basis());
        bases.put("response", response.basis());
        bases.put("limits", limits.basis());
        bases.put("start", start.basis());
        return bases;
    }

    /** The sources of all figures. */
    public String source() {
        Set<String> sources = new LinkedHashSet<>();
        bases().values().forEach(basis -> sources.add(basis.source()));
        return String.join("; ", sources);
    }

    /** What is measured, fitted, assumed or extrapolated, and over which range. */
    public String validity() {
        Map<String, List<String>> sections = new LinkedHashMap<>();
        bases().forEach((section, basis) -> sections.computeIfAbsent(basis.inWords(), words -> new ArrayList<>())
                .add(section));
        List<String> parts = new ArrayList<>();
        sections.forEach((words, names) -> parts.add(String.join(", ", names) + " " + words));
        return "engine " + engine + "; " + String.join("; ", parts);
    }

    /** Whether a token uses a part of the weights only. */
    public boolean hasExperts() {
        return Boolean.TRUE.equals(mixtureOfExperts);
    }

    /** The same profile with what an experiment changes of it; the sections that change say so. */
    public ModelProfile adjusted(Adjustment adjustment) {
        return new ModelProfile(
                name,
                llm,
                mixtureOfExperts,
                engine,
                gpu,
                gpus,
                adjustment.of(step),
                adjustment.of(context),
                prefill,
                adjustment.of(power),
                adjustment.of(idle),
                adjustment.of(response),
                limits,
                adjustment.of(start));
    }

    /** The same profile with other engine limits. */
    public ModelProfile withLimits(int newMaxSequences, int newTokenBudget) {
        Limits other = new Limits(newMaxSequences, newTokenBudget, limits.kvTokens(), limits.basis());
        return new ModelProfile(
                name,
                llm,
                mixtureOfExperts,
                engine,
                gpu,
                gpus,
                step,
                context,
                prefill,
                power,
                idle,
                response,
                other,
                start);
    }
}
