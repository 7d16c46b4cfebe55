package dev.capstan.bridge.operator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.capstan.bridge.resource.PowerCapStatus;
import dev.capstan.bridge.resource.Target;
import dev.capstan.bridge.target.ClusterView;
import dev.capstan.bridge.target.Hold;
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
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Holds that another process has left, beside a view that is older than they are. */
@EnableKubernetesMockClient(crud = true)
class HeldServicesTest {

    private static final int ORIGINAL = 10;

    @SuppressWarnings("NullAway.Init")
    KubernetesMockServer server;

    @SuppressWarnings("NullAway.Init")
    KubernetesClient client;

    private Resource<HorizontalPodAutoscaler> autoscaler(int max) {
        return client.resource(new HorizontalPodAutoscalerBuilder()
                .withNewMetadata()
                .withNamespace("default")
                .withName("chat")
                .endMetadata()
                .withNewSpec()
                .withMinReplicas(1)
                .withMaxReplicas(max)
                .endSpec()
                .build());
    }

    @Test
    void anOldViewDoesNotMakeForgottenWhatWasWrittenBetween() throws Exception {
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
        autoscaler(ORIGINAL).create();
        Target plan = PlayedSteps.powerCap("default", "row").getSpec().targets().get(0);
        try (ClusterView view = new ClusterView(client, System::nanoTime)) {
            LeverFinder finder = new LeverFinder(view);
            Lever lever = Objects.requireNonNull(
                    finder.find(new ObjectId("autoscaling/v2", "HorizontalPodAutoscaler", "default", "chat"))
                            .lever());
            TargetState original = Objects.requireNonNull(TargetState.read(view, lever));
            HeldServices held = new HeldServices(
                    "row", new Holds(), finder, new LeverWriter(client, view), InstantSource.fixed(Instant.EPOCH));

            // 7 was written and is there, 3 was written and is there, 7 was to be written again by one that was killed.
            Hold hold = Hold.begin(lever, original, original.values(), "now").writing(lever, original, 7, 7);
            autoscaler(7).update();
            TargetState old = Objects.requireNonNull(finder.asked(lever).orElse(null));
            hold = hold.landed(lever).writing(lever, old, 3, 3).writing(lever, old, 7, 7);
            autoscaler(3).update();
            held.load(List.of(new PowerCapStatus.Target("chat", null, 7, 1, hold)));

            examine(held, new Service("chat", plan, lever, old));
            TargetState now = Objects.requireNonNull(finder.asked(lever).orElse(null));
            assertThat(now.ceiling()).isEqualTo(3);
            assertThat(examine(held, new Service("chat", plan, lever, now)))
                    .as("no edit of the owner")
                    .isEmpty();

            assertThat(held.release(() -> true)).isEmpty();
            assertThat(autoscaler(0).get().getSpec().getMaxReplicas()).isEqualTo(ORIGINAL);
        }
    }

    private static List<HeldServices.Note> examine(HeldServices held, Service service) {
        return held.examine(new TreeMap<>(Map.of(service.name(), service)), () -> true);
    }
}
