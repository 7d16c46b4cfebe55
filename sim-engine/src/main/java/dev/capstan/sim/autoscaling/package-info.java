/**
 * KEDA and the horizontal pod autoscaler, exactly as they decide: KEDA owns the step between none and one replica, the
 * autoscaler everything above. Emulated are KEDA 2.20 and the Kubernetes controller, current (1.33 and later) or 1.20.
 * No class here owns a clock: the caller passes the simulated time in nanoseconds and writes the result to the plant.
 */
@NullMarked
package dev.capstan.sim.autoscaling;

import org.jspecify.annotations.NullMarked;
