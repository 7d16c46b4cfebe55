package dev.capstan.sim.run;

import dev.capstan.trace.CarbonTrace;
import dev.capstan.trace.PriceTrace;
import java.util.Optional;

/**
 * What is known of the grid over a run.
 *
 * @param carbon intensity of its electricity
 * @param carbonForecast the forecast that was published beside it
 * @param price of its electricity
 */
public record Grid(Optional<CarbonTrace> carbon, Optional<CarbonTrace> carbonForecast, Optional<PriceTrace> price) {

    /** Nothing is known. */
    public static final Grid UNKNOWN = new Grid(Optional.empty(), Optional.empty(), Optional.empty());
}
