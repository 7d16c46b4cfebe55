package dev.capstan.sim.autoscaling;

/**
 * What an autoscaler sees of one pod of its workload when a metric is averaged over pods. Pods that failed or are being
 * deleted are not seen at all. Values are integers in thousandths, as {@code resource.Quantity} carries them.
 *
 * @param state whether the sample of the pod counts
 * @param valueMilli the sample, 0 unless there is one that counts
 * @param requestMilli what the pod requests of the resource; 0 where the metric is not a utilization
 */
public record PodReading(State state, long valueMilli, long requestMilli) {

    /** Whether the sample of a pod counts. */
    public enum State {
        /** It counts. */
        MEASURED,
        /** The pod runs, but there is no sample of it. */
        MISSING,
        /** The pod is pending; or the resource is CPU and the pod not ready, or only just. */
        UNREADY
    }

    public PodReading {
        if (valueMilli < 0 || requestMilli < 0) {
            throw new IllegalArgumentException("value and request of a pod must not be negative, were " + valueMilli
                    + " and " + requestMilli + " thousandths");
        }
    }
}
