package dev.capstan.bridge.operator;

import dev.capstan.bridge.PowerReadings;
import java.io.IOException;
import java.util.List;

/** Power of the services of one cap. */
interface Telemetry {

    /**
     * A service as telemetry knows it.
     *
     * @param podPattern anchored regular expression of the names of its pods
     * @param expectedGpus GPUs of its ready replicas, at least which must answer; 0 where it is not known
     */
    record Metered(String name, String namespace, String podPattern, int expectedGpus) {}

    /**
     * The newest readings; the domain is named {@link CapLoop#DOMAIN}.
     *
     * @throws IOException if nothing answered
     */
    PowerReadings read(List<Metered> services, long nowNanos) throws IOException;

    /** What was wrong with the last readings or is worth knowing about them, in sentences; empty where nothing is. */
    List<String> remarks();

    /** The highest power over some time up to now, for limits that are a share of it. */
    double peakWatts(java.time.Duration over, long nowNanos) throws IOException;
}
