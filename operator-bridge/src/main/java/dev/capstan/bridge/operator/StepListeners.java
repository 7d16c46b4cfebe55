package dev.capstan.bridge.operator;

import dev.capstan.bridge.CycleRecord;
import dev.capstan.bridge.resource.CapResource;
import dev.capstan.bridge.resource.PowerCapStatus;
import java.util.List;

/** Tells several listeners, one after the other. */
record StepListeners(List<StepListener> listeners) implements StepListener {

    StepListeners {
        listeners = List.copyOf(listeners);
    }

    static StepListener of(StepListener... listeners) {
        return new StepListeners(List.of(listeners));
    }

    @Override
    public void stepped(
            CapResource resource,
            CapPlan plan,
            long sequence,
            Leadership.Term term,
            CycleRecord<?> record,
            PowerCapStatus status,
            long wallNanos) {
        listeners.forEach(one -> one.stepped(resource, plan, sequence, term, record, status, wallNanos));
    }

    @Override
    public void gone(CapResource resource) {
        listeners.forEach(one -> one.gone(resource));
    }
}
