package dev.capstan.cli;

import dev.capstan.sim.experiment.ExperimentFile;
import dev.capstan.sim.sweep.Sweep;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What a Kubernetes Job that carries out a sweep looks like. */
final class IndexedJobOptions {

    private static final int LARGEST_EXPERIMENT = 1_000_000;

    @Option(
            names = "--emit",
            paramLabel = "FILE",
            description = "Of --engine k8s-job: where to write its manifests; - for standard output.")
    @Nullable String emit;

    @Option(names = "--shards", paramLabel = "N", description = "Of --engine k8s-job: how many parts, a pod for each.")
    int shards;

    @Option(
            names = "--image",
            paramLabel = "IMAGE",
            description = "Of --engine k8s-job: container image whose entry point is this command, of this version.")
    @Nullable String image;

    @Option(
            names = "--results-claim",
            paramLabel = "CLAIM",
            description = "Of --engine k8s-job: persistent volume claim that the folders of the parts go to.")
    @Nullable String resultsClaim;

    @Option(
            names = "--mount",
            paramLabel = "CLAIM=PATH",
            description =
                    "Of --engine k8s-job: claim with traces, and the path at which they lie here too. Repeatable.")
    List<String> mounts = List.of();

    @Option(
            names = "--cpu",
            paramLabel = "N",
            description = "Of --engine k8s-job: processors of a pod, and its runs at once. Default: 2.")
    int cpu = 2;

    @Option(
            names = "--memory",
            paramLabel = "QUANTITY",
            description = "Of --engine k8s-job: memory of a pod. Default: 4Gi.")
    String memory = "4Gi";

    /** Whether any of these was given. */
    boolean isAsked() {
        return emit != null || image != null || resultsClaim != null || shards != 0 || !mounts.isEmpty();
    }

    /**
     * Writes the manifests, with the commands that go before and after in comments.
     *
     * @param run what is to be run
     * @return where to; empty for standard output
     * @throws InvalidArgument if an option is missing or not one that Kubernetes takes
     * @throws dev.capstan.sim.experiment.InvalidExperimentException if the experiment cannot be run
     */
    Optional<Path> emit(RunOptions run, PrintStream out) throws IOException {
        String to = required("--emit", emit);
        ExperimentFile experiment = ExperimentFile.read(run.experiment, run.allSets());
        Sweep sweep = Sweep.of(experiment);
        if (shards < 1 || shards > sweep.totalRuns()) {
            throw new InvalidArgument(
                    "--shards: must be from 1 to the " + sweep.totalRuns() + " runs of the sweep, was " + shards);
        }
        String text = Files.readString(run.experiment);
        if (text.length() > LARGEST_EXPERIMENT) {
            throw new InvalidArgument(
                    run.experiment + " is larger than the " + LARGEST_EXPERIMENT + " bytes that a ConfigMap can hold");
        }
        IndexedJob job = new IndexedJob(
                IndexedJob.nameOf(experiment.base().name()),
                text,
                run.experiment.toAbsolutePath().normalize(),
                same(run),
                shards,
                run.jobs == null ? shards : Math.min(run.jobs(), shards),
                required("--image", image),
                required("--results-claim", resultsClaim),
                mounts.stream().map(IndexedJobOptions::mount).toList(),
                cpu,
                quantity());
        String manifests = comments(job) + job.manifests();
        if (to.equals("-")) {
            out.print(manifests);
            return Optional.empty();
        }
        return Optional.of(Files.writeString(Path.of(to), manifests));
    }

    /** What decides the results besides the experiment. */
    private static List<String> same(RunOptions run) {
        List<String> options = new ArrayList<>();
        for (String set : run.allSets()) {
            options.addAll(List.of("--set", set));
        }
        options.addAll(List.of("--check", run.check.name().toLowerCase(Locale.ROOT)));
        return options;
    }

    private String comments(IndexedJob job) {
        String folders = IntStream.range(0, shards)
                .mapToObj(part -> job.folder(String.valueOf(part)))
                .collect(Collectors.joining(" "));
        String options = job.options().stream().map(Words::quoted).collect(Collectors.joining(" "));
        return "# Carry out with: kubectl apply -f FILE; kubectl wait --for=condition=complete --timeout=-1s job/"
                + job.name()
                + "\n# Then, where the claim " + job.resultsClaim() + " is mounted at " + IndexedJob.RESULTS
                + ", put the parts"
                + " together with:\n# capstan sweep " + Words.quoted(job.file().toString()) + " " + options
                + " --gather "
                + folders + " --out DIR\n";
    }

    private String quantity() {
        if (cpu < 1) {
            throw new InvalidArgument("--cpu: must be at least 1, was " + cpu);
        }
        if (!memory.matches("[1-9]\\d*(Ki|Mi|Gi|Ti)?")) {
            throw new InvalidArgument("--memory: must be a quantity of Kubernetes such as 4Gi, was " + memory);
        }
        return memory;
    }

    private static IndexedJob.Mount mount(String text) {
        int equals = text.indexOf('=');
        String path = text.substring(equals + 1);
        if (equals < 1 || !path.startsWith("/")) {
            throw new InvalidArgument("--mount: must be CLAIM=PATH with an absolute path, was " + text);
        }
        return new IndexedJob.Mount(text.substring(0, equals), path);
    }

    private static String required(String option, @Nullable String value) {
        if (value == null) {
            throw new InvalidArgument("--engine k8s-job needs " + option);
        }
        return value;
    }
}
