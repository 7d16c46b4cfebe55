package dev.capstan.capping;

/** A policy together with its state. */
final class Stepper<S extends Record> {

    private final CappingPolicy<S> policy;
    private S state;

    private Stepper(CappingPolicy<S> policy) {
        this.policy = policy;
        state = policy.initialState();
    }

    static <S extends Record> Stepper<S> of(CappingPolicy<S> policy) {
        return new Stepper<>(policy);
    }

    Decision step(Observation seen) {
        Step<S> step = policy.step(state, seen);
        state = step.state();
        return step.decision();
    }
}
