package dev.capstan.bridge.operator;

import dev.capstan.bridge.resource.Target;
import dev.capstan.bridge.target.Lever;
import dev.capstan.bridge.target.TargetState;

/**
 * A service under a cap as one turn found it.
 *
 * @param plan what its owner says of it
 * @param lever by which it is held
 * @param state what is there of it
 */
record Service(String name, Target plan, Lever lever, TargetState state) implements Found {

    /** GPUs of one replica: those that were given, else those that its pods ask for. */
    int gpus() {
        Integer given = plan.replica().gpus();
        return given == null ? state.gpus() : given;
    }
}
