package dev.capstan.sim.autoscaling;

import java.util.List;

/** One metric of a horizontal pod autoscaler: its target and what was read at a sync. */
public sealed interface HpaMetric {

    /**
     * A metric of something outside the cluster, such as KEDA's.
     *
     * @param sum the sum of its series; NaN when it could not be read
     */
    record External(ExternalTarget target, double sum) implements HpaMetric {}

    /**
     * A metric of each pod ({@code type: Pods}), or a resource with a target of type AverageValue.
     *
     * @param targetMilli what a pod should have on average, in thousandths; positive
     * @param pods the pods of the workload; without a sample of any the metric has failed
     */
    record PodAverage(long targetMilli, List<PodReading> pods) implements HpaMetric {
        public PodAverage {
            if (targetMilli <= 0) {
                throw new IllegalArgumentException(
                        "target of a metric of pods must be at least 0.001, was " + targetMilli + " thousandths");
            }
            pods = List.copyOf(pods);
        }
    }

    /**
     * A resource ({@code type: Resource}) with a target of type Utilization.
     *
     * @param targetPercent use of all pods as a share of what they request, positive
     * @param pods the pods of the workload; without a sample of any the metric has failed
     */
    record PodUtilization(int targetPercent, List<PodReading> pods) implements HpaMetric {
        public PodUtilization {
            if (targetPercent <= 0) {
                throw new IllegalArgumentException(
                        "target utilization must be at least 1 %, was " + targetPercent + " %");
            }
            pods = List.copyOf(pods);
        }
    }
}
