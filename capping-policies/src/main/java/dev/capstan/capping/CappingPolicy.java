package dev.capstan.capping;

/**
 * A way to hold a power cap: a pure, deterministic function of the state and what was observed.
 *
 * <p>Time is {@link Observation#nowNanos()}, chance comes from a seed kept in the state. Implementations have no
 * mutable fields, read no clock and do no I/O, so that a recorded sequence of observations always gives the same
 * decisions, in the simulator and on the cluster.
 *
 * @param <S> the state: an immutable record of numbers, strings, booleans, lists, maps with string keys and records
 *     of these, so that it survives JSON
 */
public interface CappingPolicy<S extends Record> {

    /** The state before the first step. */
    S initialState();

    /** The class of the state, for reading it back from JSON. */
    Class<S> stateType();

    /** Decides one cycle of the control loop. */
    Step<S> step(S state, Observation seen);
}
