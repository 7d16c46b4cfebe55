package dev.capstan.sim.cluster;

/**
 * A phase of starting a replica.
 *
 * @param name such as {@code weights}
 * @param nanos how long it takes
 * @param gpuWatts what each GPU of the replica draws meanwhile
 */
public record StartupPhase(String name, long nanos, double gpuWatts) {}
