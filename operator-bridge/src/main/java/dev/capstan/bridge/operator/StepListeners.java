package dev.capstan.bridge.operator;

import dev.capstan.bridge.resource.CapResource;
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
    public void stepped(TakenStep step) {
        listeners.forEach(one -> one.stepped(step));
    }

    @Override
    public void going(CapResource resource) {
        listeners.forEach(one -> one.going(resource));
    }

    @Override
    public void notRestored(CapResource resource) {
        listeners.forEach(one -> one.notRestored(resource));
    }

    @Override
    public void gone(CapResource resource) {
        listeners.forEach(one -> one.gone(resource));
    }
}
