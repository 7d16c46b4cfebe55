package dev.capstan.bridge.carbon;

import java.time.Duration;
import java.time.Instant;

/** A service that knows the carbon intensity of one zone. May block: {@link LiveCarbon} asks it in the background. */
public interface CarbonSource {

    /**
     * Asks for the newest figure and, where the source makes one, the forecast.
     *
     * @param now the instant of asking
     * @throws CarbonException if there is no figure; says why, without secrets
     */
    CarbonIntensity ask(Instant now) throws CarbonException;

    /** The source and its zone, such as {@code NESO GB}. */
    String name();

    /** How often it may be worth asking. */
    Duration interval();
}
