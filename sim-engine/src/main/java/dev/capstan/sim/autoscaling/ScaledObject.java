package dev.capstan.sim.autoscaling;

import org.jspecify.annotations.Nullable;

/**
 * KEDA's part of the autoscaling of one workload: the step between zero (or idle) and the minimum, and what it tells
 * the {@link HorizontalPodAutoscaler}.
 *
 * <p>Source: KEDA 2.20, {@code pkg/scaling/executor/scale_scaledobjects.go}, {@code pkg/scaling/scale_handler.go},
 * {@code pkg/fallback/fallback.go} and {@code controllers/keda/hpa.go}. The caller checks once at the creation and then
 * every polling interval, and rewrites bounds and behaviour of the autoscaler at once when they change here.
 *
 * <p><b>Caveats.</b> One trigger, so the state "active and in error" does not arise; only the static fallback. KEDA
 * keeps its times in whole seconds, here they are exact. A paused ScaledObject has no autoscaler in KEDA: do not sync
 * one while {@link #isPaused()}.
 */
public final class ScaledObject {

    private static final long NEVER = Long.MIN_VALUE;

    private final ScaledObjectSpec spec;
    private final long createdNanos;

    private int maxReplicaCount;
    private long lastActiveNanos = NEVER;
    private int failures;
    private boolean paused;
    private boolean scaleOutPaused;
    private boolean scaleInPaused;

    /** @param createdNanos when the object was created; the initial cooldown counts from there */
    public ScaledObject(ScaledObjectSpec spec, long createdNanos) {
        this.spec = spec;
        this.createdNanos = createdNanos;
        this.maxReplicaCount = spec.maxReplicaCount();
    }

    /**
     * One round of the scale loop.
     *
     * @param replicas {@code spec.replicas} of the workload
     * @param metric the value of the trigger; NaN when it could not be read. An empty Prometheus result is 0, not NaN,
     *     as long as {@code ignoreNullValues} is at its default
     * @return the {@code spec.replicas} wanted now; {@code replicas} for no change
     */
    public int check(long nowNanos, int replicas, double metric) {
        if (paused) {
            return replicas;
        }
        boolean fallingBack = isFallingBackAfter(metric);
        if (fallingBack || metric > spec.activationThreshold()) {
            return activate(nowNanos, replicas);
        }
        ScaledObjectSpec.Fallback fallback = spec.fallback();
        if (Double.isNaN(metric) && (fallback == null || fallback.replicas() != 0)) {
            return replicas;
        }
        return deactivate(nowNanos, replicas);
    }

    /**
     * What the metrics server of KEDA answers when the autoscaler asks, which happens at every sync within the bounds.
     * Each failed call counts towards the fallback, as each failed check does.
     *
     * @param metric the value of the trigger; NaN when it could not be read
     * @return the metric for {@link HorizontalPodAutoscaler#sync}; during a fallback the value that asks for its
     *     replicas; NaN for an error
     */
    public double metricForHpa(double metric) {
        ScaledObjectSpec.Fallback fallback = spec.fallback();
        return isFallingBackAfter(metric) && fallback != null ? spec.target().value() * fallback.replicas() : metric;
    }

    /** {@code minReplicas} of the autoscaler: at least 1. */
    public int hpaMin() {
        return Math.max(1, spec.minReplicaCount());
    }

    /** {@code maxReplicas} of the autoscaler. */
    public int hpaMax() {
        return maxReplicaCount;
    }

    /**
     * {@code spec.behavior} of the autoscaler: the user's, with a direction disabled while it is paused. Null, so that
     * the autoscaler takes its older path, when the user set none and nothing is paused.
     */
    public @Nullable HpaBehavior hpaBehavior() {
        HpaBehavior user = spec.behavior();
        if (!scaleOutPaused && !scaleInPaused) {
            return user;
        }
        HpaBehavior base = user == null ? HpaBehavior.DEFAULT : user;
        return new HpaBehavior(
                scaleOutPaused ? base.scaleUp().disabled() : base.scaleUp(),
                scaleInPaused ? base.scaleDown().disabled() : base.scaleDown());
    }

    /**
     * Patches {@code spec.maxReplicaCount}.
     *
     * @throws IllegalArgumentException when it is below 1 or below the minimum: KEDA 2.20 rejects the write, and the
     *     maximum before stays in force
     */
    public void setMaxReplicaCount(int maxReplicaCount) {
        ScaledObjectSpec.checkReplicaCounts(spec.minReplicaCount(), maxReplicaCount);
        this.maxReplicaCount = maxReplicaCount;
    }

    /** Annotation {@code autoscaling.keda.sh/paused}. */
    public void setPaused(boolean paused) {
        this.paused = paused;
    }

    /** Annotation {@code autoscaling.keda.sh/paused-scale-out}: grow no further. */
    public void setScaleOutPaused(boolean scaleOutPaused) {
        this.scaleOutPaused = scaleOutPaused;
    }

    /** Annotation {@code autoscaling.keda.sh/paused-scale-in}: shrink no further. */
    public void setScaleInPaused(boolean scaleInPaused) {
        this.scaleInPaused = scaleInPaused;
    }

    /** True while the annotation {@code autoscaling.keda.sh/paused} is set. */
    public boolean isPaused() {
        return paused;
    }

    /** What the object was made from; {@link #hpaMax()} has the maximum in force. */
    public ScaledObjectSpec spec() {
        return spec;
    }

    private boolean isFallingBackAfter(double metric) {
        failures = Double.isNaN(metric) ? failures + 1 : 0;
        ScaledObjectSpec.Fallback fallback = spec.fallback();
        return fallback != null && failures > fallback.failureThreshold();
    }

    private int activate(long nowNanos, int replicas) {
        boolean idle = spec.idleReplicaCount() != null && replicas < spec.minReplicaCount();
        if (!idle && replicas != 0) {
            lastActiveNanos = nowNanos;
            return replicas;
        }
        if (scaleOutPaused) {
            return replicas;
        }
        lastActiveNanos = nowNanos;
        return hpaMin();
    }

    private int deactivate(long nowNanos, int replicas) {
        Integer idle = spec.idleReplicaCount();
        int min = spec.minReplicaCount();
        if ((idle != null && replicas > idle) || (replicas > 0 && min == 0)) {
            if (scaleInPaused || !hasCooledDown(nowNanos)) {
                return replicas;
            }
            return idle == null ? min : idle;
        }
        return idle == null && replicas < min ? min : replicas;
    }

    private boolean hasCooledDown(long nowNanos) {
        return lastActiveNanos == NEVER
                ? createdNanos + spec.initialCooldownNanos() < nowNanos
                : lastActiveNanos + spec.cooldownNanos() < nowNanos;
    }
}
