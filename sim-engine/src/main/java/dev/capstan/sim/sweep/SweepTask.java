package dev.capstan.sim.sweep;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.capstan.capping.CappingPolicy;
import dev.capstan.capping.PolicyRegistry;
import dev.capstan.sim.experiment.Experiment;
import dev.capstan.sim.experiment.ExperimentFile;
import dev.capstan.sim.experiment.InvalidExperimentException;
import dev.capstan.sim.experiment.Issue;
import dev.capstan.sim.kernel.CheckLevel;
import dev.capstan.sim.rehearsal.Conditions;
import dev.capstan.sim.results.Row;
import dev.capstan.sim.results.RunFiles;
import dev.capstan.sim.run.Grid;
import dev.capstan.sim.run.Load;
import dev.capstan.sim.run.RunResult;
import dev.capstan.sim.run.SimulationRun;
import dev.capstan.sim.run.TraceLibrary;
import dev.capstan.trace.RandomStream;
import dev.capstan.trace.TraceOrigin;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * What the runs of a sweep have in common, and the carrying out of any one of them, on this machine or, sent as JSON, on
 * another. Safe for use by several threads, which share traces and the runs without capping.
 */
public final class SweepTask {

    private static final ObjectMapper JSON = new ObjectMapper();

    /** Runs of a point follow each other. */
    private static final int EXPERIMENTS_KEPT = 64;

    /** Of the memory there is; what does not fit is computed anew. */
    private static final double SHARE_FOR_REFERENCES = 0.1;

    /** About what its key takes, most of all the services of the experiment. */
    private static final int BYTES_PER_REFERENCE = 8192;

    /** What the power without capping depends on. */
    private record ReferenceKey(
            Experiment.Cluster cluster,
            List<Experiment.Service> services,
            Experiment.Telemetry telemetry,
            long warmupNanos,
            long durationNanos,
            long seed) {}

    private final String identity;
    private final ExperimentFile file;
    private final boolean sensitivity;
    private final Experiment.Detail defaultDetail;
    private final CheckLevel check;

    private final TraceLibrary traces;
    private final Set<String> traceHashes;

    /** Whether the sweep was begun elsewhere, so that traces here may be others. */
    private final boolean isSent;

    private final Cache<Setting, Experiment> experiments = Caffeine.newBuilder()
            .maximumSize(EXPERIMENTS_KEPT)
            .executor(Runnable::run)
            .build();
    private final Cache<ReferenceKey, double[]> references = Caffeine.newBuilder()
            .maximumWeight((long) (SHARE_FOR_REFERENCES * Runtime.getRuntime().maxMemory()))
            .weigher((ReferenceKey key, double[] watts) -> BYTES_PER_REFERENCE + Double.BYTES * watts.length)
            .executor(Runnable::run)
            .build();

    /**
     * @param identity hash of all that decides the results
     * @param sensitivity whether parameters are moved
     * @param defaultDetail which runs keep their course, where the experiment does not say
     * @param traceHashes SHA-256 of the traces of the first replication
     */
    SweepTask(
            String identity,
            ExperimentFile file,
            boolean sensitivity,
            Experiment.Detail defaultDetail,
            CheckLevel check,
            TraceLibrary traces,
            Set<String> traceHashes) {
        this(identity, file, sensitivity, defaultDetail, check, traces, traceHashes, false);
    }

    private SweepTask(
            String identity,
            ExperimentFile file,
            boolean sensitivity,
            Experiment.Detail defaultDetail,
            CheckLevel check,
            TraceLibrary traces,
            Set<String> traceHashes,
            boolean isSent) {
        this.identity = identity;
        this.file = file;
        this.sensitivity = sensitivity;
        this.defaultDetail = defaultDetail;
        this.check = check;
        this.traces = traces;
        this.traceHashes = traceHashes;
        this.isSent = isSent;
    }

    /** Hash of all that decides the results: experiment, profiles, traces and version. */
    String identity() {
        return identity;
    }

    /** The number of the setting of a run of {@link Sweep#of}. */
    int setting(SweepRun run) {
        return run.index() / (file.base().policies().size() * file.base().replications());
    }

    /** The task as JSON, for machines that have the same traces and model profiles under the same paths. */
    public String toJson() {
        ObjectNode node = JSON.createObjectNode();
        node.put("identity", identity);
        node.set("experiment", file.toJson());
        node.put("sensitivity", sensitivity);
        node.put("detail", defaultDetail.name());
        node.put("check", check.name());
        traceHashes.stream().sorted().forEach(node.putArray("traces")::add);
        return node.toString();
    }

    /**
     * Reads what {@link #toJson} wrote.
     *
     * @throws IllegalArgumentException if it is no JSON
     * @throws dev.capstan.sim.experiment.InvalidExperimentException if the experiment cannot be read here
     */
    public static SweepTask fromJson(String json) {
        JsonNode node;
        try {
            node = JSON.readTree(json);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("is no task of a sweep: " + json, e);
        }
        Set<String> hashes = new HashSet<>();
        node.path("traces").forEach(hash -> hashes.add(hash.asText()));
        return new SweepTask(
                node.path("identity").asText(),
                ExperimentFile.fromJson(node.path("experiment")),
                node.path("sensitivity").booleanValue(),
                Experiment.Detail.valueOf(node.path("detail").asText()),
                CheckLevel.valueOf(node.path("check").asText()),
                new TraceLibrary(),
                hashes,
                true);
    }

    /**
     * Carries out a run.
     *
     * @throws dev.capstan.trace.TraceException if a trace cannot be read
     * @throws InvalidExperimentException if a trace is another than the one that the sweep was begun with
     * @throws dev.capstan.sim.kernel.InvariantViolation if a check finds a fault of the engine
     */
    public RunOutcome run(SweepRun run) {
        Experiment experiment = experiments.get(run.setting(), setting -> setting.experiment(file));
        Experiment.Policy policy = experiment.policies().get(run.policy());
        long seed = seed(file, run.replication());
        List<Load> loads = loads(experiment, seed);
        RunResult result = SimulationRun.run(
                experiment,
                policy(experiment, policy, seed),
                loads,
                grid(experiment),
                () -> reference(experiment, loads, seed),
                seed,
                check,
                isDetailed(experiment, run));
        return new RunOutcome(
                row(run, experiment, policy, seed, result),
                result.detail().map(detail -> RunFiles.of(experiment, detail)));
    }

    /** One seed for each replication, at every point and for every policy. */
    static long seed(ExperimentFile file, int replication) {
        return RandomStream.named(file.base().seed(), "replication." + replication)
                        .nextLong()
                >>> 1;
    }

    private boolean isDetailed(Experiment experiment, SweepRun run) {
        Experiment.Detail detail = experiment.output().detail() == null
                ? defaultDetail
                : experiment.output().detail();
        return detail == Experiment.Detail.ALL
                || (detail == Experiment.Detail.FIRST_REPLICATION
                        && run.replication() == 0
                        && run.setting().variation().isEmpty());
    }

    private List<Load> loads(Experiment experiment, long seed) {
        List<Load> loads = new ArrayList<>();
        for (Experiment.Service service : experiment.services()) {
            if (isSent) {
                verify(traces.load(experiment, service, seed(file, 0)).origin());
            }
            loads.add(traces.load(experiment, service, seed));
        }
        return loads;
    }

    private Grid grid(Experiment experiment) {
        Grid grid = traces.grid(experiment);
        grid.carbon().ifPresent(carbon -> verify(carbon.origin()));
        grid.price().ifPresent(price -> verify(price.origin()));
        return grid;
    }

    private void verify(TraceOrigin origin) {
        if (isSent && !traceHashes.contains(origin.sha256())) {
            throw new InvalidExperimentException(
                    file.file().toString(),
                    List.of(new Issue(
                            "workload",
                            origin.path() + " is not the file that the sweep was begun with (its SHA-256 here is "
                                    + origin.sha256() + "). Maybe put the same traces on every machine.")));
        }
    }

    /** The power without capping, by which runs of the same plant and load are judged. */
    private double[] reference(Experiment experiment, List<Load> loads, long seed) {
        ReferenceKey key = new ReferenceKey(
                experiment.cluster(),
                experiment.services(),
                experiment.telemetry().withRateWindow(0),
                experiment.warmupNanos(),
                experiment.durationNanos(),
                seed);
        return references.get(key, missing -> SimulationRun.reference(experiment, loads, seed));
    }

    private static CappingPolicy<?> policy(Experiment experiment, Experiment.Policy policy, long seed) {
        return PolicyRegistry.build(
                PolicyRegistry.find(policy.name()),
                policy.parameters(),
                RandomStream.named(seed, "policy").nextLong(),
                Conditions.guardRails(experiment));
    }

    private Row row(SweepRun run, Experiment experiment, Experiment.Policy policy, long seed, RunResult result) {
        List<Row.Service> services = new ArrayList<>();
        for (int i = 0; i < experiment.services().size(); i++) {
            services.add(new Row.Service(
                    experiment.services().get(i).name(), result.services().get(i)));
        }
        return new Row(
                run.index(),
                runId(run, policy),
                run.setting().place(sensitivity),
                policy.label(),
                experiment.cap().watts(),
                run.replication(),
                seed,
                result.figures(),
                services);
    }

    private static String runId(SweepRun run, Experiment.Policy policy) {
        return String.format(
                Locale.ROOT,
                "%05d-%s-r%d",
                run.index(),
                policy.label().replaceAll("[^A-Za-z0-9._-]", "_"),
                run.replication());
    }
}
