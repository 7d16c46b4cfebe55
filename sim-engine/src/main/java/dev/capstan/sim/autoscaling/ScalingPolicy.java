package dev.capstan.sim.autoscaling;

/**
 * One limit on how fast an autoscaler may change the replicas ({@code HPAScalingPolicy} of autoscaling/v2).
 *
 * @param type what the value counts
 * @param value pods, or percent of the replicas at the start of the period; positive
 * @param periodNanos the period, over 0 and at most 30 min
 */
public record ScalingPolicy(Type type, int value, long periodNanos) {

    /** What the value of a policy counts. */
    public enum Type {
        PODS,
        PERCENT
    }

    private static final long MAX_PERIOD_NANOS = 1_800_000_000_000L;

    public ScalingPolicy {
        if (value <= 0) {
            throw new IllegalArgumentException("value of a scaling policy must be positive, was " + value
                    + ". Maybe disable the direction with selectPolicy: Disabled.");
        }
        if (periodNanos <= 0 || periodNanos > MAX_PERIOD_NANOS) {
            throw new IllegalArgumentException(
                    "period of a scaling policy must be over 0 and at most 30m, was " + periodNanos + " ns");
        }
    }

    int proposeUp(int periodStartReplicas) {
        return type == Type.PODS
                ? periodStartReplicas + value
                : (int) Math.ceil(periodStartReplicas * (1 + value / 100.0));
    }

    int proposeDown(int periodStartReplicas) {
        return type == Type.PODS ? periodStartReplicas - value : (int) (periodStartReplicas * (1 - value / 100.0));
    }
}
