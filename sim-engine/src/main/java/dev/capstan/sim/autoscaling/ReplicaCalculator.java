package dev.capstan.sim.autoscaling;

import java.util.List;

/**
 * The replicas that one metric asks for ({@code replica_calculator.go} and {@code metrics/utilization.go}).
 *
 * @param toleranceDown relative deviation below the target that is ignored
 * @param toleranceUp the same above the target
 */
record ReplicaCalculator(HpaRelease release, double toleranceDown, double toleranceUp) {

    /** The metric could not be read. */
    static final int FAILED = -1;

    private static final int PERCENT = 100;

    static ReplicaCalculator of(HpaRelease release, ScalingRules down, ScalingRules up) {
        return release == HpaRelease.V1_20
                ? new ReplicaCalculator(release, ScalingRules.DEFAULT_TOLERANCE, ScalingRules.DEFAULT_TOLERANCE)
                : new ReplicaCalculator(release, down.tolerance(), up.tolerance());
    }

    int propose(HpaMetric metric, int specReplicas, int statusReplicas, int readyReplicas) {
        if (metric instanceof HpaMetric.External external) {
            return Double.isNaN(external.sum())
                    ? FAILED
                    : proposeExternal(external, specReplicas, statusReplicas, readyReplicas);
        }
        if (metric instanceof HpaMetric.PodAverage average) {
            return proposeForPods(average.pods(), average.targetMilli(), false, specReplicas);
        }
        HpaMetric.PodUtilization utilization = (HpaMetric.PodUtilization) metric;
        return proposeForPods(utilization.pods(), utilization.targetPercent(), true, specReplicas);
    }

    private int proposeExternal(HpaMetric.External metric, int specReplicas, int statusReplicas, int readyReplicas) {
        double milli = ExternalTarget.toMilli(metric.sum());
        double targetMilli = metric.target().valueMilli();
        if (metric.target().type() == ExternalTarget.Type.AVERAGE_VALUE) {
            return isOnTarget(milli / (targetMilli * statusReplicas))
                    ? statusReplicas
                    : (int) Math.ceil(milli / targetMilli);
        }
        double ratio = milli / targetMilli;
        if (specReplicas == 0) {
            return (int) Math.ceil(ratio);
        }
        if (isOnTarget(ratio)) {
            return specReplicas;
        }
        return statusReplicas == 0 ? FAILED : (int) Math.ceil(ratio * readyReplicas);
    }

    private int proposeForPods(List<PodReading> pods, long target, boolean utilization, int specReplicas) {
        PodSum measured = new PodSum();
        PodSum missing = new PodSum();
        PodSum unready = new PodSum();
        for (PodReading pod : pods) {
            switch (pod.state()) {
                case MEASURED -> measured.add(pod.valueMilli(), pod.requestMilli());
                case MISSING ->
                    missing.add(utilization ? assumedUse(pod.requestMilli(), target) : target, pod.requestMilli());
                case UNREADY -> unready.add(0, pod.requestMilli());
            }
        }
        if (measured.pods == 0 || (utilization && measured.requests == 0)) {
            return FAILED;
        }
        double ratio = measured.ratio(target, utilization);
        boolean scalesUpWithUnready = unready.pods > 0 && ratio > 1;
        if (!scalesUpWithUnready && missing.pods == 0) {
            return isOnTarget(ratio) ? specReplicas : (int) Math.ceil(ratio * measured.pods);
        }
        if (ratio < 1) {
            measured.addAll(missing);
        } else if (ratio > 1 || (release == HpaRelease.V1_20 && !utilization)) {
            measured.addAll(missing.withoutUse());
        }
        if (scalesUpWithUnready) {
            measured.addAll(unready);
        }
        double newRatio = measured.ratio(target, utilization);
        if (isOnTarget(newRatio) || (ratio < 1 && newRatio > 1) || (ratio > 1 && newRatio < 1)) {
            return specReplicas;
        }
        int replicas = (int) Math.ceil(newRatio * measured.pods);
        boolean against = (newRatio < 1 && replicas > specReplicas) || (newRatio > 1 && replicas < specReplicas);
        return against && (utilization || release == HpaRelease.CURRENT) ? specReplicas : replicas;
    }

    private long assumedUse(long requestMilli, long targetPercent) {
        long percent = release == HpaRelease.V1_20 ? PERCENT : Math.max(PERCENT, targetPercent);
        return requestMilli * percent / PERCENT;
    }

    private boolean isOnTarget(double ratio) {
        return release == HpaRelease.V1_20
                ? Math.abs(1 - ratio) <= toleranceUp
                : 1 - toleranceDown <= ratio && ratio <= 1 + toleranceUp;
    }

    /** Integers throughout: the mean and the percentage are cut off before they are compared. */
    private static final class PodSum {
        private int pods;
        private long use;
        private long requests;

        void add(long podUse, long podRequest) {
            pods++;
            use += podUse;
            requests += podRequest;
        }

        void addAll(PodSum other) {
            pods += other.pods;
            use += other.use;
            requests += other.requests;
        }

        PodSum withoutUse() {
            use = 0;
            return this;
        }

        double ratio(long target, boolean utilization) {
            return (double) (utilization ? use * PERCENT / requests : use / pods) / target;
        }
    }
}
