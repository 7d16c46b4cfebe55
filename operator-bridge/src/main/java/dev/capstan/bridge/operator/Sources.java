package dev.capstan.bridge.operator;

import dev.capstan.bridge.resource.Capped;
import java.io.IOException;

/** Makes what a cap reads from. */
interface Sources {

    /**
     * Power of the services of a cap.
     *
     * @throws IOException if a secret that it needs cannot be read
     */
    Telemetry telemetry(Capped resource, CapPlan plan) throws IOException;

    /** Carbon intensity; {@link CarbonFeed#NONE} where the cap names no source. */
    CarbonFeed carbon(Capped resource, CapPlan plan) throws IOException;
}
