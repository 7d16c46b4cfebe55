package dev.capstan.bridge.operator;

import dev.capstan.bridge.resource.CapResource;

/** Hears of every step, and how caps end: journal and metrics. Never fails. */
interface StepListener {

    /** A step is over. */
    void stepped(TakenStep step);

    /** A cap is being deleted: it takes no more steps, and lets go of what it holds. */
    default void going(CapResource resource) {}

    /** A try to let go of services has failed, at least in part. */
    default void notRestored(CapResource resource) {}

    /** A cap is gone. */
    default void gone(CapResource resource) {}
}
