package dev.capstan.bridge;

import dev.capstan.capping.Observation;
import java.io.IOException;

/** The cluster's own account of itself: cap, domains, services, replicas and load; everything but power. */
public interface ClusterSource {

    /**
     * What is there now.
     *
     * @param nowNanos the instant of the cycle, in nanoseconds since the Unix epoch
     * @return an observation of that instant; its power readings and its overhead are not looked at
     * @throws IOException if the cluster did not answer: without it there is nothing to decide on
     */
    Observation read(long nowNanos) throws IOException;
}
