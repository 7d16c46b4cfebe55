package dev.capstan.bridge.target;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.APIResourceBuilder;
import io.fabric8.kubernetes.api.model.APIResourceListBuilder;
import io.fabric8.kubernetes.api.model.autoscaling.v2.HorizontalPodAutoscaler;
import io.fabric8.kubernetes.api.model.autoscaling.v2.HorizontalPodAutoscalerBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.server.mock.EnableKubernetesMockClient;
import io.fabric8.kubernetes.client.server.mock.KubernetesMockServer;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/**
 * The part of the contract that a server without validation can show, for machines without a real one: the mock takes what a
 * real server refuses.
 */
@EnableKubernetesMockClient(crud = true)
class LeverOnMockServerTest {

    private static final ObjectId ID = new ObjectId("autoscaling/v2", "HorizontalPodAutoscaler", "default", "chat");

    @SuppressWarnings("NullAway.Init")
    KubernetesMockServer server;

    @SuppressWarnings("NullAway.Init")
    KubernetesClient client;

    @Test
    void holdsAnAutoscalerAndPutsItBack() {
        server.expect()
                .get()
                .withPath("/apis/autoscaling/v2")
                .andReturn(
                        200,
                        new APIResourceListBuilder()
                                .withGroupVersion("autoscaling/v2")
                                .withResources(new APIResourceBuilder()
                                        .withName("horizontalpodautoscalers")
                                        .withKind("HorizontalPodAutoscaler")
                                        .withNamespaced(true)
                                        .build())
                                .build())
                .always();
        client.resource(new HorizontalPodAutoscalerBuilder()
                        .withNewMetadata()
                        .withNamespace("default")
                        .withName("chat")
                        .endMetadata()
                        .withNewSpec()
                        .withMinReplicas(3)
                        .withMaxReplicas(9)
                        .endSpec()
                        .build())
                .create();
        try (ClusterView view = new ClusterView(client, System::nanoTime)) {
            LeverWriter writer = new LeverWriter(client, view);
            Lever lever = Objects.requireNonNull(new LeverFinder(view).find(ID).lever());
            TargetState seen = Objects.requireNonNull(TargetState.read(view, lever));
            Hold hold = Hold.begin(lever, seen, seen.values(), "now").writing(lever, seen, 2, 2);

            assertThat(writer.write(lever, hold, seen.values(), () -> false).kind())
                    .isEqualTo(Outcome.Kind.NOT_LEADING);
            assertThat(there().getSpec().getMaxReplicas()).isEqualTo(9);

            assertThat(writer.write(lever, hold, seen.values(), () -> true).kind())
                    .isEqualTo(Outcome.Kind.WRITTEN);
            assertThat(there().getSpec().getMaxReplicas()).isEqualTo(2);
            assertThat(there().getSpec().getMinReplicas()).isEqualTo(2);
            await().until(() ->
                    Objects.requireNonNull(TargetState.read(view, lever)).ceiling() == 2);

            assertThat(writer.restore(lever, hold, () -> true).kind()).isEqualTo(Outcome.Kind.WRITTEN);
            assertThat(there().getSpec().getMaxReplicas()).isEqualTo(9);
            assertThat(there().getSpec().getMinReplicas()).isEqualTo(3);
        }
    }

    private HorizontalPodAutoscaler there() {
        return client.autoscaling()
                .v2()
                .horizontalPodAutoscalers()
                .inNamespace("default")
                .withName("chat")
                .get();
    }
}
