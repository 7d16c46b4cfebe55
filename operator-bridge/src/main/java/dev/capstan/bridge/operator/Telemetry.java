package dev.capstan.bridge.operator;

import dev.capstan.bridge.PowerReadings;
import dev.capstan.bridge.telemetry.MeteredService;
import java.io.IOException;
import java.time.Duration;
import java.util.List;

/** Power of the services of one cap. */
interface Telemetry {

    /**
     * The newest readings; the domain is named {@link CapLoop#DOMAIN}.
     *
     * @throws IOException if nothing answered
     */
    PowerReadings read(List<MeteredService> services, long nowNanos) throws IOException;

    /** What was wrong with the last readings or is worth knowing about them, in sentences; empty where nothing is. */
    List<String> remarks();

    /** The highest power of the services over some time up to now, for limits that are a share of it. */
    double peakWatts(List<MeteredService> services, Duration over, long nowNanos) throws IOException;
}
