package dev.capstan.bridge.operator;

import static org.awaitility.Awaitility.await;

import dev.capstan.bridge.target.ClusterView;
import dev.capstan.bridge.target.Lever;
import dev.capstan.bridge.target.LeverFinder;
import dev.capstan.bridge.target.LeverWriter;
import dev.capstan.bridge.target.ObjectId;
import dev.capstan.bridge.target.TargetState;
import io.fabric8.kubernetes.api.model.APIResourceBuilder;
import io.fabric8.kubernetes.api.model.APIResourceListBuilder;
import io.fabric8.kubernetes.api.model.autoscaling.v2.HorizontalPodAutoscaler;
import io.fabric8.kubernetes.api.model.autoscaling.v2.HorizontalPodAutoscalerBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.server.mock.EnableKubernetesMockClient;
import io.fabric8.kubernetes.client.server.mock.KubernetesMockServer;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** HPAs on a mock server, and what holds them. */
@EnableKubernetesMockClient(crud = true)
abstract class HeldOnMockServer {

    static final int ORIGINAL = 10;

    @SuppressWarnings("NullAway.Init")
    KubernetesMockServer server;

    @SuppressWarnings("NullAway.Init")
    KubernetesClient client;

    @SuppressWarnings("NullAway.Init")
    ClusterView view;

    @SuppressWarnings("NullAway.Init")
    LeverFinder finder;

    Instant now = Instant.EPOCH;

    @BeforeEach
    void watch() {
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
        view = new ClusterView(client, System::nanoTime);
        finder = new LeverFinder(view);
    }

    @AfterEach
    void stop() {
        view.close();
    }

    /** What a cap holds, in a process that knows of nothing yet. */
    HeldServices nothingHeld() {
        InstantSource clock = () -> now;
        return new HeldServices("row", new Holds(), finder, new LeverWriter(client, view), clock);
    }

    Resource<HorizontalPodAutoscaler> autoscaler(String name, int max) {
        return client.resource(new HorizontalPodAutoscalerBuilder()
                .withNewMetadata()
                .withNamespace("default")
                .withName(name)
                .endMetadata()
                .withNewSpec()
                .withMinReplicas(1)
                .withMaxReplicas(max)
                .endSpec()
                .build());
    }

    Lever lever(String name) {
        ObjectId id = new ObjectId("autoscaling/v2", "HorizontalPodAutoscaler", "default", name);
        return Objects.requireNonNull(
                await().pollDelay(Duration.ZERO).until(() -> finder.find(id).lever(), Objects::nonNull));
    }

    /** By the word of the server. */
    TargetState there(String name) {
        return Objects.requireNonNull(finder.asked(lever(name)).orElse(null));
    }
}
