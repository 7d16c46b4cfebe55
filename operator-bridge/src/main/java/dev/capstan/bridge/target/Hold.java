package dev.capstan.bridge.target;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * An object that is held down: how it was, and what was written to it. Stored in the status of the cap before the first
 * write, so that whoever comes after knows.
 *
 * @param uid of that very object: one made anew under its name is left alone
 * @param path of the field that holds the ceiling
 * @param throughScale whether it is written through the scale subresource
 * @param originals values of the lever's fields before the first write, by path; a field that was absent is not in it
 * @param written what was written last, or is about to be
 * @param before what was written before that and may still be there, the latest last: a write may have failed, or its process
 *     may have ended in the midst of it; empty once what was written last was seen
 * @param wish what the cap wants; another cap may want less
 * @param safeCeiling no write goes above it
 * @param since when it was first held, in ISO 8601
 */
public record Hold(
        @JsonPropertyDescription("The object that is written.")
        ObjectId object,

        @JsonPropertyDescription("Of that very object: one made anew under its name is left alone.")
        String uid,

        @JsonPropertyDescription("The field that holds the ceiling.")
        String path,

        @JsonPropertyDescription("Whether it is written through the scale subresource.")
        boolean throughScale,

        @JsonPropertyDescription("Values before the first write, by path; a field that was absent is not in it.")
        Map<String, Integer> originals,

        @JsonPropertyDescription("Values that were written last, or are about to be.")
        Map<String, Integer> written,

        @JsonPropertyDescription("Values that may still be there, while a write is on its way.")
        List<Map<String, Integer>> before,

        @JsonPropertyDescription("The ceiling that this cap wants; another one may want less.")
        int wish,

        @JsonPropertyDescription("No write goes above it.") int safeCeiling,
        @JsonPropertyDescription("When it was first held.") String since) {

    private static final int MOST_BEFORE = 8;

    /** Copies the maps in the order of their keys, so that equal holds are written as equal JSON. */
    public Hold {
        originals = sorted(originals);
        written = sorted(written);
        before = before.stream().map(Hold::sorted).toList();
    }

    private static Map<String, Integer> sorted(Map<String, Integer> values) {
        return Collections.unmodifiableMap(new TreeMap<>(values));
    }

    /**
     * A hold that begins: nothing is written yet.
     *
     * @param originals how the object was before any cap held it
     */
    public static Hold begin(Lever lever, TargetState seen, Map<String, Integer> originals, String now) {
        return new Hold(
                lever.object(),
                lever.uid(),
                lever.fields().ceiling(),
                lever.fields().scale(),
                originals,
                seen.values(),
                List.of(),
                seen.ceiling(),
                seen.ceiling(),
                now);
    }

    private Hold with(
            Map<String, Integer> originals, Map<String, Integer> written, List<Map<String, Integer>> before, int safe) {
        return new Hold(object, uid, path, throughScale, originals, written, before, wish, safe, since);
    }

    /**
     * The same, with a write that is about to go out: the ceiling, the owner's minimum where that lies above it, and replicas
     * that lie above it.
     *
     * @param wish what the cap wants
     * @param ceiling what is written, no more than the wish; at least 1 unless its owner wants none
     */
    public Hold writing(Lever lever, TargetState seen, int wish, int ceiling) {
        Fields fields = lever.fields();
        int replicas = Math.max(ceiling, Math.min(1, originalCeiling(lever)));
        Map<String, Integer> values = new TreeMap<>();
        values.put(fields.ceiling(), replicas);
        String floor = fields.floor();
        if (floor != null && (originals.containsKey(floor) || originalFloor(lever) > replicas)) {
            values.put(floor, Math.min(originalFloor(lever), replicas));
        }
        String moved = fields.moved();
        Integer there = moved == null ? null : seen.values().get(moved);
        if (moved != null && there != null && (there > replicas || there.equals(written.get(moved)))) {
            values.put(moved, Math.min(there, replicas));
        }
        return new Hold(
                object,
                uid,
                path,
                throughScale,
                originals,
                values,
                mayBeThere(),
                wish,
                Math.max(replicas, safeCeiling),
                since);
    }

    private List<Map<String, Integer>> mayBeThere() {
        List<Map<String, Integer>> all = new ArrayList<>(before);
        all.remove(written);
        all.add(written);
        return all.subList(Math.max(0, all.size() - MOST_BEFORE), all.size());
    }

    /** The same, knowing which of the writes before the last is there: that one is the last to be forgotten. */
    public Hold found(Lever lever, Map<String, Integer> values) {
        List<Map<String, Integer>> all = new ArrayList<>(before);
        for (Map<String, Integer> one : before) {
            if (lever.fields().holds(one, values)) {
                all.remove(one);
                all.add(one);
            }
        }
        return with(originals, written, all, safeCeiling);
    }

    /** The same, once what was written last is there. */
    public Hold landed(Lever lever) {
        return with(originals, written, List.of(), writtenCeiling(lever));
    }

    /** The same, after its owner has set other values: these are the originals now, and ours stay below them. */
    public Hold adopted(Lever lever, Map<String, Integer> values) {
        Map<String, Integer> adopted = new TreeMap<>(originals);
        Map<String, Integer> ours = new TreeMap<>(written);
        Fields fields = lever.fields();
        for (String one : fields.paths()) {
            Integer there = values.get(one);
            if (one.equals(fields.moved()) || Objects.equals(written.get(one), there)) {
                continue;
            }
            put(adopted, one, there);
            if (one.equals(fields.floor())) {
                put(ours, one, there == null ? null : Integer.valueOf(Math.min(there, writtenCeiling(lever))));
            }
        }
        return with(adopted, ours, before, safeCeiling);
    }

    private static void put(Map<String, Integer> values, String path, @Nullable Integer value) {
        if (value == null) {
            values.remove(path);
        } else {
            values.put(path, value);
        }
    }

    /** The ceiling that its owner had set. */
    public int originalCeiling(Lever lever) {
        return lever.fields().ceiling(originals);
    }

    /** The ceiling that was written last, or is about to be. */
    public int writtenCeiling(Lever lever) {
        return lever.fields().ceiling(written);
    }

    /** The minimum that its owner had set; 0 where the kind has none. */
    public int originalFloor(Lever lever) {
        return lever.fields().floor(originals);
    }

    /** Whether the write that may still be on its way raises the ceiling. */
    public boolean raises(Lever lever) {
        if (before.isEmpty()) {
            return false;
        }
        Integer last = before.get(before.size() - 1).get(path);
        return last != null && writtenCeiling(lever) > last;
    }

    /** What somebody else did to the object since the last write. */
    public Verdict judge(Lever lever, Map<String, Integer> values) {
        if (!uid.equals(lever.uid())) {
            return Verdict.RECREATED;
        }
        Fields fields = lever.fields();
        if (fields.holds(written, values)) {
            return Verdict.OURS;
        }
        if (before.stream().anyMatch(one -> fields.holds(one, values))) {
            return Verdict.PENDING;
        }
        return Objects.equals(values.get(path), originals.get(path)) ? Verdict.REVERTED : Verdict.EDITED;
    }

    /** How an object stands to what was written to it. */
    public enum Verdict {
        /** As written. */
        OURS,
        /** As before a write that was about to go out. */
        PENDING,
        /** As it was before the first write: somebody put it back. */
        REVERTED,
        /** As nobody but its owner has set it. */
        EDITED,
        /** Another object under the same name. */
        RECREATED
    }
}
