package dev.capstan.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.capstan.bridge.importer.ImportSettings;
import dev.capstan.bridge.importer.Imported;
import dev.capstan.bridge.importer.Importer;
import dev.capstan.bridge.install.InstallManifests;
import dev.capstan.bridge.journal.JournalWriter;
import dev.capstan.bridge.operator.CapstanOperator;
import dev.capstan.bridge.operator.OperatorSettings;
import dev.capstan.bridge.operator.Preflight;
import dev.capstan.bridge.resource.ResourceDefinitions;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "operator",
        description = "What a cluster needs to hold PowerCaps.",
        synopsisSubcommandLabel = "COMMAND",
        mixinStandardHelpOptions = true)
final class OperatorCommand implements Callable<Integer> {

    private static final YAMLMapper YAML = YAMLMapper.builder()
            .disable(YAMLGenerator.Feature.SPLIT_LINES)
            .enable(YAMLGenerator.Feature.INDENT_ARRAYS_WITH_INDICATOR)
            .build();

    private static final long MEBIBYTE = 1 << 20;
    private static final long JOURNAL_FILE_BYTES = 16 * MEBIBYTE;
    private static final long MOST_MEBIBYTES = 1 << 24;

    private final Console console;

    @Spec
    private CommandSpec spec;

    OperatorCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        spec.commandLine().usage(console.err());
        return ExitCodes.INVALID_INPUT;
    }

    @Command(
            name = "crds",
            description = "Prints the definitions of PowerCap and ClusterPowerCap.",
            mixinStandardHelpOptions = true)
    int crds(
            @Option(names = "--out", paramLabel = "FILE", description = "Writes them there instead.") @Nullable Path out)
            throws IOException {
        return print(ResourceDefinitions.yaml(), out);
    }

    @Command(
            name = "manifests",
            description =
                    "Prints the manifests of the operator; the definitions are apart, so that they can stay when it goes.",
            mixinStandardHelpOptions = true)
    int manifests(
            @Option(names = "--out", paramLabel = "FILE", description = "Writes them there instead.") @Nullable Path out,
            @Option(
                            names = "--namespace",
                            paramLabel = "NAME",
                            defaultValue = InstallManifests.NAMESPACE,
                            description = "Where it runs; default ${DEFAULT-VALUE}.")
                    String namespace,
            @Option(
                            names = "--image",
                            paramLabel = "IMAGE",
                            defaultValue = "",
                            description = "Its container image; default capstan:0.1.0.")
                    String image,
            @Option(
                            names = "--levers",
                            paramLabel = "LEVER",
                            split = ",",
                            description =
                                    "What it may lower: deployments, statefulsets, horizontalpodautoscalers, keda, kserve,"
                                            + " production-stack, or none; default all.")
                    @Nullable List<String> levers)
            throws IOException {
        List<String> granted =
                levers == null ? InstallManifests.LEVERS : levers.equals(List.of("none")) ? List.of() : levers;
        try {
            return print(InstallManifests.yaml(namespace, image, granted), out);
        } catch (IllegalArgumentException e) {
            throw new InvalidArgument("--levers: " + e.getMessage());
        }
    }

    @Command(
            name = "run",
            description =
                    "Runs the operator until it is told to end. Of several that run, one leads. Ceilings stay when it ends.",
            mixinStandardHelpOptions = true)
    int run(
            @Mixin KubernetesOptions kubernetes,
            @Option(
                            names = "--identity",
                            paramLabel = "NAME",
                            description = "Unlike that of all others; default the name of the pod, and the process id.")
                    @Nullable String identity,
            @Option(
                            names = "--journal",
                            paramLabel = "DIR",
                            description = "Keeps a journal of every step there, to be replayed; default none.")
                    @Nullable Path journal,
            @Option(
                            names = "--journal-mebibytes",
                            paramLabel = "N",
                            defaultValue = "768",
                            description =
                                    "What the journal may hold before its oldest files go; default ${DEFAULT-VALUE}.")
                    long journalMebibytes,
            @Option(
                            names = "--listen",
                            paramLabel = "PORT",
                            defaultValue = "8080",
                            description = "For /healthz, /readyz and /metrics; default ${DEFAULT-VALUE}.")
                    int port)
            throws IOException {
        String name = identity == null ? processIdentity() : identity;
        if (journalMebibytes < 1 || journalMebibytes > MOST_MEBIBYTES) {
            throw new InvalidArgument("--journal-mebibytes: must be 1 to " + MOST_MEBIBYTES + ", was "
                    + journalMebibytes + ". Give at most what its volume has.");
        }
        try (JournalWriter writer = journal == null
                        ? null
                        : new JournalWriter(journal, JOURNAL_FILE_BYTES, journalMebibytes * MEBIBYTE);
                KubernetesClient client = kubernetes.client()) {
            OperatorSettings settings = OperatorSettings.of(Capstan.version(), name, kubernetes.namespace(client));
            // A process that may not be the only leader ends before it can write again.
            CapstanOperator operator = CapstanOperator.of(
                    client, settings, writer, () -> Runtime.getRuntime().halt(1));
            CountDownLatch ended = new CountDownLatch(1);
            Runtime.getRuntime().addShutdownHook(new Thread(() -> {
                operator.close();
                ended.countDown();
            }));
            operator.start();
            try (OperatorHealth health = OperatorHealth.listen(port, operator::leads, operator::scrape)) {
                console.err()
                        .println("capstan: operator " + name + " runs in namespace " + settings.namespace()
                                + ", health on port " + health.port());
                ended.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        return ExitCodes.DONE;
    }

    private static String processIdentity() {
        String pod = System.getenv("POD_NAME");
        return (pod == null ? "capstan" : pod) + "-" + ProcessHandle.current().pid();
    }

    @Command(
            name = "check",
            description =
                    "Looks whether a cluster has what the operator needs: its definitions, autoscalers, permissions, and power in a"
                            + " Prometheus. Says what is wrong with the PowerCaps that are there.",
            mixinStandardHelpOptions = true)
    int check(
            @Mixin KubernetesOptions kubernetes,
            @Option(
                            names = "--prometheus",
                            paramLabel = "URL",
                            description = "Whose power of GPUs and pods is looked at; default none.")
                    @Nullable URI prometheus,
            @Mixin PrometheusLogin login) {
        List<Preflight.Finding> findings = new ArrayList<>();
        if (prometheus != null) {
            findings.addAll(Preflight.telemetry(login.client(prometheus), Instant.now()));
        }
        try (KubernetesClient client = kubernetes.client()) {
            findings.addAll(new Preflight(client, kubernetes.namespace(client)).findings());
        }
        for (Preflight.Finding finding : findings) {
            console.out()
                    .println(finding.verdict().name().toLowerCase(Locale.ROOT) + ": " + finding.subject() + " "
                            + finding.message());
        }
        return findings.stream().allMatch(finding -> finding.verdict() != Preflight.Verdict.FAILED)
                ? ExitCodes.DONE
                : ExitCodes.CHECK_FAILED;
    }

    @Command(
            name = "import",
            description =
                    "Prints the PowerCaps that resources of Climatik and of Azure's carbon-aware KEDA operator become,"
                            + " and on standard error what changes.",
            mixinStandardHelpOptions = true)
    int importFiles(
            @Parameters(paramLabel = "FILE", arity = "1..*", description = "Manifests in YAML.") List<Path> files,
            @Option(
                            names = "--prometheus",
                            paramLabel = "URL",
                            description = "Where power is read; default what the resource names.")
                    @Nullable String prometheus,
            @Option(
                            names = "--replica-watts",
                            paramLabel = "WATTS",
                            description = "What one replica can draw at most; needed, for theirs do not say it.")
                    @Nullable Double replicaWatts)
            throws IOException {
        ImportSettings settings = new ImportSettings(prometheus, replicaWatts);
        boolean sound = true;
        for (Path file : files) {
            for (Imported imported : read(file, settings)) {
                String where = file + ": " + imported.source() + ": ";
                imported.notes().forEach(note -> console.err().println(where + note));
                imported.errors().forEach(error -> console.err().println(where + "error: " + error));
                if (imported.errors().isEmpty()) {
                    console.out().print(YAML.writeValueAsString(imported.resource()));
                }
                sound &= imported.errors().isEmpty();
            }
        }
        return sound ? ExitCodes.DONE : ExitCodes.INVALID_INPUT;
    }

    private static List<Imported> read(Path file, ImportSettings settings) throws IOException {
        try {
            return Importer.read(Files.readString(file), settings);
        } catch (JsonProcessingException e) {
            throw new InvalidArgument(file + ": is no YAML: " + e.getMessage());
        }
    }

    private int print(String text, @Nullable Path out) throws IOException {
        if (out == null) {
            console.out().print(text);
        } else {
            Files.writeString(out, text);
        }
        return ExitCodes.DONE;
    }
}
