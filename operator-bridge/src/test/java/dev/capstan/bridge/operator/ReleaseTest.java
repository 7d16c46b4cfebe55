package dev.capstan.bridge.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.capstan.bridge.resource.PowerCapStatus;
import dev.capstan.bridge.target.Hold;
import dev.capstan.bridge.target.TargetState;
import io.fabric8.kubernetes.api.model.StatusBuilder;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A cap that lets go of its services. */
class ReleaseTest extends HeldOnMockServer {

    private static final ReleasePace ONE_IN_15_SECONDS = new ReleasePace(1, Duration.ofSeconds(15), Duration.ZERO);

    private final Map<String, Hold> stored = new TreeMap<>();

    @SuppressWarnings("NullAway.Init")
    private HeldServices held;

    @SuppressWarnings("NullAway.Init")
    private Release release;

    @BeforeEach
    void begin() {
        held = nothingHeld();
        release = new Release(held, () -> now);
    }

    /** A service that was lowered from its owner's maximum to 2. */
    private void lowered(String name, int original) {
        autoscaler(name, original).create();
        TargetState before = there(name);
        Hold hold = Hold.begin(lever(name), before, before.values(), "then").writing(lever(name), before, 2, 2);
        autoscaler(name, 2).update();
        there(name);
        stored.put(name, hold.landed(lever(name)));
        load();
    }

    private void load() {
        List<PowerCapStatus.Target> targets = new ArrayList<>();
        stored.forEach((name, hold) -> targets.add(new PowerCapStatus.Target(name, null, null, null, hold)));
        held.load(targets);
    }

    /** Goes on in another process, which knows what was stored. */
    private void anotherLeads() {
        held = nothingHeld();
        load();
        release = new Release(held, () -> now);
    }

    private void store(Map<String, Hold> holds) {
        stored.clear();
        stored.putAll(holds);
    }

    private Map<String, String> stepAt(double seconds) throws IOException {
        now = Instant.ofEpochMilli(Math.round(seconds * 1000));
        return release.step(ONE_IN_15_SECONDS, this::store, () -> true);
    }

    private int ceiling(String name) {
        return there(name).ceiling();
    }

    @Test
    void servicesRiseByStepsAndTakeTurns() throws IOException {
        lowered("chat", 5);
        lowered("code", 4);
        lowered("edit", 3);
        List<String> seen = new ArrayList<>();
        for (int seconds = 0; !release.isOver(); seconds += 5) {
            assertThat(stepAt(seconds)).isEmpty();
            seen.add(seconds + " s: " + ceiling("chat") + " " + ceiling("code") + " " + ceiling("edit"));
        }

        assertThat(seen)
                .containsExactly(
                        "0 s: 3 2 2",
                        "5 s: 3 3 2",
                        "10 s: 3 3 3",
                        "15 s: 4 3 3",
                        "20 s: 4 4 3",
                        "25 s: 4 4 3",
                        "30 s: 5 4 3");
    }

    @Test
    void aTurnThatComesAMomentEarlyCounts() throws IOException {
        lowered("chat", 10);
        stepAt(0);
        stepAt(14.8);
        assertThat(ceiling("chat")).isEqualTo(3);

        stepAt(14.99);

        assertThat(ceiling("chat")).isEqualTo(4);
    }

    @Test
    void noTwoRiseWithinTheStagger() throws IOException {
        lowered("chat", 5);
        lowered("code", 4);
        lowered("edit", 4);
        ReleasePace staggered = new ReleasePace(1, Duration.ofSeconds(10), Duration.ofSeconds(8));
        List<Integer> raises = new ArrayList<>();
        int before = 6;
        for (int seconds = 100; !release.isOver(); seconds++) {
            now = Instant.ofEpochSecond(seconds);
            assertThat(release.step(staggered, this::store, () -> true)).isEmpty();
            int all = ceiling("chat") + ceiling("code") + ceiling("edit");
            if (all > before) {
                assertThat(all).isEqualTo(before + 1);
                raises.add(seconds);
            }
            before = all;
        }

        // In turns of 24 s; two that are left take 16 s, and the last one 10 s.
        assertThat(raises).containsExactly(100, 108, 116, 124, 132, 140, 148);
    }

    @Test
    void oneThatCannotBeReadDoesNotTakeTheTurnsOfOthers() throws IOException {
        lowered("chat", 3);
        lowered("code", 5);
        ReleasePace staggered = new ReleasePace(1, Duration.ofSeconds(10), Duration.ofSeconds(8));
        server.expect()
                .get()
                .withPath("/apis/autoscaling/v2/namespaces/default/horizontalpodautoscalers/chat")
                .andReturn(
                        403,
                        new StatusBuilder().withCode(403).withMessage("no role").build())
                .always();
        // A write that nobody knows the end of: what is there has to be asked first.
        stored.computeIfPresent("chat", (name, hold) -> hold.writing(lever(name), there("code"), 2, 2));
        load();

        for (int seconds = 100; seconds < 200; seconds += 5) {
            now = Instant.ofEpochSecond(seconds);
            release.step(staggered, this::store, () -> true);
        }

        assertThat(held.holds()).containsOnlyKeys("chat");
        assertThat(ceiling("code")).isEqualTo(5);
    }

    @Test
    void anOwnerWhoCannotWaitNeedNot() throws IOException {
        lowered("chat", 10);
        lowered("code", 10);
        stepAt(0);
        assertThat(release.untilNext(ONE_IN_15_SECONDS)).hasSeconds(7);

        now = Instant.ofEpochSecond(1);
        ReleasePace atOnce = new ReleasePace(10_000, Duration.ZERO, Duration.ZERO);
        assertThat(release.untilNext(atOnce)).isLessThanOrEqualTo(Duration.ZERO);
        assertThat(release.step(atOnce, this::store, () -> true)).isEmpty();

        assertThat(release.isOver()).isTrue();
        assertThat(ceiling("chat")).isEqualTo(10);
        assertThat(ceiling("code")).isEqualTo(10);
    }

    @Test
    void whatIsWrittenWasStoredBefore() throws IOException {
        lowered("chat", 5);
        List<String> seen = new ArrayList<>();

        release.step(
                ONE_IN_15_SECONDS,
                holds -> holds.forEach((name, hold) -> seen.add(hold.written() + " while " + ceiling(name))),
                () -> true);

        assertThat(seen).containsExactly("{spec.maxReplicas=3, spec.minReplicas=1} while 2");
        assertThat(ceiling("chat")).isEqualTo(3);
    }

    @Test
    void writesNothingThatCouldNotBeStored() throws IOException {
        lowered("chat", 4);

        assertThatThrownBy(() -> release.step(
                        ONE_IN_15_SECONDS,
                        holds -> {
                            throw new IOException("the status could not be stored");
                        },
                        () -> true))
                .hasMessage("the status could not be stored");
        assertThat(ceiling("chat")).isEqualTo(2);

        assertThat(stepAt(5)).isEmpty();
        assertThat(ceiling("chat")).isEqualTo(3);
        stepAt(20);
        assertThat(ceiling("chat")).isEqualTo(4);
        assertThat(release.isOver()).isTrue();
    }

    @Test
    void aProcessThatEndsBeforeItsWriteLosesNoOriginal() throws IOException {
        lowered("chat", 5);
        now = Instant.EPOCH;
        assertThat(release.step(ONE_IN_15_SECONDS, this::store, () -> false)).containsKey("chat");
        assertThat(ceiling("chat")).isEqualTo(2);

        anotherLeads();
        for (int seconds = 0; !release.isOver(); seconds += 15) {
            int before = ceiling("chat");
            stepAt(seconds);
            assertThat(ceiling("chat")).isEqualTo(before + 1);
        }
        assertThat(ceiling("chat")).isEqualTo(5);
    }

    @Test
    void aProcessThatEndsAfterItsWriteLosesNoOriginal() throws IOException {
        lowered("chat", 5);
        stepAt(0);
        assertThat(ceiling("chat")).isEqualTo(3);

        anotherLeads();
        stepAt(1);
        assertThat(ceiling("chat")).isEqualTo(4);
        stepAt(16);
        assertThat(ceiling("chat")).isEqualTo(5);
        assertThat(release.isOver()).isTrue();
    }

    @Test
    void whatItsOwnerSetsMeanwhileStays() throws IOException {
        lowered("chat", 10);
        stepAt(0);
        autoscaler("chat", 7).update();

        stepAt(15);

        assertThat(ceiling("chat")).isEqualTo(7);
        assertThat(release.isOver()).isTrue();
    }

    @Test
    void doesNotRaiseWhatTheServerDoesNotTellOf() throws IOException {
        lowered("chat", 5);
        server.expect()
                .get()
                .withPath("/apis/autoscaling/v2/namespaces/default/horizontalpodautoscalers/chat")
                .andReturn(
                        403,
                        new StatusBuilder().withCode(403).withMessage("no role").build())
                .once();

        assertThat(stepAt(0)).hasEntrySatisfying("chat", why -> assertThat(why).contains("no role"));

        assertThat(ceiling("chat")).isEqualTo(2);
        assertThat(stepAt(5)).isEmpty();
        assertThat(ceiling("chat")).isEqualTo(3);
    }

    @Test
    void whoIsHeldAgainHasNoTurnLeft() throws IOException {
        lowered("chat", 5);
        stepAt(0);
        release.step(List.of(), ONE_IN_15_SECONDS, this::store, () -> true);

        stepAt(1);

        assertThat(ceiling("chat")).as("a turn of its own, and not at 15 s").isEqualTo(4);
    }
}
