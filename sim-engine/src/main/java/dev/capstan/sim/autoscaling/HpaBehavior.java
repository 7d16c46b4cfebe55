package dev.capstan.sim.autoscaling;

import java.util.List;

/**
 * {@code spec.behavior} of a horizontal pod autoscaler. Without one the autoscaler takes an older path with its own
 * limits; see {@link HorizontalPodAutoscaler}.
 */
public record HpaBehavior(ScalingRules scaleUp, ScalingRules scaleDown) {

    private static final long PERIOD_NANOS = 15_000_000_000L;

    /**
     * What the API server fills in when a behaviour says nothing: up by the larger of 100 % and 4 pods per 15 s, down
     * by 100 % per 15 s after 300 s of lower recommendations ({@code pkg/apis/autoscaling/v2/defaults.go}).
     */
    public static final HpaBehavior DEFAULT = new HpaBehavior(
            new ScalingRules(
                    0,
                    ScalingRules.Select.MAX,
                    List.of(
                            new ScalingPolicy(ScalingPolicy.Type.PODS, 4, PERIOD_NANOS),
                            new ScalingPolicy(ScalingPolicy.Type.PERCENT, 100, PERIOD_NANOS)),
                    ScalingRules.DEFAULT_TOLERANCE),
            new ScalingRules(
                    HorizontalPodAutoscaler.DEFAULT_DOWN_STABILIZATION_NANOS,
                    ScalingRules.Select.MAX,
                    List.of(new ScalingPolicy(ScalingPolicy.Type.PERCENT, 100, PERIOD_NANOS)),
                    ScalingRules.DEFAULT_TOLERANCE));
}
