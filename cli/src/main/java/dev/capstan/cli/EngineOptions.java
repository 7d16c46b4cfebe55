package dev.capstan.cli;

import dev.capstan.sim.sweep.GatherEngine;
import dev.capstan.sim.sweep.LocalEngine;
import dev.capstan.sim.sweep.Shard;
import dev.capstan.sim.sweep.SweepEngine;
import dev.capstan.sim.sweep.SweepEngineProvider;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where the runs of a sweep are carried out. */
final class EngineOptions {

    private static final String LOCAL = "local";
    static final String KUBERNETES_JOB = "k8s-job";

    @Option(
            names = "--engine",
            paramLabel = "NAME",
            description = "What carries out the runs: local, spark, or k8s-job (with --emit). Default: local.")
    String name = LOCAL;

    @Option(
            names = "--master",
            paramLabel = "URL",
            description = "Of --engine spark: local[*], spark://HOST:7077, k8s://https://HOST:6443. Default: local[*].")
    @Nullable String master;

    @Option(
            names = "--shard",
            paramLabel = "I/N",
            description = "Only part I of N, from 0, into --out; goes on with a part that was begun there.")
    @Nullable String shard;

    @Option(
            names = "--gather",
            paramLabel = "DIR",
            arity = "1..*",
            description = "Puts the folders of all parts together in place of running.")
    List<Path> gather = List.of();

    /** The part that is asked for; empty for all. */
    Optional<Shard> shard() {
        try {
            return Optional.ofNullable(shard).map(Shard::parse);
        } catch (IllegalArgumentException e) {
            throw new InvalidArgument("--shard: " + e.getMessage());
        }
    }

    /** For an engine that none of the other options are for. */
    void refuseAll() {
        if (master != null || shard != null || !gather.isEmpty()) {
            throw new InvalidArgument("--engine " + name + ": goes without --master, --shard and --gather");
        }
    }

    /**
     * The engine that is asked for.
     *
     * @throws InvalidArgument if options do not go together
     * @throws IOException if what it needs is not there
     */
    SweepEngine open(RunOptions options) throws IOException {
        if (master != null && !name.equals("spark")) {
            throw new InvalidArgument("--master: is for --engine spark only");
        }
        if (!gather.isEmpty()) {
            if (shard != null || !name.equals(LOCAL)) {
                throw new InvalidArgument("--gather: carries out nothing, so it goes without --shard and --engine");
            }
            return GatherEngine.open(gather);
        }
        if (name.equals(LOCAL)) {
            return new LocalEngine(options.jobs());
        }
        SweepEngineProvider provider = provider();
        if (options.jobs != null) {
            throw new InvalidArgument("--jobs: --engine " + name + " runs as many at once as there are processors at"
                    + " --master. Maybe --master 'local[" + options.jobs + "]'");
        }
        try {
            return provider.open(master == null ? "local[*]" : master);
        } catch (IllegalArgumentException e) {
            throw new InvalidArgument("--master: " + e.getMessage());
        }
    }

    private SweepEngineProvider provider() {
        for (SweepEngineProvider provider : ServiceLoader.load(SweepEngineProvider.class)) {
            if (provider.name().equals(name)) {
                return provider;
            }
        }
        throw new InvalidArgument(
                name.equals("spark")
                        ? "--engine spark: Apache Spark is not on the class path. Start ./capstan of a checkout, which"
                                + " takes it from SPARK_HOME or fetches it, or put spark-engine and Spark there"
                        : "--engine: must be local, spark or k8s-job, was " + name);
    }
}
