package dev.capstan.sim.autoscaling;

import org.jspecify.annotations.Nullable;

/**
 * The fields of a KEDA ScaledObject with one trigger.
 *
 * @param target the threshold of the trigger
 * @param activationThreshold the metric must be over it, strictly, for the workload to leave zero
 * @param minReplicaCount not negative
 * @param maxReplicaCount at least 1, and at least the minimum
 * @param idleReplicaCount replicas while the trigger is inactive, below the minimum; null without idle mode
 * @param pollingIntervalNanos time between two {@link ScaledObject#check}s, positive
 * @param cooldownNanos how long after the last activity the workload goes to zero or idle
 * @param initialCooldownNanos the same, after the creation, for a workload that was never active
 * @param useCachedMetrics whether the autoscaler gets what the last check found, rather than a reading of its own
 * @param behavior {@code horizontalPodAutoscalerConfig.behavior}; null when it is not set
 * @param fallback null when it is not set
 */
public record ScaledObjectSpec(
        ExternalTarget target,
        double activationThreshold,
        int minReplicaCount,
        int maxReplicaCount,
        @Nullable Integer idleReplicaCount,
        long pollingIntervalNanos,
        long cooldownNanos,
        long initialCooldownNanos,
        boolean useCachedMetrics,
        @Nullable HpaBehavior behavior,
        @Nullable Fallback fallback) {

    /**
     * The replicas to take once more than the threshold of readings in a row have failed.
     *
     * @param failureThreshold not negative
     * @param replicas not negative
     * @param behavior what the replicas mean
     */
    public record Fallback(int failureThreshold, int replicas, Behavior behavior) {

        /** What the replicas of a fallback mean. */
        public enum Behavior {
            /** They are taken, KEDA's default. */
            STATIC,
            /** They are ignored: the workload stays as it is. */
            CURRENT_REPLICAS,
            /** They are taken unless the workload has more. */
            CURRENT_REPLICAS_IF_HIGHER,
            /** They are taken unless the workload has fewer. */
            CURRENT_REPLICAS_IF_LOWER
        }

        public Fallback {
            if (failureThreshold < 0 || replicas < 0) {
                throw new IllegalArgumentException("fallback must have failureThreshold >= 0 and replicas >= 0, had "
                        + failureThreshold + " and " + replicas);
            }
        }

        int replicasFrom(int currentReplicas) {
            return switch (behavior) {
                case STATIC -> replicas;
                case CURRENT_REPLICAS -> currentReplicas;
                case CURRENT_REPLICAS_IF_HIGHER -> Math.max(currentReplicas, replicas);
                case CURRENT_REPLICAS_IF_LOWER -> Math.min(currentReplicas, replicas);
            };
        }
    }

    private static final long DEFAULT_POLLING_INTERVAL_NANOS = 30_000_000_000L;
    private static final long DEFAULT_COOLDOWN_NANOS = 300_000_000_000L;

    public ScaledObjectSpec {
        checkReplicaCounts(minReplicaCount, maxReplicaCount);
        if (idleReplicaCount != null && (idleReplicaCount < 0 || idleReplicaCount >= Math.max(1, minReplicaCount))) {
            throw new IllegalArgumentException("idleReplicaCount must be at least 0 and below minReplicaCount "
                    + minReplicaCount + ", was " + idleReplicaCount);
        }
        if (pollingIntervalNanos <= 0) {
            throw new IllegalArgumentException("pollingInterval must be positive, was " + pollingIntervalNanos + " ns");
        }
        if (cooldownNanos < 0 || initialCooldownNanos < 0) {
            throw new IllegalArgumentException("cooldownPeriod and initialCooldownPeriod must not be negative, were "
                    + cooldownNanos + " ns and " + initialCooldownNanos + " ns");
        }
        if (fallback != null && target.type() == ExternalTarget.Type.VALUE) {
            throw new IllegalArgumentException("fallback is emulated for a target of type AverageValue, was with type"
                    + " Value. Maybe set metricType: AverageValue.");
        }
    }

    /** A spec with KEDA's defaults: polled every 30 s, cooldown 300 s, active above 0, no idle mode, no fallback. */
    public static ScaledObjectSpec withDefaults(ExternalTarget target, int minReplicaCount, int maxReplicaCount) {
        return new ScaledObjectSpec(
                target,
                0,
                minReplicaCount,
                maxReplicaCount,
                null,
                DEFAULT_POLLING_INTERVAL_NANOS,
                DEFAULT_COOLDOWN_NANOS,
                0,
                false,
                null,
                null);
    }

    static void checkReplicaCounts(int minReplicaCount, int maxReplicaCount) {
        if (minReplicaCount < 0) {
            throw new IllegalArgumentException("minReplicaCount must not be negative, was " + minReplicaCount);
        }
        if (maxReplicaCount < 1) {
            throw new IllegalArgumentException("maxReplicaCount must be at least 1, was " + maxReplicaCount
                    + ". Maybe pause the ScaledObject, or stop at 1: KEDA 2.20 rejects 0.");
        }
        if (minReplicaCount > maxReplicaCount) {
            throw new IllegalArgumentException("maxReplicaCount must be at least minReplicaCount " + minReplicaCount
                    + ", was " + maxReplicaCount + ". Maybe lower minReplicaCount first.");
        }
    }
}
