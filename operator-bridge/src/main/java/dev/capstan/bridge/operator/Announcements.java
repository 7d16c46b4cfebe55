package dev.capstan.bridge.operator;

import dev.capstan.bridge.CycleRecord;
import dev.capstan.bridge.resource.CapResource;
import io.fabric8.kubernetes.api.model.Condition;
import java.util.List;
import java.util.stream.Collectors;

/** Tells in events what a turn has changed. */
final class Announcements {

    private final Events events;

    Announcements(Events events) {
        this.events = events;
    }

    void tell(CapResource resource, List<HeldServices.Note> notes, List<Condition> changed, CycleRecord<?> record) {
        for (HeldServices.Note note : notes) {
            publish(resource, !note.warning(), note.reason(), note.message());
        }
        for (Condition condition : changed) {
            publish(
                    resource,
                    Conditions.isAsItShouldBe(condition),
                    condition.getReason(),
                    condition.getType() + " is " + condition.getStatus() + ": " + condition.getMessage());
        }
        if (!record.applied().isEmpty()) {
            String what = record.applied().stream()
                    .map(one -> one.asked().service() + " to at most "
                            + (one.effective() == null
                                    ? one.asked().replicaCeiling() + " (failed)"
                                    : one.effective().replicaCeiling()))
                    .collect(Collectors.joining(", "));
            events.normal(
                    resource,
                    "Decided",
                    what + " (" + record.step().decision().code() + "): "
                            + record.step().decision().reason());
        }
    }

    private void publish(CapResource resource, boolean good, String reason, String message) {
        if (good) {
            events.normal(resource, reason, message);
        } else {
            events.warning(resource, reason, message);
        }
    }
}
