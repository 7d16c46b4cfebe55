package dev.capstan.bridge.operator;

import dev.capstan.bridge.resource.CapResource;
import java.io.IOException;

/** Makes what a cap reads from. */
interface Sources {

    /**
     * Power of the services of a cap.
     *
     * @throws IOException if a secret that it needs cannot be read, or is of no use; holds none
     */
    Telemetry telemetry(CapResource resource, CapPlan plan) throws IOException;

    /**
     * Carbon intensity; {@link CarbonFeed#NONE} where the cap names no source.
     *
     * @throws IOException as for power
     */
    CarbonFeed carbon(CapResource resource, CapPlan plan) throws IOException;
}
