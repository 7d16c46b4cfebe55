package dev.capstan.bridge.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import dev.capstan.bridge.resource.PowerCap;
import dev.capstan.bridge.resource.PowerCapStatus;
import dev.capstan.capping.PowerReading;
import io.fabric8.kubernetes.api.model.APIResource;
import io.fabric8.kubernetes.api.model.APIResourceBuilder;
import io.fabric8.kubernetes.api.model.APIResourceListBuilder;
import io.fabric8.kubernetes.api.model.apps.DeploymentBuilder;
import io.fabric8.kubernetes.api.model.authorization.v1.SelfSubjectRulesReviewBuilder;
import io.fabric8.kubernetes.api.model.autoscaling.v2.HorizontalPodAutoscaler;
import io.fabric8.kubernetes.api.model.autoscaling.v2.HorizontalPodAutoscalerBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.server.mock.EnableKubernetesMockClient;
import io.fabric8.kubernetes.client.server.mock.KubernetesMockServer;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * The operator from a PowerCap to its end, for machines without a real API server: the mock validates nothing, knows neither
 * roles nor controllers, and no server-side apply, by which the finalizer is set. Everything else is shown on a real one.
 */
@EnableKubernetesMockClient(crud = true)
class OperatorOnMockServerTest {

    private static final String CAP = """
            {"apiVersion": "capstan.dev/v1alpha1", "kind": "PowerCap",
             "metadata": {"name": "row", "namespace": "default", "finalizers": ["capstan.dev/restore"]},
             "spec": {"mode": "Enforce", "limit": {"watts": 4000},
              "certificate": {"configMapRef": {"name": "row", "key": "certificate.json"}},
              "measurement": {"source": "dcgm", "prometheus": {"url": "http://localhost:9", "timeout": "400ms"}},
              "timers": {"controlInterval": "1s", "exporterInterval": "1s", "scrapeInterval": "1s",
                         "raiseInterval": "0s", "maxRaisePerStep": 10, "hold": "60s"},
              "policy": {"name": "replica-cap"},
              "targets": [{"ref": {"kind": "Deployment", "name": "chat"}, "replica": {"peakWatts": 750}}]}}
            """;

    @SuppressWarnings("NullAway.Init")
    KubernetesMockServer server;

    @SuppressWarnings("NullAway.Init")
    KubernetesClient client;

    private final Scripted scripted = new Scripted();

    @SuppressWarnings("NullAway.Init")
    private CapstanOperator operator;

    @BeforeEach
    void startOperator() throws Exception {
        grantLeases();
        serve("apps/v1", "Deployment", "deployments", "deployments/scale");
        serve("autoscaling/v2", "HorizontalPodAutoscaler", "horizontalpodautoscalers");
        client.resource(new DeploymentBuilder()
                        .withNewMetadata()
                        .withNamespace("default")
                        .withName("chat")
                        .endMetadata()
                        .withNewSpec()
                        .withReplicas(1)
                        .endSpec()
                        .withNewStatus()
                        .withReplicas(1)
                        .withReadyReplicas(1)
                        .endStatus()
                        .build())
                .create();
        client.resource(new HorizontalPodAutoscalerBuilder()
                        .withNewMetadata()
                        .withNamespace("default")
                        .withName("chat")
                        .endMetadata()
                        .withNewSpec()
                        .withMinReplicas(1)
                        .withMaxReplicas(10)
                        .withNewScaleTargetRef("apps/v1", "Deployment", "chat")
                        .endSpec()
                        .build())
                .create();
        scripted.reading = PowerReading.fresh(500, 0);
        operator = new CapstanOperator(
                client,
                OperatorSettings.of(Rehearsed.VERSION, "one", "default"),
                scripted,
                scripted,
                InstantSource.system(),
                System::nanoTime,
                () -> {});
        operator.start();
    }

    @AfterEach
    void stopOperator() {
        operator.close();
    }

    private void grantLeases() {
        server.expect()
                .post()
                .withPath("/apis/authorization.k8s.io/v1/selfsubjectrulesreviews")
                .andReturn(
                        201,
                        new SelfSubjectRulesReviewBuilder()
                                .withNewStatus()
                                .addNewResourceRule()
                                .withApiGroups("coordination.k8s.io")
                                .withResources("leases")
                                .withVerbs("*")
                                .endResourceRule()
                                .endStatus()
                                .build())
                .always();
    }

    private void serve(String apiVersion, String kind, String... names) {
        List<APIResource> resources = Arrays.stream(names)
                .map(name -> new APIResourceBuilder()
                        .withName(name)
                        .withKind(kind)
                        .withNamespaced(true)
                        .build())
                .toList();
        server.expect()
                .get()
                .withPath("/apis/" + apiVersion)
                .andReturn(
                        200,
                        new APIResourceListBuilder()
                                .withGroupVersion(apiVersion)
                                .withResources(resources)
                                .build())
                .always();
    }

    @Test
    void holdsAnAutoscalerThroughAnEditAndALossOfTelemetryAndPutsItBack() throws Exception {
        Rehearsed.store(client, "row", CAP, 100, 100, 100_000);
        PowerCap cap =
                JsonMapper.builder().addModule(new JavaTimeModule()).build().readValue(CAP, PowerCap.class);
        client.resource(cap).create();
        awaitMax(5);
        awaitEvent("Normal Decided");
        assertThat(events()).allMatch(event -> event.startsWith("Normal")).contains("Normal Running");

        autoscaler().edit(hpa -> with(hpa, 20));
        awaitMax(5);
        scripted.failure = "connection refused";
        await().atMost(Duration.ofSeconds(20)).until(() -> isTelemetryLost(client.resource(cap)));
        assertThat(max()).isEqualTo(5);
        awaitEvent("Normal Edited");
        awaitEvent("Warning Absent");

        client.resource(cap).delete();
        awaitMax(20);
        await().atMost(Duration.ofSeconds(20)).until(() -> client.resource(cap).get() == null);
    }

    private void awaitEvent(String event) {
        await().atMost(Duration.ofSeconds(20)).until(() -> events().contains(event));
    }

    /** Each as its type and reason. */
    private List<String> events() {
        return client.v1().events().inNamespace("default").list().getItems().stream()
                .map(event -> event.getType() + " " + event.getReason())
                .toList();
    }

    private static boolean isTelemetryLost(Resource<PowerCap> cap) {
        PowerCapStatus status = cap.get().getStatus();
        return status.conditions() != null
                && status.conditions().stream()
                        .anyMatch(one -> one.getType().equals(Conditions.TELEMETRY_FRESH)
                                && one.getStatus().equals("False")
                                && one.getMessage().contains("connection refused"));
    }

    private static HorizontalPodAutoscaler with(HorizontalPodAutoscaler hpa, int max) {
        return new HorizontalPodAutoscalerBuilder(hpa)
                .editSpec()
                .withMaxReplicas(max)
                .endSpec()
                .build();
    }

    private void awaitMax(int replicas) {
        await().atMost(Duration.ofSeconds(20)).until(() -> max() == replicas);
    }

    private int max() {
        return autoscaler().get().getSpec().getMaxReplicas();
    }

    private Resource<HorizontalPodAutoscaler> autoscaler() {
        return client.autoscaling()
                .v2()
                .horizontalPodAutoscalers()
                .inNamespace("default")
                .withName("chat");
    }
}
