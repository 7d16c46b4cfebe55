package dev.capstan.sim.autoscaling;

import java.util.List;

/**
 * How an autoscaler may scale in one direction ({@code HPAScalingRules} of autoscaling/v2).
 *
 * @param stabilizationWindowNanos how long past recommendations hold this direction back, from 0 to 1 h
 * @param select which of the policies counts
 * @param policies at least one
 * @param tolerance relative deviation of the metric in this direction that is ignored, not negative
 */
public record ScalingRules(
        long stabilizationWindowNanos, Select select, List<ScalingPolicy> policies, double tolerance) {

    /** Which of several policies counts. */
    public enum Select {
        /** The one that allows the largest change. */
        MAX,
        /** The one that allows the smallest change. */
        MIN,
        /** None: no change in this direction. */
        DISABLED
    }

    /** Default of the controller flag {@code --horizontal-pod-autoscaler-tolerance}. */
    public static final double DEFAULT_TOLERANCE = 0.1;

    private static final long MAX_WINDOW_NANOS = 3_600_000_000_000L;

    public ScalingRules {
        if (stabilizationWindowNanos < 0 || stabilizationWindowNanos > MAX_WINDOW_NANOS) {
            throw new IllegalArgumentException(
                    "stabilization window must lie between 0 and 1h, was " + stabilizationWindowNanos + " ns");
        }
        if (policies.isEmpty()) {
            throw new IllegalArgumentException(
                    "scaling rules must have a policy, had none. Maybe take those of HpaBehavior.DEFAULT.");
        }
        if (!(tolerance >= 0)) {
            throw new IllegalArgumentException("tolerance must not be negative, was " + tolerance);
        }
        policies = List.copyOf(policies);
    }

    /** These rules with {@code selectPolicy: Disabled}. */
    public ScalingRules disabled() {
        return new ScalingRules(stabilizationWindowNanos, Select.DISABLED, policies, tolerance);
    }

    long longestPeriodNanos() {
        long longest = 0;
        for (ScalingPolicy policy : policies) {
            longest = Math.max(longest, policy.periodNanos());
        }
        return longest;
    }
}
