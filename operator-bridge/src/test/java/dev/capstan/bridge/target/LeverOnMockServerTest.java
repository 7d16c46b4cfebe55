package dev.capstan.bridge.target;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.APIResourceBuilder;
import io.fabric8.kubernetes.api.model.APIResourceListBuilder;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;
import io.fabric8.kubernetes.client.server.mock.EnableKubernetesMockClient;
import io.fabric8.kubernetes.client.server.mock.KubernetesMockServer;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.util.Locale;
import java.util.Objects;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The part of the contract that a server without validation can show, for machines without a real one: the mock takes what a
 * real server refuses.
 */
@EnableKubernetesMockClient(crud = true)
class LeverOnMockServerTest {

    @SuppressWarnings("NullAway.Init")
    KubernetesMockServer server;

    @SuppressWarnings("NullAway.Init")
    KubernetesClient client;

    @ParameterizedTest
    @CsvSource(delimiter = ';', textBlock = """
        autoscaling/v2; HorizontalPodAutoscaler; spec.maxReplicas; {"spec": {"minReplicas": 3, "maxReplicas": 9}}
        keda.sh/v1alpha1; ScaledObject; spec.maxReplicaCount; {"spec": {"minReplicaCount": 3, "maxReplicaCount": 9}}
        serving.kserve.io/v1beta1; InferenceService; spec.predictor.maxReplicas; \
            {"spec": {"predictor": {"minReplicas": 3, "maxReplicas": 9}}, "status": {"deploymentMode": "Standard"}}
        serving.kserve.io/v1alpha2; LLMInferenceService; spec.scaling.maxReplicas; \
            {"spec": {"scaling": {"minReplicas": 3, "maxReplicas": 9}}}
        production-stack.vllm.ai/v1alpha1; VLLMRuntime; spec.autoscalingConfig.maxReplicas; \
            {"spec": {"autoscalingConfig": {"minReplicas": 3, "maxReplicas": 9}, "deploymentConfig": {"replicas": 3}}}
        """)
    void holdsAnObjectAndPutsItBack(String apiVersion, String kind, String ceiling, String json) {
        Resource<GenericKubernetesResource> resource = create(apiVersion, kind, json);
        Object spec = resource.get().get("spec");
        ObjectId id = new ObjectId(apiVersion, kind, "default", "chat");
        try (ClusterView view = new ClusterView(client, System::nanoTime)) {
            LeverWriter writer = new LeverWriter(client, view);
            Lever lever = Objects.requireNonNull(new LeverFinder(view).find(id).lever());
            assertThat(lever.ceilingPath()).isEqualTo(ceiling);
            TargetState seen = Objects.requireNonNull(TargetState.read(view, lever));
            Hold hold = Hold.begin(lever, seen, seen.values(), "now").writing(lever, seen, 2, 2);

            assertThat(writer.write(lever, hold, seen.values(), () -> false).kind())
                    .isEqualTo(Outcome.Kind.NOT_LEADING);
            assertThat(resource.get().<Object>get("spec")).isEqualTo(spec);

            assertThat(writer.write(lever, hold, seen.values(), () -> true).kind())
                    .isEqualTo(Outcome.Kind.WRITTEN);
            assertThat(Fields.number(resource.get(), ceiling)).isEqualTo(2);
            assertThat(Fields.number(resource.get(), ceiling.replace(".max", ".min")))
                    .as("no minimum above the maximum")
                    .isEqualTo(2);
            await().until(() ->
                    Objects.requireNonNull(TargetState.read(view, lever)).ceiling() == 2);

            assertThat(writer.restore(lever, hold, () -> true).kind()).isEqualTo(Outcome.Kind.WRITTEN);
            assertThat(resource.get().<Object>get("spec")).isEqualTo(spec);
        }
    }

    private Resource<GenericKubernetesResource> create(String apiVersion, String kind, String json) {
        String plural = kind.toLowerCase(Locale.ROOT) + "s";
        server.expect()
                .get()
                .withPath("/apis/" + apiVersion)
                .andReturn(
                        200,
                        new APIResourceListBuilder()
                                .withGroupVersion(apiVersion)
                                .withResources(new APIResourceBuilder()
                                        .withName(plural)
                                        .withKind(kind)
                                        .withNamespaced(true)
                                        .build())
                                .build())
                .always();
        GenericKubernetesResource object = Serialization.unmarshal(
                """
                {"apiVersion": "%s", "kind": "%s", "metadata": {"namespace": "default", "name": "chat"}, %s
                """.formatted(apiVersion, kind, json.strip().substring(1)), GenericKubernetesResource.class);
        String[] group = apiVersion.split("/", -1);
        Resource<GenericKubernetesResource> resource = client.genericKubernetesResources(
                        new ResourceDefinitionContext.Builder()
                                .withGroup(group[0])
                                .withVersion(group[1])
                                .withKind(kind)
                                .withPlural(plural)
                                .withNamespaced(true)
                                .build())
                .inNamespace("default")
                .resource(object);
        resource.create();
        return resource;
    }
}
