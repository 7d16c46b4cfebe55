package dev.capstan.bridge.operator;

import dev.capstan.bridge.CycleRecord;
import dev.capstan.bridge.resource.CapResource;
import dev.capstan.bridge.resource.PowerCapStatus;

/** Hears of every step: journal and metrics. Never fails. */
interface StepListener {

    /** Hears nothing. */
    StepListener NONE = new StepListener() {
        @Override
        public void stepped(
                CapResource resource,
                CapPlan plan,
                long sequence,
                Leadership.Term term,
                CycleRecord<?> record,
                PowerCapStatus status,
                long wallNanos) {}

        @Override
        public void gone(CapResource resource) {}
    };

    /**
     * A step is over.
     *
     * @param sequence number of the step
     * @param wallNanos how long it took
     */
    void stepped(
            CapResource resource,
            CapPlan plan,
            long sequence,
            Leadership.Term term,
            CycleRecord<?> record,
            PowerCapStatus status,
            long wallNanos);

    /** A cap is gone. */
    void gone(CapResource resource);
}
