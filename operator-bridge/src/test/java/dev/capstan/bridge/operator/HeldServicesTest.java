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
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Holds that another process has left, beside a view that is older than they are. */
@EnableKubernetesMockClient(crud = true)
class HeldServicesTest {

    private static final int ORIGINAL = 10;

    @SuppressWarnings("NullAway.Init")
    KubernetesMockServer server;

    @SuppressWarnings("NullAway.Init")
    KubernetesClient client;

    @SuppressWarnings("NullAway.Init")
    private ClusterView view;

    @SuppressWarnings("NullAway.Init")
    private LeverFinder finder;

    @SuppressWarnings("NullAway.Init")
    private Lever lever;

    @SuppressWarnings("NullAway.Init")
    private Target plan;

    @SuppressWarnings("NullAway.Init")
    private HeldServices held;

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

    @BeforeEach
    void watch() throws Exception {
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
        plan = PlayedSteps.powerCap("default", "row").getSpec().targets().get(0);
        view = new ClusterView(client, System::nanoTime);
        finder = new LeverFinder(view);
        lever = Objects.requireNonNull(
                finder.find(new ObjectId("autoscaling/v2", "HorizontalPodAutoscaler", "default", "chat"))
                        .lever());
        held = new HeldServices(
                "row", new Holds(), finder, new LeverWriter(client, view), InstantSource.fixed(Instant.EPOCH));
    }

    @AfterEach
    void stop() {
        view.close();
    }

    @Test
    void anOldViewDoesNotMakeForgottenWhatWasWrittenBetween() {
        // 7 was written and is there, 3 was written and is there, 7 was to be written again by one that was killed.
        TargetState original = now();
        Hold hold = Hold.begin(lever, original, original.values(), "now").writing(lever, original, 7, 7);
        autoscaler(7).update();
        TargetState old = now();
        hold = hold.landed(lever).writing(lever, old, 3, 3).writing(lever, old, 7, 7);
        autoscaler(3).update();
        held.load(List.of(new PowerCapStatus.Target("chat", null, 7, 1, hold)));

        examine(old);

        assertThat(now().ceiling()).isEqualTo(3);
        assertThat(examine(now())).as("no edit of the owner").isEmpty();
        assertRestored();
    }

    @Test
    void whatIsThereIsNotForgottenHoweverManyWritesDoNotArrive() {
        TargetState original = now();
        Hold hold = Hold.begin(lever, original, original.values(), "now").writing(lever, original, 5, 5);
        autoscaler(5).update();
        held.load(List.of(new PowerCapStatus.Target("chat", null, 5, 1, hold.landed(lever))));

        for (int round = 0; round < 3; round++) {
            for (int wish : new int[] {4, 3, 2, 1, 6, 7, 8, 9}) {
                // Nobody may write: what is planned stays undone.
                assertThat(held.examine(services(now()), () -> false)).isEmpty();
                held.plan(services(now()).values().iterator().next(), wish);
            }
        }

        assertThat(now().ceiling()).isEqualTo(5);
        assertRestored();
    }

    private void assertRestored() {
        assertThat(held.release(() -> true)).isEmpty();
        assertThat(now().ceiling()).isEqualTo(ORIGINAL);
    }

    /** By the word of the server. */
    private TargetState now() {
        return Objects.requireNonNull(finder.asked(lever).orElse(null));
    }

    private List<HeldServices.Note> examine(TargetState seen) {
        return held.examine(services(seen), () -> true);
    }

    private Map<String, Service> services(TargetState seen) {
        return new TreeMap<>(Map.of("chat", new Service("chat", plan, lever, seen)));
    }
}
