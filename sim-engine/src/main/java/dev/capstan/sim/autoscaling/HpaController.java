package dev.capstan.sim.autoscaling;

/**
 * What is set for all autoscalers of a cluster.
 *
 * @param release the form of the controller
 * @param downStabilizationNanos flag {@code --horizontal-pod-autoscaler-downscale-stabilization}, which counts for
 *     autoscalers without a behaviour; not negative
 */
public record HpaController(HpaRelease release, long downStabilizationNanos) {

    /** The current release with its default flags. */
    public static final HpaController DEFAULT =
            new HpaController(HpaRelease.CURRENT, HorizontalPodAutoscaler.DEFAULT_DOWN_STABILIZATION_NANOS);

    public HpaController {
        if (downStabilizationNanos < 0) {
            throw new IllegalArgumentException(
                    "downscale stabilization must not be negative, was " + downStabilizationNanos + " ns");
        }
    }
}
