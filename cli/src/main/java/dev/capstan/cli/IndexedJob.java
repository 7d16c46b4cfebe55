package dev.capstan.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/**
 * A sweep as an Indexed Job of Kubernetes (batch/v1, completionMode Indexed: 1.24 and newer; retries for each index 1.29 and
 * newer): each pod carries out the part of its index into a folder of its own, and goes on with it where it starts again.
 *
 * @param name of the job, and of the folder of its parts
 * @param experiment its text
 * @param file where it lies; pods see it there too, so that the paths in it lead to the same files
 * @param options of {@code sweep} that decide the results
 * @param parts a pod for each
 * @param atOnce pods at a time
 * @param image container image whose entry point is this command
 * @param resultsClaim persistent volume claim that the folders of the parts go to
 * @param mounts other claims
 * @param cpu processors of a pod
 * @param memory of a pod, as Kubernetes writes it
 */
record IndexedJob(
        String name,
        String experiment,
        Path file,
        List<String> options,
        int parts,
        int atOnce,
        String image,
        String resultsClaim,
        List<Mount> mounts,
        int cpu,
        String memory) {

    /** A claim, and the path at which pods see it. */
    record Mount(String claim, String path) {}

    static final String RESULTS = "/results";

    /** Anybody but root: the user that images without a shell have by convention. */
    private static final int USER = 65532;

    /** As many as Kubernetes gives a Job that says nothing of its indices. */
    private static final int TRIES = 6;

    /** A name of a pod is that of the job, its index and five letters, and must not be longer than 63. */
    private static final int LONGEST_NAME = 45;

    private static final String KEY = "experiment.yaml";

    private static final YAMLMapper YAML = YAMLMapper.builder()
            .enable(YAMLGenerator.Feature.MINIMIZE_QUOTES)
            .enable(YAMLGenerator.Feature.ALWAYS_QUOTE_NUMBERS_AS_STRINGS)
            .enable(YAMLGenerator.Feature.LITERAL_BLOCK_STYLE)
            .disable(YAMLGenerator.Feature.SPLIT_LINES)
            .build();

    /** A name that Kubernetes takes. */
    static String nameOf(String experiment) {
        String name = ("capstan-" + experiment).toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-");
        return name.substring(0, Math.min(name.length(), LONGEST_NAME)).replaceAll("-$", "");
    }

    /** The folder of a part, as its pod sees it. */
    String folder(String part) {
        return RESULTS + "/" + name + "/" + part;
    }

    /** The manifests: the experiment, and the job. */
    String manifests() throws IOException {
        return YAML.writeValueAsString(configMap()) + YAML.writeValueAsString(job());
    }

    private ObjectNode configMap() {
        ObjectNode map = object("v1", "ConfigMap");
        map.putObject("data").put(KEY, experiment);
        return map;
    }

    private ObjectNode job() {
        ObjectNode job = object("batch/v1", "Job");
        ObjectNode spec = job.putObject("spec");
        spec.put("completionMode", "Indexed");
        spec.put("completions", parts);
        spec.put("parallelism", atOnce);
        spec.put("backoffLimitPerIndex", TRIES);
        ArrayNode rules = spec.putObject("podFailurePolicy").putArray("rules");
        // A pod that was evicted or whose node went away has not failed.
        rules.addObject()
                .put("action", "Ignore")
                .putArray("onPodConditions")
                .addObject()
                .put("type", "DisruptionTarget")
                .put("status", "True");
        // Neither a check that failed nor invalid input is cured by trying again.
        ObjectNode exit = rules.addObject().put("action", "FailJob").putObject("onExitCodes");
        exit.put("containerName", "capstan");
        exit.put("operator", "In");
        exit.putArray("values").add(ExitCodes.CHECK_FAILED).add(ExitCodes.INVALID_INPUT);
        ObjectNode template = spec.putObject("template");
        labels(template.putObject("metadata"));
        pod(template.putObject("spec"));
        return job;
    }

    private void pod(ObjectNode pod) {
        pod.put("restartPolicy", "Never");
        pod.put("automountServiceAccountToken", false);
        pod.put("enableServiceLinks", false);
        ObjectNode security = pod.putObject("securityContext");
        security.put("runAsNonRoot", true);
        security.put("runAsUser", USER);
        security.put("runAsGroup", USER);
        security.put("fsGroup", USER);
        security.putObject("seccompProfile").put("type", "RuntimeDefault");
        container(pod.putArray("containers").addObject());
        ArrayNode volumes = pod.putArray("volumes");
        volumes.addObject().put("name", "experiment").putObject("configMap").put("name", name);
        claim(volumes, "results", resultsClaim);
        volumes.addObject().put("name", "tmp").putObject("emptyDir");
        for (int i = 0; i < mounts.size(); i++) {
            claim(volumes, "mount-" + i, mounts.get(i).claim());
        }
    }

    private void container(ObjectNode container) {
        container.put("name", "capstan");
        container.put("image", image);
        // The controller of the job puts the index of the pod into the environment.
        String index = "$(JOB_COMPLETION_INDEX)";
        ArrayNode args = container.putArray("args");
        args.add("sweep").add(file.toString());
        options.forEach(args::add);
        List.of("--jobs", String.valueOf(cpu), "--shard", index + "/" + parts, "--out", folder(index), "--quiet")
                .forEach(args::add);
        ObjectNode resources = container.putObject("resources");
        resources.putObject("requests").put("cpu", String.valueOf(cpu)).put("memory", memory);
        resources.putObject("limits").put("memory", memory);
        ObjectNode security = container.putObject("securityContext");
        security.put("allowPrivilegeEscalation", false);
        security.put("readOnlyRootFilesystem", true);
        security.putObject("capabilities").putArray("drop").add("ALL");
        ArrayNode volumes = container.putArray("volumeMounts");
        mount(volumes, "experiment", file.toString()).put("subPath", KEY).put("readOnly", true);
        mount(volumes, "results", RESULTS);
        mount(volumes, "tmp", "/tmp");
        for (int i = 0; i < mounts.size(); i++) {
            mount(volumes, "mount-" + i, mounts.get(i).path()).put("readOnly", true);
        }
    }

    private static ObjectNode mount(ArrayNode volumes, String name, String path) {
        return volumes.addObject().put("name", name).put("mountPath", path);
    }

    private static void claim(ArrayNode volumes, String name, String claim) {
        volumes.addObject().put("name", name).putObject("persistentVolumeClaim").put("claimName", claim);
    }

    private ObjectNode object(String version, String kind) {
        ObjectNode object = JsonNodeFactory.instance.objectNode();
        object.put("apiVersion", version);
        object.put("kind", kind);
        ObjectNode metadata = object.putObject("metadata");
        metadata.put("name", name);
        labels(metadata);
        return object;
    }

    private void labels(ObjectNode metadata) {
        metadata.putObject("labels")
                .put("app.kubernetes.io/name", "capstan")
                .put("app.kubernetes.io/component", "sweep")
                .put("app.kubernetes.io/instance", name);
    }
}
