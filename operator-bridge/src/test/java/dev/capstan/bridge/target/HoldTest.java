package dev.capstan.bridge.target;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.json.JsonMapper;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class HoldTest {

    private static final String MAX = "spec.maxReplicas";
    private static final String MIN = "spec.minReplicas";
    private static final ObjectId OBJECT = new ObjectId("autoscaling/v2", "HorizontalPodAutoscaler", "default", "chat");
    private static final Lever LEVER = lever("uid-1");

    @Test
    void lowersTheMinimumWithTheCeilingAndRaisesItAgainUpToTheOwners() {
        Hold hold = begin(Map.of(MAX, 10, MIN, 4));
        Hold low = write(hold, Map.of(MAX, 10, MIN, 4), 2);
        assertThat(low.written()).isEqualTo(Map.of(MAX, 2, MIN, 2));
        Hold higher = write(low, low.written(), 8);
        assertThat(higher.written()).isEqualTo(Map.of(MAX, 8, MIN, 4));
        assertThat(higher.originals()).isEqualTo(Map.of(MAX, 10, MIN, 4));
    }

    @Test
    void neverWritesBelowOneUnlessTheOwnerWantsNone() {
        Hold hold = begin(Map.of(MAX, 10, MIN, 1));
        assertThat(hold.writing(LEVER, state(hold.originals()), 0, 0).written()).containsEntry(MAX, 1);
        Hold none = begin(Map.of(MAX, 0));
        assertThat(none.writing(LEVER, state(none.originals()), 0, 0).written()).containsEntry(MAX, 0);
    }

    @Test
    void knowsItsOwnOlderValueAfterWritesThatFailed() {
        Hold held = write(begin(Map.of(MAX, 10)), Map.of(MAX, 10), 8);
        // Two writes, 6 and 4, of which nobody knows whether they arrived.
        Hold unsure = held.writing(LEVER, state(Map.of(MAX, 8)), 6, 6).writing(LEVER, state(Map.of(MAX, 8)), 4, 4);
        for (int there : List.of(8, 6)) {
            assertThat(unsure.judge(LEVER, Map.of(MAX, there))).isEqualTo(Hold.Verdict.PENDING);
        }
        assertThat(unsure.judge(LEVER, Map.of(MAX, 4))).isEqualTo(Hold.Verdict.OURS);
        assertThat(unsure.judge(LEVER, Map.of(MAX, 7))).isEqualTo(Hold.Verdict.EDITED);
        assertThat(unsure.landed(LEVER).judge(LEVER, Map.of(MAX, 6))).isEqualTo(Hold.Verdict.EDITED);
    }

    @Test
    void doesNotGoAboveWhatWasSafeUntilARaiseHasLanded() {
        Hold held = write(begin(Map.of(MAX, 10)), Map.of(MAX, 10), 3);
        assertThat(held.safeCeiling()).isEqualTo(3);
        Hold raising = held.writing(LEVER, state(held.written()), 5, 5);
        assertThat(raising.raises(LEVER)).isTrue();
        assertThat(raising.judge(LEVER, Map.of(MAX, 3))).isEqualTo(Hold.Verdict.PENDING);
        assertThat(raising.judge(LEVER, Map.of(MAX, 5)))
                .as("it arrived after all")
                .isEqualTo(Hold.Verdict.OURS);
        assertThat(held.writing(LEVER, state(held.written()), 2, 2).raises(LEVER))
                .isFalse();
    }

    @Test
    void tellsARevertFromAnEdit() {
        Hold held = write(begin(Map.of(MAX, 10, MIN, 1)), Map.of(MAX, 10, MIN, 1), 3);
        assertThat(held.judge(LEVER, Map.of(MAX, 3, MIN, 1))).isEqualTo(Hold.Verdict.OURS);
        assertThat(held.judge(LEVER, Map.of(MAX, 10, MIN, 1))).isEqualTo(Hold.Verdict.REVERTED);
        assertThat(held.judge(LEVER, Map.of(MAX, 7, MIN, 1))).isEqualTo(Hold.Verdict.EDITED);
        assertThat(held.judge(LEVER, Map.of(MAX, 3, MIN, 2))).isEqualTo(Hold.Verdict.EDITED);
        assertThat(held.judge(lever("uid-2"), Map.of(MAX, 3, MIN, 1))).isEqualTo(Hold.Verdict.RECREATED);
    }

    @Test
    void takesAnEditForTheNewOriginalAndKeepsTheMinimumBelowItsCeiling() {
        Hold held = write(begin(Map.of(MAX, 10, MIN, 1)), Map.of(MAX, 10, MIN, 1), 3);
        Hold adopted = held.adopted(LEVER, Map.of(MAX, 8, MIN, 5));
        assertThat(adopted.originals()).isEqualTo(Map.of(MAX, 8, MIN, 5));
        assertThat(adopted.written()).isEqualTo(Map.of(MAX, 3, MIN, 3));
        assertThat(held.adopted(LEVER, Map.of(MIN, 1)).originals())
                .as("he has removed the maximum")
                .isEqualTo(Map.of(MIN, 1));
    }

    @Test
    void anAbsentCeilingIsTheKindsDefaultAndIsRestoredAsAbsent() {
        Hold held = write(begin(Map.of()), Map.of(), 3);
        assertThat(held.originalCeiling(LEVER)).isEqualTo(100);
        assertThat(held.originals()).isEmpty();
        assertThat(held.judge(LEVER, Map.of())).isEqualTo(Hold.Verdict.REVERTED);
        assertThat(begin(Map.of()).writing(LEVER, state(Map.of()), 3, 3).judge(LEVER, Map.of(MAX, 50)))
                .as("set while the first write was on its way")
                .isEqualTo(Hold.Verdict.EDITED);
    }

    @Test
    void comesBackFromJsonAsItWas() throws Exception {
        Hold hold = write(begin(Map.of(MAX, 10, MIN, 4)), Map.of(MAX, 10, MIN, 4), 2)
                .writing(LEVER, state(Map.of(MAX, 2, MIN, 2)), 3, 3);
        JsonMapper json = new JsonMapper();
        String text = json.writeValueAsString(hold);
        assertThat(json.readValue(text, Hold.class)).isEqualTo(hold);
        assertThat(text).doesNotContain("part");
        ObjectId part = new ObjectId("v1", "K", "ns", "n", "prefill");
        assertThat(json.readValue(json.writeValueAsString(part), ObjectId.class))
                .isEqualTo(part);
    }

    private static Hold write(Hold hold, Map<String, Integer> there, int ceiling) {
        return hold.writing(LEVER, state(there), ceiling, ceiling).landed(LEVER);
    }

    private static Hold begin(Map<String, Integer> there) {
        return Hold.begin(LEVER, state(there), there, "2026-11-27T00:00:00Z");
    }

    private static Lever lever(String uid) {
        return new Lever(OBJECT, uid, Fields.of(MAX, 100, MIN, 0), OBJECT, null, List.of());
    }

    private static TargetState state(Map<String, Integer> values) {
        int ceiling = values.getOrDefault(MAX, 100);
        return new TargetState(values, ceiling, ceiling, 0, 0, 0, 0, 0, 0, 30, "", false, false, false);
    }
}
