package dev.capstan.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.capstan.testcluster.ControlPlane;
import dev.capstan.testcluster.LoopbackIdentity;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The manifests of a sweep as a Job of Kubernetes. */
class IndexedJobTest {

    private static final String EXPERIMENT = PowerRow.EXPERIMENT + """
            name: "Feed & loss: row 3"   # a name that Kubernetes would not take
            duration: 10m
            axes: {cap.power: [9 kW, 10 kW, 11 kW]}
            """;

    private static final List<String> OPTIONS = List.of(
            "--engine",
            "k8s-job",
            "--shards",
            "3",
            "--image",
            "registry.example/capstan:0.1.0",
            "--results-claim",
            "results",
            "--mount",
            "traces=/data/traces",
            "--set",
            "axes={control.interval: [5s, 10s], cap.power: ['9 kW', '10 kW']}",
            "--seed",
            "7",
            "--cpu",
            "4",
            "--memory",
            "8Gi");

    @TempDir
    Path folder;

    private final CommandRun command = new CommandRun();

    @BeforeEach
    void write() throws IOException {
        Files.writeString(folder.resolve("feed.yaml"), EXPERIMENT);
    }

    private int sweep(List<String> options, String... more) {
        List<String> arguments =
                new ArrayList<>(List.of("sweep", folder.resolve("feed.yaml").toString()));
        arguments.addAll(options);
        arguments.addAll(List.of(more));
        return command.run(arguments.toArray(String[]::new));
    }

    private List<JsonNode> emitted() throws IOException {
        assertThat(sweep(OPTIONS, "--emit", "-")).as(command.err()).isZero();
        return documents(command.out());
    }

    private static List<JsonNode> documents(String yaml) throws IOException {
        try (MappingIterator<JsonNode> documents =
                new YAMLMapper().readerFor(JsonNode.class).readValues(yaml)) {
            return documents.readAll();
        }
    }

    private static List<String> texts(JsonNode list, String key) {
        return StreamSupport.stream(list.spliterator(), false)
                .map(one -> one.path(key).asText())
                .toList();
    }

    @Test
    void holdsTheExperimentAsItIs() throws IOException {
        JsonNode map = emitted().get(0);
        assertThat(map.path("kind").asText()).isEqualTo("ConfigMap");
        assertThat(map.at("/metadata/name").asText()).isEqualTo("capstan-feed-loss-row-3");
        assertThat(map.at("/data/experiment.yaml").asText()).isEqualTo(EXPERIMENT);
    }

    @Test
    void givesEachPodItsPart() throws IOException {
        JsonNode job = emitted().get(1);
        assertThat(job.at("/spec/completionMode").asText()).isEqualTo("Indexed");
        assertThat(job.at("/spec/completions").intValue()).isEqualTo(3);
        assertThat(job.at("/spec/parallelism").intValue()).isEqualTo(3);
        JsonNode pod = job.at("/spec/template/spec");
        assertThat(pod.path("restartPolicy").asText()).isEqualTo("Never");
        List<String> arguments = StreamSupport.stream(
                        pod.at("/containers/0/args").spliterator(), false)
                .map(JsonNode::asText)
                .toList();
        assertThat(arguments)
                .containsExactly(
                        "sweep",
                        folder.resolve("feed.yaml").toString(),
                        "--set",
                        "axes={control.interval: [5s, 10s], cap.power: ['9 kW', '10 kW']}",
                        "--set",
                        "seed=7",
                        "--check",
                        "light",
                        "--jobs",
                        "4",
                        "--shard",
                        "$(JOB_COMPLETION_INDEX)/3",
                        "--out",
                        "/results/capstan-feed-loss-row-3/$(JOB_COMPLETION_INDEX)",
                        "--quiet");
    }

    @Test
    void everyVolumeIsMountedAndOnlyResultsCanBeWritten() throws IOException {
        JsonNode pod = emitted().get(1).at("/spec/template/spec");
        JsonNode container = pod.at("/containers/0");
        assertThat(texts(pod.path("volumes"), "name"))
                .containsExactlyInAnyOrderElementsOf(texts(container.path("volumeMounts"), "name"));
        for (JsonNode mount : container.path("volumeMounts")) {
            boolean writable =
                    List.of("results", "tmp").contains(mount.path("name").asText());
            assertThat(mount.path("readOnly").booleanValue())
                    .as(mount.toString())
                    .isEqualTo(!writable);
        }
        assertThat(texts(container.path("volumeMounts"), "mountPath"))
                .containsExactly(folder.resolve("feed.yaml").toString(), "/results", "/tmp", "/data/traces");
        assertThat(pod.at("/securityContext/runAsNonRoot").booleanValue()).isTrue();
        assertThat(container.at("/securityContext/readOnlyRootFilesystem").booleanValue())
                .isTrue();
        assertThat(container.at("/resources/requests/cpu").isTextual()).isTrue();
    }

    /** The parts that the pods would carry out, by the very arguments that they get, and the gathering by the comment. */
    @Test
    void whatThePodsDoGathersToTheBytesOfTheSweep() throws IOException {
        JsonNode job = emitted().get(1);
        String manifests = command.out();
        for (int index = 0; index < 3; index++) {
            List<String> arguments = new ArrayList<>();
            for (JsonNode argument : job.at("/spec/template/spec/containers/0/args")) {
                arguments.add(argument.asText()
                        .replace("$(JOB_COMPLETION_INDEX)", String.valueOf(index))
                        .replace("/results", folder.toString()));
            }
            assertThat(command.run(arguments.toArray(String[]::new)))
                    .as(command.err())
                    .isZero();
        }
        String gather = manifests
                .lines()
                .filter(line -> line.startsWith("# capstan sweep"))
                .findFirst()
                .orElseThrow();
        String parts = folder.resolve("capstan-feed-loss-row-3").toString();
        assertThat(gather)
                .endsWith(" --gather /results/capstan-feed-loss-row-3/0 /results/capstan-feed-loss-row-3/1"
                        + " /results/capstan-feed-loss-row-3/2 --out DIR");
        List<String> same = OPTIONS.subList(OPTIONS.indexOf("--set"), OPTIONS.indexOf("--cpu"));
        assertThat(sweep(
                        same,
                        "--no-report",
                        "--gather",
                        parts + "/0",
                        parts + "/1",
                        parts + "/2",
                        "--out",
                        folder.resolve("gathered").toString()))
                .as(command.err())
                .isZero();
        assertThat(sweep(same, "--no-report", "--out", folder.resolve("whole").toString()))
                .isZero();
        PowerRow.assertSame(folder.resolve("gathered"), folder.resolve("whole"), 20);
    }

    @Test
    void aRealApiServerTakesThem() throws IOException, GeneralSecurityException, InterruptedException {
        Path binaries = ControlPlane.binaries();
        assumeTrue(ControlPlane.isInstalled(binaries), "no control plane in " + binaries);
        Path manifest = folder.resolve("job.yaml");
        assertThat(sweep(OPTIONS, "--emit", manifest.toString())).isZero();
        Path files = Files.createDirectories(folder.resolve("api"));
        try (ControlPlane plane = ControlPlane.start(binaries, files, LoopbackIdentity.make(files))) {
            // Release 1.20 does not know what Indexed Jobs brought, and leaves it out; all else it must know and take.
            ControlPlane.Answer answer = plane.kubectl(
                    "apply", "--dry-run=server", "--validate=false", "-o", "json", "-f", manifest.toString());
            assertThat(answer.exitCode()).as(answer.output()).isZero();
            JsonNode taken = new ObjectMapper().readTree(answer.output()).path("items");
            List<String> lost = new ArrayList<>();
            List<JsonNode> asked = documents(Files.readString(manifest));
            for (int i = 0; i < asked.size(); i++) {
                differences("", asked.get(i), taken.get(i), lost);
            }
            assertThat(lost)
                    .containsExactlyInAnyOrder(
                            "/spec/completionMode", "/spec/backoffLimitPerIndex", "/spec/podFailurePolicy");
        }
    }

    /** What was asked for and is not there. */
    private static void differences(String path, JsonNode asked, JsonNode taken, List<String> lost) {
        if (taken == null || taken.isMissingNode()) {
            lost.add(path);
        } else if (asked.isObject()) {
            asked.properties()
                    .forEach(one ->
                            differences(path + "/" + one.getKey(), one.getValue(), taken.path(one.getKey()), lost));
        } else if (asked.isArray()) {
            for (int i = 0; i < asked.size(); i++) {
                differences(path + "/" + i, asked.get(i), taken.path(i), lost);
            }
        } else if (!asked.equals(taken)) {
            lost.add(path + ": " + asked + " became " + taken);
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            --engine k8s-job                                              | --engine k8s-job needs --emit
            --engine k8s-job --emit - --shards 7                          | --shards: must be from 1 to the 6 runs
            --engine k8s-job --emit - --shards 2                          | --engine k8s-job needs --image
            --engine k8s-job --emit - --shards 2 --image i                | --engine k8s-job needs --results-claim
            --engine k8s-job --emit - --shards 2 --image i --results-claim r --memory 4GB | --memory: must be a quantity
            --engine k8s-job --emit - --shards 2 --image i --results-claim r --cpu 0 | --cpu: must be at least 1
            --engine k8s-job --emit - --shards 2 --image i --results-claim r --mount t | --mount: must be CLAIM=PATH
            --engine k8s-job --emit - --master local                      | goes without --master, --shard and --gather
            --engine k8s-job --emit - --find x                            | --find: goes without --engine k8s-job
            --emit -                                                      | are for --engine k8s-job only
            """)
    void optionsThatAreMissingOrWrongAreRefused(String options, String message) {
        assertThat(sweep(List.of(options.split(" +")))).isEqualTo(ExitCodes.INVALID_INPUT);
        assertThat(command.err()).contains(message);
    }
}
