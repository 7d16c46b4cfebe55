package dev.capstan.bridge.target;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import java.util.Collections;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/**
 * An object that is held down: how it was, and what was written to it. Stored in the status of the cap before the first
 * write, so that whoever comes after knows.
 *
 * @param uid of that very object: one made anew under its name is left alone
 * @param originals values of the lever's fields before the first write, by path; a field that was absent is not in it
 * @param written what was written last, or is about to be
 * @param before what was written before that; may still be there where a process ended in the midst of a write
 * @param wish what the cap wants; another cap may want less
 * @param safeCeiling no write goes above it
 * @param since when it was first held, in ISO 8601
 */
public record Hold(
        @JsonPropertyDescription("The object that is written.")
        ObjectId object,

        @JsonPropertyDescription("Of that very object: one made anew under its name is left alone.")
        String uid,

        @JsonPropertyDescription("Values before the first write, by path; a field that was absent is not in it.")
        Map<String, Integer> originals,

        @JsonPropertyDescription("Values that were written last, or are about to be.")
        Map<String, Integer> written,

        @JsonPropertyDescription("Values that may still be there, while a write is on its way.")
        Map<String, Integer> before,

        @JsonPropertyDescription("The ceiling that this cap wants; another one may want less.")
        int wish,

        @JsonPropertyDescription("No write goes above it.") int safeCeiling,
        @JsonPropertyDescription("When it was first held.") String since) {

    /** Copies the maps in the order of their keys, so that equal holds are written as equal JSON. */
    public Hold {
        originals = sorted(originals);
        written = sorted(written);
        before = sorted(before);
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
                lever.object(), lever.uid(), originals, seen.values(), Map.of(), seen.ceiling(), seen.ceiling(), now);
    }

    /**
     * The same, with a write that is about to go out.
     *
     * @param wish what the cap wants
     * @param ceiling what is written: no more than the wish
     */
    public Hold writing(Lever lever, TargetState seen, int wish, int ceiling) {
        Map<String, Integer> values = lever.fields().written(seen.values(), ceiling);
        return new Hold(object, uid, originals, values, written, wish, Math.max(ceiling, safeCeiling), since);
    }

    /** The same, once what was written last is there. */
    public Hold landed(Lever lever) {
        int ceiling = written.getOrDefault(lever.fields().ceiling(), safeCeiling);
        return new Hold(object, uid, originals, written, Map.of(), wish, ceiling, since);
    }

    /** The same, after its owner has set other values. */
    public Hold adopted(Map<String, Integer> values) {
        Map<String, Integer> adopted = new TreeMap<>(originals);
        written.forEach((path, ours) -> {
            Integer there = values.get(path);
            if (!ours.equals(there)) {
                adopted.remove(path);
                if (there != null) {
                    adopted.put(path, there);
                }
            }
        });
        return new Hold(object, uid, adopted, written, before, wish, safeCeiling, since);
    }

    /** The ceiling that its owner had set. */
    public int originalCeiling(Lever lever) {
        return originals.getOrDefault(lever.fields().ceiling(), lever.fields().byDefault());
    }

    /** The minimum that its owner had set; 0 where the kind has none. */
    public int originalFloor(Lever lever) {
        String floor = lever.fields().floor();
        return floor == null
                ? lever.fields().floorByDefault()
                : originals.getOrDefault(floor, lever.fields().floorByDefault());
    }

    /** Whether the write that may still be on its way raises the ceiling. */
    public boolean raises(Lever lever) {
        String ceiling = lever.fields().ceiling();
        Integer before = this.before.get(ceiling);
        return before != null && written.getOrDefault(ceiling, 0) > before;
    }

    /** The same, with the write on its way given up: what was written before it counts. */
    public Hold abandoned() {
        return new Hold(object, uid, originals, before, Map.of(), wish, safeCeiling, since);
    }

    /** What somebody else did to the object since the last write. */
    public Verdict judge(Lever lever, Map<String, Integer> values) {
        if (!uid.equals(lever.uid())) {
            return Verdict.RECREATED;
        }
        if (holds(written, values)) {
            return Verdict.OURS;
        }
        if (!before.isEmpty() && holds(before, values)) {
            return Verdict.PENDING;
        }
        boolean asBefore = Objects.equals(
                values.get(lever.fields().ceiling()),
                originals.get(lever.fields().ceiling()));
        return asBefore ? Verdict.REVERTED : Verdict.EDITED;
    }

    private static boolean holds(Map<String, Integer> expected, Map<String, Integer> values) {
        return expected.entrySet().stream().allMatch(one -> one.getValue().equals(values.get(one.getKey())));
    }

    /** How an object stands to what was written to it. */
    public enum Verdict {
        /** As written. */
        OURS,
        /** As before the write that was about to go out. */
        PENDING,
        /** As it was before the first write: somebody put it back. */
        REVERTED,
        /** As nobody but its owner has set it. */
        EDITED,
        /** Another object under the same name. */
        RECREATED
    }
}
