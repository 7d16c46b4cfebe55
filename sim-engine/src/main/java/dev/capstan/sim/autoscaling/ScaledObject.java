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
 * <p><b>Caveats.</b> One trigger and no formula, hence no fallback of the behaviour scalingModifiers. KEDA keeps its
 * times in whole seconds, here they are exact. A paused ScaledObject has no autoscaler in KEDA: do not sync one while
 * {@link #isPaused()}.
 */
public final class ScaledObject {

    private static final long NEVER = Long.MIN_VALUE;

    private final ScaledObjectSpec spec;
    private final long createdNanos;

    private int maxReplicaCount;
    private long lastActiveNanos = NEVER;
    private int failures;
    private boolean checked;
    private double cachedMetric;
    private boolean paused;
    private @Nullable Integer pausedReplicas;
    private boolean activationForced;
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
        if (pausedReplicas != null) {
            return pausedReplicas;
        }
        if (paused) {
            return replicas;
        }
        double answered = withFallback(metric, replicas);
        cachedMetric = answered;
        checked = true;
        boolean failed = Double.isNaN(answered);
        boolean fallingBack = Double.isNaN(metric) && !failed;
        if (activationForced || fallingBack || metric > spec.activationThreshold()) {
            return activate(nowNanos, replicas, failed);
        }
        ScaledObjectSpec.Fallback fallback = spec.fallback();
        if (failed && (fallback == null || fallback.replicas() != 0)) {
            return replicas;
        }
        return deactivate(nowNanos, replicas);
    }

    /**
     * What the metrics server of KEDA answers when the autoscaler asks, which happens at every sync within the bounds.
     * Each failed call counts towards the fallback, as each failed check does. With cached metrics the answer is what
     * the last check found, a fallback included, and counts like a reading of its own.
     *
     * @param metric the value of the trigger now; NaN when it could not be read
     * @param replicas {@code spec.replicas} of the workload
     * @return the sum of the external metric; during a fallback the value that asks for its replicas; NaN for an error
     */
    public double metricForHpa(double metric, int replicas) {
        return withFallback(spec.useCachedMetrics() && checked ? cachedMetric : metric, replicas);
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

    /** Annotation {@code autoscaling.keda.sh/paused}: the replicas stay as they are. */
    public void setPaused(boolean paused) {
        this.paused = paused;
    }

    /**
     * Annotation {@code autoscaling.keda.sh/paused-replicas}: paused at this count, which may be 0. KEDA scales at once,
     * here the next {@link #check} does.
     *
     * @param replicas null to remove the annotation
     * @throws IllegalArgumentException when it is negative
     */
    public void setPausedReplicas(@Nullable Integer replicas) {
        if (replicas != null && replicas < 0) {
            throw new IllegalArgumentException("paused-replicas must not be negative, was " + replicas);
        }
        pausedReplicas = replicas;
    }

    /** Annotation {@code autoscaling.keda.sh/force-activation}: active whatever the trigger says. */
    public void setActivationForced(boolean activationForced) {
        this.activationForced = activationForced;
    }

    /** Annotation {@code autoscaling.keda.sh/paused-scale-out}: grow no further. */
    public void setScaleOutPaused(boolean scaleOutPaused) {
        this.scaleOutPaused = scaleOutPaused;
    }

    /** Whether that annotation is set. */
    public boolean isScaleOutPaused() {
        return scaleOutPaused;
    }

    /** Annotation {@code autoscaling.keda.sh/paused-scale-in}: shrink no further. */
    public void setScaleInPaused(boolean scaleInPaused) {
        this.scaleInPaused = scaleInPaused;
    }

    /** True while one of the two annotations that pause in both directions is set. */
    public boolean isPaused() {
        return paused || pausedReplicas != null;
    }

    /** What the object was made from; {@link #hpaMax()} has the maximum in force. */
    public ScaledObjectSpec spec() {
        return spec;
    }

    private double withFallback(double metric, int replicas) {
        failures = Double.isNaN(metric) ? failures + 1 : 0;
        ScaledObjectSpec.Fallback fallback = spec.fallback();
        if (fallback == null || failures <= fallback.failureThreshold()) {
            return metric;
        }
        // KEDA cuts off what is below a thousandth.
        return (long) (spec.target().value() * 1000 * fallback.replicasFrom(replicas)) / 1000.0;
    }

    private int activate(long nowNanos, int replicas, boolean failed) {
        boolean idle = spec.idleReplicaCount() != null && replicas < spec.minReplicaCount();
        if (!idle && replicas != 0) {
            if (!failed) {
                lastActiveNanos = nowNanos;
            }
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
