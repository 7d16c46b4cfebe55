package dev.capstan.capping;

import java.lang.reflect.Type;

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
    @SuppressWarnings("unchecked") // a record's class is final, so that of the first state is that of all
    default Class<S> stateType() {
        return (Class<S>) initialState().getClass();
    }

    /**
     * The state's type with its type arguments, for a JSON library that binds from {@link Type}. The same as {@link
     * #stateType()} unless the state is generic.
     */
    default Type stateJsonType() {
        return stateType();
    }

    /** Which power readings the decisions rest on; {@link CapController} takes over when these are lost. */
    default Senses senses() {
        return Senses.ROOT_AND_SERVICES;
    }

    /**
     * Whether the lever is the GPU power limit or clock. Then {@link CapController} answers lost telemetry with limits
     * before it takes replicas away; the limits are for the policy to lift.
     */
    default boolean limitsGpuPower() {
        return false;
    }

    /**
     * Whether the lever is the replica ceiling. Where it is not, {@link CapController} gives back the ceilings that it
     * lowered itself.
     */
    default boolean setsCeilings() {
        return !limitsGpuPower();
    }

    /** Whether decisions rest on {@link ServiceReading#latency()}; where not, only its targets need be there. */
    default boolean readsLatencies() {
        return false;
    }

    /** Decides one cycle of the control loop. */
    Step<S> step(S state, Observation seen);

    /** The power readings that a policy cannot decide without. */
    enum Senses {
        /** Decides from the cap and the replicas alone. */
        NOTHING,
        /** The root domain's meter. */
        ROOT,
        /** The reading of every service that has a ready replica. */
        SERVICES,
        /** Both. */
        ROOT_AND_SERVICES;

        boolean root() {
            return this == ROOT || this == ROOT_AND_SERVICES;
        }

        boolean services() {
            return this == SERVICES || this == ROOT_AND_SERVICES;
        }
    }
}
