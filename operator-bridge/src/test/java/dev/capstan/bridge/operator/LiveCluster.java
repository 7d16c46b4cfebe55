package dev.capstan.bridge.operator;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.capstan.bridge.install.InstallManifests;
import dev.capstan.bridge.resource.ResourceDefinitions;
import dev.capstan.testcluster.ControlPlane;
import dev.capstan.testcluster.FaultyApiServer;
import dev.capstan.testcluster.LoopbackIdentity;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;

/** A real API server with our resources, and with the real controllers of Deployments, ReplicaSets and HPAs. */
final class LiveCluster implements AutoCloseable {

    /** How long a client waits for an answer. */
    static final Duration CLIENT_LIMIT = Duration.ofSeconds(5);

    final ControlPlane plane;

    private final Path folder;
    private final LoopbackIdentity identity;

    private LiveCluster(ControlPlane plane, Path folder, LoopbackIdentity identity) {
        this.plane = plane;
        this.folder = folder;
        this.identity = identity;
    }

    static LiveCluster start(Path folder, String... flags) throws Exception {
        LoopbackIdentity identity = LoopbackIdentity.make(folder);
        ControlPlane plane = ControlPlane.start(ControlPlane.binaries(), folder, identity, flags);
        LiveCluster cluster = new LiveCluster(plane, folder, identity);
        try {
            cluster.installResources();
            plane.startController(
                    "--controllers=deployment,replicaset",
                    "--horizontal-pod-autoscaler-sync-period=1s",
                    "--horizontal-pod-autoscaler-downscale-stabilization=5s");
            return cluster;
        } catch (Exception e) {
            plane.close();
            throw e;
        }
    }

    private void installResources() throws Exception {
        Path crds = Files.writeString(folder.resolve("crds.yaml"), ResourceDefinitions.yaml());
        kubectl("apply", "--validate=false", "-f", crds.toString());
        plane.awaitAnswer("/apis/capstan.dev/v1alpha1/powercaps");
        plane.awaitAnswer("/apis/capstan.dev/v1alpha1/clusterpowercaps");
    }

    /** Installs ScaledObjects, without the operator that makes autoscalers of them. */
    void installKeda() throws Exception {
        try (InputStream in = requireNonNull(LiveCluster.class.getResourceAsStream("/foreign-kinds/crds.yaml"))) {
            String keda = Arrays.stream(new String(in.readAllBytes(), UTF_8).split("\n---\n", -1))
                    .filter(one -> one.contains("name: scaledobjects.keda.sh"))
                    .findFirst()
                    .orElseThrow();
            Path crd = Files.writeString(folder.resolve("keda.yaml"), keda);
            kubectl("apply", "-f", crd.toString());
        }
        plane.awaitAnswer("/apis/keda.sh/v1alpha1/scaledobjects");
    }

    /** Installs the shipped roles, and grants them to a user in place of the service account. */
    void install(String user) throws Exception {
        Path manifests = Files.writeString(
                folder.resolve("install.yaml"),
                InstallManifests.yaml(InstallManifests.NAMESPACE, "", InstallManifests.LEVERS));
        // This server knows older versions of what is no role.
        plane.kubectl("apply", "--validate=false", "-f", manifests.toString());
        bind("capstan", user);
        for (String lever : InstallManifests.LEVERS) {
            bind("capstan-lever-" + lever, user);
        }
        kubectl(
                "create",
                "rolebinding",
                "tested",
                "-n",
                "default",
                "--clusterrole=capstan-references",
                "--user=" + user);
        kubectl(
                "create",
                "rolebinding",
                "tested",
                "-n",
                InstallManifests.NAMESPACE,
                "--role=capstan",
                "--user=" + user);
    }

    /** Binds a role of the cluster to a user. */
    void bind(String role, String user) throws Exception {
        kubectl("create", "clusterrolebinding", role + "-tested", "--clusterrole=" + role, "--user=" + user);
    }

    private void kubectl(String... arguments) throws Exception {
        ControlPlane.Answer answer = plane.kubectl(arguments);
        if (answer.exitCode() != 0) {
            throw new IllegalStateException(answer.output());
        }
    }

    /** A client that gives up at once: the next turn is the retry. */
    KubernetesClient client(String user) throws Exception {
        return client(Config.fromKubeconfig(Files.readString(plane.kubeconfig(user))));
    }

    /** The same, with something between it and the API server. */
    KubernetesClient client(String user, FaultyApiServer front) {
        return client(new ConfigBuilder(Config.empty())
                .withMasterUrl(front.address())
                .withOauthToken(user)
                .build());
    }

    private static KubernetesClient client(Config config) {
        config.setRequestRetryBackoffLimit(0);
        config.setRequestTimeout((int) CLIENT_LIMIT.toMillis());
        return new KubernetesClientBuilder().withConfig(config).build();
    }

    /** What passes everything on to the API server until it is told otherwise. */
    FaultyApiServer front() throws Exception {
        return new FaultyApiServer(plane, identity);
    }

    /** A Deployment whose pods ask for GPUs. */
    void deployment(String name, int replicas, int gpus) {
        plane.post("/apis/apps/v1/namespaces/default/deployments", """
                {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "%1$s"},
                 "spec": {"replicas": %2$d, "selector": {"matchLabels": {"app": "%1$s"}},
                  "template": {"metadata": {"labels": {"app": "%1$s"}},
                   "spec": {"automountServiceAccountToken": false, "terminationGracePeriodSeconds": 1,
                    "containers": [{"name": "model", "image": "none",
                                    "resources": {"limits": {"nvidia.com/gpu": "%3$d"}}}]}}}}
                """.formatted(name, replicas, gpus));
    }

    /** An HPA that targets the Deployment of its name, and that has no metrics to go by but its bounds. */
    void autoscaler(String name, int min, int max) {
        plane.post("/apis/autoscaling/v1/namespaces/default/horizontalpodautoscalers", """
                {"apiVersion": "autoscaling/v1", "kind": "HorizontalPodAutoscaler", "metadata": {"name": "%1$s"},
                 "spec": {"minReplicas": %2$d, "maxReplicas": %3$d,
                  "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "%1$s"}}}
                """.formatted(name, min, max));
    }

    JsonNode autoscaler(String name) {
        return plane.get("/apis/autoscaling/v1/namespaces/default/horizontalpodautoscalers/" + name);
    }

    int maxReplicas(String name) {
        return autoscaler(name).at("/spec/maxReplicas").asInt();
    }

    /** As a load that rises does through its autoscaler. */
    void scale(String name, int replicas) {
        plane.patch(
                "/apis/apps/v1/namespaces/default/deployments/" + name + "/scale",
                "{\"spec\": {\"replicas\": " + replicas + "}}");
    }

    int ready(String name) {
        return plane.get("/apis/apps/v1/namespaces/default/deployments/" + name)
                .at("/status/readyReplicas")
                .asInt();
    }

    void awaitReady(String name, int replicas) {
        await().atMost(Duration.ofSeconds(30)).until(() -> ready(name) == replicas);
    }

    JsonNode cap(String name) {
        return plane.get("/apis/capstan.dev/v1alpha1/namespaces/default/powercaps/" + name);
    }

    /** The status of one of its conditions; empty where there is none. */
    String condition(String cap, String type) {
        for (JsonNode condition : cap(cap).at("/status/conditions")) {
            if (condition.path("type").asText().equals(type)) {
                return condition.path("status").asText();
            }
        }
        return "";
    }

    @Override
    public void close() {
        plane.close();
    }
}
