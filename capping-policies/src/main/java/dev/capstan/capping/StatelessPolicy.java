package dev.capstan.capping;

/** A policy that keeps nothing from one step to the next. */
public interface StatelessPolicy extends CappingPolicy<Stateless> {

    /** Decides one cycle of the control loop. */
    Decision decide(Observation seen);

    @Override
    default Stateless initialState() {
        return Stateless.STATE;
    }

    @Override
    default Step<Stateless> step(Stateless state, Observation seen) {
        return new Step<>(state, decide(seen));
    }
}
