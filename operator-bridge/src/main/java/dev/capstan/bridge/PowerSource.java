package dev.capstan.bridge;

import java.io.IOException;

/** Power as the site's telemetry knows it. */
public interface PowerSource {

    /**
     * The newest readings.
     *
     * @param nowNanos the instant of the cycle, in nanoseconds since the Unix epoch; ages are counted from it
     * @return one reading for each domain and service that answered; those left out count as absent, never as 0 W
     * @throws IOException if the telemetry did not answer; every reading of the cycle is then absent
     */
    PowerReadings read(long nowNanos) throws IOException;
}
