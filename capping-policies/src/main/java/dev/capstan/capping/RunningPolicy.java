package dev.capstan.capping;

/**
 * A policy together with its state.
 *
 * @param <S> the state
 */
public final class RunningPolicy<S extends Record> {

    private final CappingPolicy<S> policy;
    private S state;

    private RunningPolicy(CappingPolicy<S> policy) {
        this.policy = policy;
        state = policy.initialState();
    }

    /** Before its first step. */
    public static <S extends Record> RunningPolicy<S> of(CappingPolicy<S> policy) {
        return new RunningPolicy<>(policy);
    }

    /** Whether decisions rest on latencies: {@link CappingPolicy#readsLatencies()}. */
    public boolean readsLatencies() {
        return policy.readsLatencies();
    }

    /** Decides one cycle of the control loop, and keeps the state for the next. */
    public Decision step(Observation seen) {
        Step<S> step = policy.step(state, seen);
        state = step.state();
        return step.decision();
    }
}
