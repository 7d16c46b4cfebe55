package dev.capstan.bridge.operator;

import dev.capstan.bridge.resource.Target;
import dev.capstan.bridge.target.Lever;
import dev.capstan.bridge.target.Refusal;
import dev.capstan.bridge.target.TargetState;
import org.jspecify.annotations.Nullable;

/**
 * A service under a cap as one turn found it.
 *
 * @param lever null where it was refused
 * @param state null where it was refused
 * @param refusal null where there is a lever
 */
record Service(
        String name,
        Target plan,
        @Nullable Lever lever,
        @Nullable TargetState state,
        @Nullable Refusal refusal) {}
