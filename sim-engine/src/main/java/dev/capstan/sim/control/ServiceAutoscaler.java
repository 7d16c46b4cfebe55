package dev.capstan.sim.control;

import dev.capstan.sim.autoscaling.ExternalTarget;
import dev.capstan.sim.autoscaling.HorizontalPodAutoscaler;
import dev.capstan.sim.autoscaling.HpaBehavior;
import dev.capstan.sim.autoscaling.HpaMetric;
import dev.capstan.sim.autoscaling.ScaledObject;
import dev.capstan.sim.autoscaling.ScaledObjectSpec;
import dev.capstan.sim.autoscaling.ScalingRules;
import dev.capstan.sim.cluster.Deployment;
import dev.capstan.sim.cluster.Pod;
import dev.capstan.sim.experiment.Experiment;
import dev.capstan.sim.kernel.Kernel;
import dev.capstan.sim.kernel.Priority;
import dev.capstan.sim.telemetry.PowerMonitor;
import dev.capstan.trace.RandomStream;
import org.jspecify.annotations.Nullable;

/**
 * KEDA and the HPA of one service, each on its own clock, and the replica ceiling as the lever that a policy writes: the
 * ScaledObject's maximum reaches the HPA at once and acts at its next sync.
 */
final class ServiceAutoscaler {

    private final Kernel kernel;
    private final PowerMonitor monitor;
    private final int service;
    private final Deployment deployment;
    private final Experiment.Autoscaler settings;
    private final ScaledObject scaledObject;
    private final HorizontalPodAutoscaler hpa;
    private final int initialReplicas;
    private final int kedaChecks;
    private final int hpaSyncs;
    private int desired;

    ServiceAutoscaler(
            Kernel kernel,
            PowerMonitor monitor,
            int service,
            Deployment deployment,
            Experiment.Service spec,
            long seed) {
        this.kernel = kernel;
        this.monitor = monitor;
        this.service = service;
        this.deployment = deployment;
        settings = spec.autoscaler();
        ExternalTarget target = ExternalTarget.averageValue(settings.targetPerReplica());
        HpaBehavior behavior = behavior(settings);
        // KEDA never scales a service whose autoscaler is switched off, so its bounds are the initial replicas.
        int min = settings.enabled() ? spec.minReplicas() : 0;
        int max = settings.enabled() ? spec.maxReplicas() : Math.max(1, spec.initialReplicas());
        scaledObject = new ScaledObject(
                new ScaledObjectSpec(
                        target,
                        0,
                        min,
                        max,
                        null,
                        settings.kedaPollingNanos(),
                        settings.kedaCooldownNanos(),
                        settings.kedaCooldownNanos(),
                        false,
                        behavior,
                        null),
                0);
        hpa = new HorizontalPodAutoscaler(scaledObject.hpaMin(), max, behavior);
        initialReplicas = spec.initialReplicas();
        desired = initialReplicas;
        kedaChecks = kernel.register(ignored -> check());
        hpaSyncs = kernel.register(ignored -> sync());
        RandomStream phases = RandomStream.named(seed, "autoscaler." + spec.name());
        long kedaPhase = (long) (phases.nextDouble() * settings.kedaPollingNanos());
        long hpaPhase = (long) (phases.nextDouble() * settings.hpaSyncNanos());
        if (settings.enabled()) {
            kernel.schedule(kedaPhase, Priority.KEDA, kedaChecks, 0);
        }
        kernel.schedule(hpaPhase, Priority.HPA, hpaSyncs, 0);
    }

    /** What the autoscaler wants, within its bounds. */
    int desired() {
        return desired;
    }

    /** The ceiling in force. */
    int ceiling() {
        return scaledObject.hpaMax();
    }

    /** Whether the API server would take this ceiling: KEDA 2.20 rejects 0 and anything below the minimum. */
    boolean accepts(int ceiling) {
        return ceiling >= 1 && ceiling >= scaledObject.spec().minReplicaCount();
    }

    void setCeiling(int ceiling) {
        scaledObject.setMaxReplicaCount(ceiling);
        hpa.setBounds(Math.min(scaledObject.hpaMin(), ceiling), ceiling);
    }

    /** Whether the autoscaler may not add replicas. */
    boolean growthFrozen() {
        return scaledObject.isScaleOutPaused();
    }

    /**
     * KEDA's {@code paused-scale-out}: it activates no more, and writes {@code behavior.scaleUp.selectPolicy: Disabled} into
     * the HPA, which acts at its next sync. A count under the minimum is still corrected.
     */
    void freezeGrowth(boolean frozen) {
        scaledObject.setScaleOutPaused(frozen);
        hpa.setBehavior(scaledObject.hpaBehavior());
    }

    private void check() {
        scale(scaledObject.check(kernel.nowNanos(), deployment.specReplicas(), metric()));
        kernel.schedule(kernel.nowNanos() + settings.kedaPollingNanos(), Priority.KEDA, kedaChecks, 0);
    }

    private void sync() {
        int spec = deployment.specReplicas();
        if (settings.enabled()) {
            scale(hpa.sync(
                    kernel.nowNanos(),
                    spec,
                    deployment.running(),
                    deployment.count(Pod.Phase.READY),
                    new HpaMetric.External(scaledObject.spec().target(), metric())));
        } else {
            int wanted = Math.min(initialReplicas, scaledObject.hpaMax());
            scale(growthFrozen() ? Math.min(wanted, spec) : wanted);
        }
        kernel.schedule(kernel.nowNanos() + settings.hpaSyncNanos(), Priority.HPA, hpaSyncs, 0);
    }

    private double metric() {
        return monitor.autoscalingMetric(service);
    }

    private void scale(int replicas) {
        desired = replicas;
        if (replicas != deployment.specReplicas()) {
            deployment.scale(replicas);
        }
    }

    /** KEDA leaves {@code spec.behavior} unset; only a window other than Kubernetes' own needs one. */
    private static @Nullable HpaBehavior behavior(Experiment.Autoscaler settings) {
        if (settings.scaleDownStabilizationNanos() == HorizontalPodAutoscaler.DEFAULT_DOWN_STABILIZATION_NANOS) {
            return null;
        }
        ScalingRules down = HpaBehavior.DEFAULT.scaleDown();
        return new HpaBehavior(
                HpaBehavior.DEFAULT.scaleUp(),
                new ScalingRules(
                        settings.scaleDownStabilizationNanos(), down.select(), down.policies(), down.tolerance()));
    }
}
