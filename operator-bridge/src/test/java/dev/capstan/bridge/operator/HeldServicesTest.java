package dev.capstan.bridge.operator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.capstan.bridge.resource.PowerCapStatus;
import dev.capstan.bridge.resource.Target;
import dev.capstan.bridge.target.Hold;
import dev.capstan.bridge.target.Lever;
import dev.capstan.bridge.target.ObjectId;
import dev.capstan.bridge.target.TargetState;
import io.fabric8.kubernetes.api.model.autoscaling.v2.HorizontalPodAutoscaler;
import io.fabric8.kubernetes.client.dsl.Resource;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Holds that another process has left, beside a view that is older than they are. */
class HeldServicesTest extends HeldOnMockServer {

    @SuppressWarnings("NullAway.Init")
    private Lever lever;

    @SuppressWarnings("NullAway.Init")
    private Target plan;

    @SuppressWarnings("NullAway.Init")
    private HeldServices held;

    @BeforeEach
    void createService() throws Exception {
        autoscaler(ORIGINAL).create();
        plan = PlayedSteps.powerCap("default", "row").getSpec().targets().get(0);
        lever = lever("chat");
        held = nothingHeld();
    }

    private Resource<HorizontalPodAutoscaler> autoscaler(int max) {
        return autoscaler("chat", max);
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

    @Test
    void holdsNothingUnderTheNameOfWhatIsStillHeld() {
        TargetState there = now();
        Hold deployment = new Hold(
                new ObjectId("apps/v1", "Deployment", "default", "chat"),
                "uid",
                "spec.replicas",
                true,
                Map.of("spec.replicas", 6),
                Map.of("spec.replicas", 2),
                List.of(),
                2,
                2,
                "now");
        held.load(List.of(new PowerCapStatus.Target("chat", null, 2, 2, deployment)));
        Service service = services(there).values().iterator().next();

        assertThat(held.originalCeiling(service)).isEqualTo(ORIGINAL);
        held.plan(service, 4);

        assertThat(held.holds().get("chat")).isEqualTo(deployment);
        assertThat(held.carryOut(service, () -> true).message()).contains("Deployment default/chat is still held");
        assertThat(now().ceiling()).isEqualTo(ORIGINAL);
    }

    private void assertRestored() {
        assertThat(held.release("chat", () -> true).isDone()).isTrue();
        assertThat(now().ceiling()).isEqualTo(ORIGINAL);
    }

    private TargetState now() {
        return there("chat");
    }

    private List<HeldServices.Note> examine(TargetState seen) {
        return held.examine(services(seen), () -> true);
    }

    private Map<String, Service> services(TargetState seen) {
        return new TreeMap<>(Map.of("chat", new Service("chat", plan, lever, seen)));
    }
}
