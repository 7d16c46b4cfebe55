package dev.capstan.bridge.target;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.capstan.testcluster.ControlPlane;
import dev.capstan.testcluster.FaultyApiServer;
import dev.capstan.testcluster.LoopbackIdentity;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.http.BasicBuilder;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.fabric8.kubernetes.client.http.Interceptor;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

/**
 * A real API server with the kinds that Capstan knows, the webhooks of KEDA and KServe, and what finds, reads and writes
 * levers there.
 */
abstract class OnRealServer {

    static final String APPS = "/apis/apps/v1/namespaces/default/deployments";
    static final String HPAS = "/apis/autoscaling/v1/namespaces/default/horizontalpodautoscalers";
    static final String SCALED = "/apis/keda.sh/v1alpha1/namespaces/default/scaledobjects";
    static final String ISVCS = "/apis/serving.kserve.io/v1beta1/namespaces/default/inferenceservices";
    static final String LLMS = "/apis/serving.kserve.io/v1alpha2/namespaces/default/llminferenceservices";
    static final String RUNTIMES = "/apis/production-stack.vllm.ai/v1alpha1/namespaces/default/vllmruntimes";
    static final String GROUPS = "/apis/leaderworkerset.x-k8s.io/v1/namespaces/default/leaderworkersets";
    static final String POOLS = "/apis/example.org/v1/namespaces/default/modelpools";

    private static final JsonMapper JSON = new JsonMapper();
    private static final List<String> REQUESTS = new CopyOnWriteArrayList<>();

    @TempDir
    static Path folder;

    static ControlPlane plane;
    static Admission admission;
    static FaultyApiServer front;
    static KubernetesClient client;
    static KubernetesClient faulty;
    static ClusterView view;
    static LeverFinder finder;
    static LeverWriter writer;
    static LeverWriter behindFront;
    static RevertBots bots;

    @BeforeAll
    static void start() throws Exception {
        Path binaries = ControlPlane.binaries();
        assumeTrue(
                ControlPlane.isInstalled(binaries), "skipped: no control plane in " + binaries + " (CAPSTAN_KUBE_DIR)");
        LoopbackIdentity identity = LoopbackIdentity.make(folder);
        plane = ControlPlane.start(
                binaries, Files.createDirectories(folder.resolve("plane")), identity, "--authorization-mode=RBAC");
        Path crds = folder.resolve("crds.yaml");
        try (InputStream in = OnRealServer.class.getResourceAsStream("/foreign-kinds/crds.yaml")) {
            Files.copy(in, crds);
        }
        ControlPlane.Answer answer = plane.kubectl("apply", "-f", crds.toString());
        assertThat(answer.exitCode()).as(answer.output()).isZero();
        for (String collection : List.of(SCALED, ISVCS, LLMS, RUNTIMES, GROUPS, POOLS)) {
            plane.awaitAnswer(collection);
        }
        admission = new Admission(plane, identity);
        front = new FaultyApiServer(plane, identity);
        client = client(Config.fromKubeconfig(Files.readString(plane.kubeconfig(ControlPlane.ADMIN))));
        // With the patience and the retries that a client has by default.
        faulty = client(new ConfigBuilder(Config.empty())
                .withMasterUrl(front.address())
                .withOauthToken(ControlPlane.ADMIN)
                .build());
        view = new ClusterView(client, System::nanoTime);
        finder = new LeverFinder(view);
        writer = new LeverWriter(client, view);
        behindFront = new LeverWriter(faulty, view);
        bots = new RevertBots(plane);
    }

    @AfterAll
    static void end() {
        if (view != null) {
            view.close();
            client.close();
            faulty.close();
            front.close();
            admission.close();
        }
        if (plane != null) {
            plane.close();
        }
    }

    /** A client whose requests are noted. */
    static KubernetesClient client(Config config) {
        return new KubernetesClientBuilder()
                .withConfig(config)
                .withHttpClientBuilderConsumer(builder -> builder.addOrReplaceInterceptor("noted", new Interceptor() {
                    @Override
                    public void before(BasicBuilder request, HttpRequest original, RequestTags tags) {
                        REQUESTS.add(original.method() + " " + original.uri().getPath());
                    }
                }))
                .build();
    }

    /** Requests since the last call, each as its method and path. */
    static List<String> requests() {
        List<String> all = List.copyOf(REQUESTS);
        REQUESTS.clear();
        return all;
    }

    static Lever find(String apiVersion, String kind, String name) {
        ObjectId id = new ObjectId(apiVersion, kind, "default", name);
        return Objects.requireNonNull(await().until(() -> finder.find(id).lever(), lever -> lever != null));
    }

    static Refusal refusal(LeverFinder finder, ObjectId id) {
        return Objects.requireNonNull(finder.find(id).refusal());
    }

    static TargetState state(Lever lever) {
        return Objects.requireNonNull(TargetState.read(view, lever));
    }

    static Hold begin(Lever lever) {
        TargetState seen = state(lever);
        return Hold.begin(lever, seen, seen.values(), "2026-11-27T00:00:00Z");
    }

    static Hold cap(Lever lever, int ceiling) {
        return again(lever, begin(lever), ceiling);
    }

    static Hold again(Lever lever, Hold hold, int ceiling) {
        Hold planned = hold.writing(lever, state(lever), ceiling, ceiling);
        Outcome outcome = writer.write(lever, planned, state(lever).values(), () -> true);
        assertThat(outcome.kind()).as(outcome.message()).isEqualTo(Outcome.Kind.WRITTEN);
        await().until(() -> state(lever).ceiling() == ceiling);
        return planned.landed(lever);
    }

    static void restore(Lever lever, Hold hold) {
        Outcome outcome = writer.restore(lever, hold, () -> true);
        assertThat(outcome.kind()).as(outcome.message()).isEqualTo(Outcome.Kind.WRITTEN);
        assertThat(writer.restore(lever, hold, () -> true).isDone())
                .as("a second time")
                .isTrue();
    }

    static JsonNode get(String collection, String name) {
        return plane.get(collection + "/" + name);
    }

    static List<String> manager(JsonNode object) {
        return object.at("/metadata/managedFields").findValuesAsText("manager");
    }

    static void deployment(String name, int replicas) {
        plane.post(APPS, """
                {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "%1$s"},
                 "spec": {"replicas": %2$d, "selector": {"matchLabels": {"app": "%1$s"}},
                  "template": {"metadata": {"labels": {"app": "%1$s"}},
                               "spec": {"containers": [{"name": "model", "image": "none"}]}}}}
                """.formatted(name, replicas));
    }

    static void hpa(String name, int min, int max) {
        plane.post(HPAS, """
                {"apiVersion": "autoscaling/v1", "kind": "HorizontalPodAutoscaler", "metadata": {"name": "%1$s"},
                 "spec": {"minReplicas": %2$d, "maxReplicas": %3$d,
                  "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "%1$s"}}}
                """.formatted(name, min, max));
    }

    static void scaledObject(String name, String bounds, String annotations) {
        plane.post(SCALED, """
                {"apiVersion": "keda.sh/v1alpha1", "kind": "ScaledObject",
                 "metadata": {"name": "%1$s", "annotations": %3$s},
                 "spec": {"scaleTargetRef": {"name": "%1$s"}, "triggers": [{"type": "prometheus"}], %2$s}}
                """.formatted(name, bounds, annotations));
    }

    static void isvc(String name, String annotations, String bounds) {
        plane.post(ISVCS, """
                {"apiVersion": "serving.kserve.io/v1beta1", "kind": "InferenceService",
                 "metadata": {"name": "%s", "annotations": %s},
                 "spec": {"predictor": {"model": {"modelFormat": {"name": "huggingface"}}, %s}}}
                """.formatted(name, annotations, bounds));
        plane.patch(ISVCS + "/" + name + "/status", "{\"status\": {\"deploymentMode\": \"Standard\"}}");
        await().untilAsserted(() -> assertThat(JSON.valueToTree(
                                view.get(new ObjectId("serving.kserve.io/v1beta1", "InferenceService", "default", name))
                                        .map(one -> one.<Object>get("status", "deploymentMode"))
                                        .orElse(""))
                        .asText())
                .isEqualTo("Standard"));
    }
}
