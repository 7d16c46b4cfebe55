package dev.capstan.bridge.operator;

import dev.capstan.bridge.resource.CapResource;

/** Hears of every step: journal and metrics. Never fails. */
interface StepListener {

    /** A step is over. */
    void stepped(TakenStep step);

    /** A cap is gone. */
    default void gone(CapResource resource) {}
}
