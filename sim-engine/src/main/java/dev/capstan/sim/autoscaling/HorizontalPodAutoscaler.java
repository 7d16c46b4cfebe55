package dev.capstan.sim.autoscaling;

import org.jspecify.annotations.Nullable;

/**
 * A horizontal pod autoscaler: the decision that the controller takes at each sync.
 *
 * <p>Source: {@code pkg/controller/podautoscaler/horizontal.go} and {@code replica_calculator.go} of Kubernetes, in the
 * form that {@link HpaController} names. The caller syncs every 15 s by default and writes the result to the scale of
 * the workload.
 *
 * <ul>
 *   <li>A count over the maximum or below the minimum is corrected at once: no metric, no stabilization, no rate limit.
 *   <li>Of several metrics the one that asks for most replicas counts.
 *   <li>Without a behaviour (a plain KEDA ScaledObject) the replicas at most double per sync, or reach 4, and go down
 *       to the highest recommendation of the last 300 s.
 *   <li>With a behaviour its windows, policies and tolerances count.
 * </ul>
 *
 * <p><b>Caveats.</b> Syncs are exact multiples in a simulation, so boundaries matter: without a behaviour a
 * recommendation that is exactly 300 s old still counts, with one a recommendation or change as old as its window does
 * not. Metrics of objects and of single containers are not emulated.
 */
public final class HorizontalPodAutoscaler {

    /** Default of {@code --horizontal-pod-autoscaler-sync-period}, 15 s. */
    public static final long DEFAULT_SYNC_PERIOD_NANOS = 15_000_000_000L;

    /** Default of {@code --horizontal-pod-autoscaler-downscale-stabilization}, 300 s. */
    public static final long DEFAULT_DOWN_STABILIZATION_NANOS = 300_000_000_000L;

    private final HpaController controller;
    private final TimedCounts recommendations = new TimedCounts();
    private final TimedCounts additions = new TimedCounts();
    private final TimedCounts removals = new TimedCounts();

    private int minReplicas;
    private int maxReplicas;
    private @Nullable HpaBehavior behavior;
    private ReplicaCalculator calculator;

    /**
     * An autoscaler of the current release with its default flags.
     *
     * @param behavior {@code spec.behavior}, null when it is not set
     * @throws IllegalArgumentException as {@link #setBounds}
     */
    public HorizontalPodAutoscaler(int minReplicas, int maxReplicas, @Nullable HpaBehavior behavior) {
        this(HpaController.DEFAULT, minReplicas, maxReplicas, behavior);
    }

    /**
     * @param behavior {@code spec.behavior}, null when it is not set
     * @throws IllegalArgumentException as {@link #setBounds}
     */
    public HorizontalPodAutoscaler(
            HpaController controller, int minReplicas, int maxReplicas, @Nullable HpaBehavior behavior) {
        this.controller = controller;
        this.behavior = behavior;
        calculator = calculator(behavior);
        setBounds(minReplicas, maxReplicas);
    }

    /**
     * Writes {@code spec.minReplicas} and {@code spec.maxReplicas}; they act at the next sync.
     *
     * @throws IllegalArgumentException when the minimum is negative, the maximum below 1 or below the minimum
     */
    public void setBounds(int minReplicas, int maxReplicas) {
        if (minReplicas < 0 || maxReplicas < 1 || maxReplicas < minReplicas) {
            throw new IllegalArgumentException("replica bounds must satisfy 0 <= min <= max and max >= 1, were min "
                    + minReplicas + " and max " + maxReplicas);
        }
        this.minReplicas = minReplicas;
        this.maxReplicas = maxReplicas;
    }

    /** Writes {@code spec.behavior}, null to remove it. What was recorded before stays recorded. */
    public void setBehavior(@Nullable HpaBehavior behavior) {
        this.behavior = behavior;
        calculator = calculator(behavior);
    }

    /**
     * One sync.
     *
     * @param specReplicas {@code spec.replicas} of the workload
     * @param statusReplicas {@code status.replicas}: pods that exist, ready or not
     * @param readyReplicas pods that are ready, used by a {@link ExternalTarget.Type#VALUE} target
     * @param metrics the metrics of the autoscaler as they read now
     * @return the {@code spec.replicas} wanted now; {@code specReplicas} for no change
     */
    public int sync(long nowNanos, int specReplicas, int statusReplicas, int readyReplicas, HpaMetric... metrics) {
        int wanted = decide(nowNanos, specReplicas, statusReplicas, readyReplicas, metrics);
        wrote(nowNanos, wanted - specReplicas);
        return wanted;
    }

    /** The first part of a sync, up to the write of the scale, which in a real controller takes time. */
    int decide(long nowNanos, int specReplicas, int statusReplicas, int readyReplicas, HpaMetric... metrics) {
        if (recommendations.isEmpty()) {
            recommendations.record(nowNanos, specReplicas, Long.MIN_VALUE);
        }
        if (specReplicas == 0 && minReplicas != 0) {
            return 0;
        } else if (specReplicas > maxReplicas) {
            return maxReplicas;
        } else if (specReplicas < minReplicas) {
            return minReplicas;
        }
        int proposal = propose(specReplicas, statusReplicas, readyReplicas, metrics);
        if (proposal == ReplicaCalculator.FAILED) {
            return specReplicas;
        }
        HpaBehavior rules = behavior;
        return rules == null
                ? normalize(nowNanos, specReplicas, proposal)
                : normalizeWithBehavior(rules, nowNanos, specReplicas, proposal);
    }

    /** The second part: the scale has been written, and rate limits count the change from now on. */
    void wrote(long nowNanos, int change) {
        HpaBehavior rules = behavior;
        if (rules == null) {
            return;
        }
        if (change > 0) {
            additions.record(nowNanos, change, nowNanos - rules.scaleUp().longestPeriodNanos());
        } else if (change < 0) {
            removals.record(nowNanos, -change, nowNanos - rules.scaleDown().longestPeriodNanos());
        }
    }

    private ReplicaCalculator calculator(@Nullable HpaBehavior rules) {
        HpaBehavior tolerances = rules == null ? HpaBehavior.DEFAULT : rules;
        return ReplicaCalculator.of(controller.release(), tolerances.scaleDown(), tolerances.scaleUp());
    }

    private int propose(int specReplicas, int statusReplicas, int readyReplicas, HpaMetric... metrics) {
        int highest = 0;
        int failed = 0;
        for (HpaMetric metric : metrics) {
            int proposal = calculator.propose(metric, specReplicas, statusReplicas, readyReplicas);
            failed += proposal == ReplicaCalculator.FAILED ? 1 : 0;
            highest = Math.max(highest, proposal);
        }
        boolean blind = failed > 0 && highest < specReplicas && !isV120();
        return failed == metrics.length || blind ? ReplicaCalculator.FAILED : highest;
    }

    private boolean isV120() {
        return controller.release() == HpaRelease.V1_20;
    }

    private int normalize(long nowNanos, int replicas, int proposal) {
        long cutoffNanos = nowNanos - controller.downStabilizationNanos();
        int stabilized = recommendations.maxAfter(cutoffNanos - 1, proposal);
        recommendations.record(nowNanos, proposal, cutoffNanos);
        int highest = Math.min(maxReplicas, Math.max(2 * replicas, 4));
        return Math.max(minReplicas, Math.min(highest, stabilized));
    }

    private int normalizeWithBehavior(HpaBehavior rules, long nowNanos, int replicas, int proposal) {
        long upCutoffNanos = nowNanos - rules.scaleUp().stabilizationWindowNanos();
        long downCutoffNanos = nowNanos - rules.scaleDown().stabilizationWindowNanos();
        int lowest = recommendations.minAfter(upCutoffNanos, proposal);
        int highest = recommendations.maxAfter(downCutoffNanos, proposal);
        int stabilized;
        if (isV120()) {
            stabilized = proposal >= replicas ? lowest : highest;
        } else {
            stabilized = Math.min(Math.max(replicas, lowest), highest);
        }
        recommendations.record(nowNanos, proposal, Math.min(upCutoffNanos, downCutoffNanos));

        if (stabilized > replicas) {
            int limit = Math.max(replicas, upLimit(rules.scaleUp(), nowNanos, replicas));
            return Math.min(stabilized, Math.min(maxReplicas, limit));
        }
        if (stabilized < replicas) {
            int limit = Math.min(replicas, downLimit(rules.scaleDown(), nowNanos, replicas));
            return Math.max(stabilized, Math.max(minReplicas, limit));
        }
        return replicas;
    }

    private int upLimit(ScalingRules rules, long nowNanos, int replicas) {
        if (rules.select() == ScalingRules.Select.DISABLED) {
            return replicas;
        }
        boolean smallest = rules.select() == ScalingRules.Select.MIN;
        int limit = smallest ? Integer.MAX_VALUE : Integer.MIN_VALUE;
        for (ScalingPolicy policy : rules.policies()) {
            long cutoffNanos = nowNanos - policy.periodNanos();
            int removed = isV120() ? 0 : removals.sumAfter(cutoffNanos);
            int proposed = policy.proposeUp(replicas - additions.sumAfter(cutoffNanos) + removed);
            limit = smallest ? Math.min(limit, proposed) : Math.max(limit, proposed);
        }
        return limit;
    }

    private int downLimit(ScalingRules rules, long nowNanos, int replicas) {
        if (rules.select() == ScalingRules.Select.DISABLED) {
            return replicas;
        }
        boolean smallest = rules.select() == ScalingRules.Select.MIN;
        int limit = smallest ? Integer.MIN_VALUE : Integer.MAX_VALUE;
        for (ScalingPolicy policy : rules.policies()) {
            long cutoffNanos = nowNanos - policy.periodNanos();
            int added = isV120() ? 0 : additions.sumAfter(cutoffNanos);
            int proposed = policy.proposeDown(replicas - added + removals.sumAfter(cutoffNanos));
            limit = smallest ? Math.max(limit, proposed) : Math.min(limit, proposed);
        }
        return limit;
    }
}
