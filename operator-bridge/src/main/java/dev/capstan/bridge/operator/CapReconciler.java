package dev.capstan.bridge.operator;

import dev.capstan.bridge.resource.CapResource;
import io.javaoperatorsdk.operator.api.reconciler.Cleaner;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.api.reconciler.DeleteControl;
import io.javaoperatorsdk.operator.api.reconciler.Reconciler;
import io.javaoperatorsdk.operator.api.reconciler.UpdateControl;
import java.time.Duration;

/**
 * Runs the loop of each resource of one kind: a turn when its spec changes, and one every control interval.
 *
 * @param <R> the kind
 */
abstract class CapReconciler<R extends CapResource> implements Reconciler<R>, Cleaner<R> {

    private final CapLoops loops;

    CapReconciler(CapLoops loops) {
        this.loops = loops;
    }

    @Override
    public UpdateControl<R> reconcile(R resource, Context<R> context) {
        return UpdateControl.<R>noUpdate().rescheduleAfter(loops.turn(resource));
    }

    @Override
    public DeleteControl cleanup(R resource, Context<R> context) {
        Duration again = loops.finish(resource);
        return again.isZero()
                ? DeleteControl.defaultDelete()
                : DeleteControl.noFinalizerRemoval().rescheduleAfter(again.toMillis());
    }
}
