package dev.capstan.bridge.target;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where the replicas of a service are bounded.
 *
 * @param object that is written
 * @param uid of that very object
 * @param workload whose pods serve; the object itself where there is none below it
 * @param landing the object in which a ceiling must arrive; null where it is in force at once
 * @param foreign what else manages the object, such as Helm or Argo CD; it may put a ceiling back
 */
public record Lever(
        ObjectId object,
        String uid,
        Fields fields,
        ObjectId workload,
        @Nullable ObjectId landing,
        List<String> foreign) {

    public Lever {
        foreign = List.copyOf(foreign);
    }

    /** The field that holds the ceiling. */
    public String ceilingPath() {
        return fields.ceiling();
    }
}
