package dev.capstan.sim.cluster;

import org.jspecify.annotations.Nullable;

/** The true state of one service, whatever drives its load. Telemetry looks at it; policies never do. */
public interface ServicePlant extends PodLoad {

    /** Its pods. */
    Deployment deployment();

    /** The sum that its autoscaler divides by the target for each replica. */
    double autoscalingMetric();

    /** Sequences that run, or demand served in watts. */
    double running();

    /** Requests that no replica has taken up, or demand not served in watts. */
    double waiting();

    /** Prompt tokens taken in since the beginning. */
    long inputTokens();

    /** Tokens generated since the beginning. */
    long outputTokens();

    /** Times to first token so far; null where they are not exposed. */
    @Nullable LatencyHistogram ttft();

    /** Times per output token of the requests that have ended; null where they are not exposed. */
    @Nullable LatencyHistogram tpot();

    /** The power limit of each of its GPUs from now on. */
    void limitGpus(double watts);

    /** The power limit in force on each of its GPUs. */
    double gpuLimitWatts();

    /**
     * Locks the clock of each of its GPUs from now on, at the nearest that the board takes; 0 unlocks them. Without effect
     * where the profile does not know the board's clocks.
     */
    void lockClock(int megahertz);

    /** The clock at which its GPUs are locked, 0 where they are not. */
    int clockMegahertz();

    /**
     * The most sequences that each of its replicas runs at once from now on, those that start later included: at least 1, at
     * most {@link #maxConcurrency}. Those that run go on; those that wait do so until there is a slot. Without effect where
     * it serves no requests.
     */
    void limitConcurrency(int sequences);

    /** The concurrency limit in force; 0 where it serves no requests. */
    int concurrencyLimit();

    /** The concurrency limit of its engines; 0 where it serves no requests. */
    int maxConcurrency();

    /** The share of new requests that are admitted from now on, 0 to 1. Without effect where it serves no requests. */
    void admit(double share);

    /** The share of new requests that are admitted. */
    double admissionShare();

    /** Its weight among the pools of its route from now on, 0 to 1. Without effect where it has a stream of its own. */
    void weigh(double weight);

    /** That weight; NaN where it has a stream of its own. */
    double routingWeight();

    /** Checks the invariants that the service keeps, of {@code docs/invariants.md}. */
    void check();
}
