package dev.capstan.sim.run;

import dev.capstan.trace.CarbonTrace;
import dev.capstan.trace.PriceTrace;
import java.util.Optional;

/**
 * What is known of the grid over a run.
 *
 * @param carbon intensity of its electricity
 * @param price of its electricity
 */
public record Grid(Optional<CarbonTrace> carbon, Optional<PriceTrace> price) {

    /** Nothing is known. */
    public static final Grid UNKNOWN = new Grid(Optional.empty(), Optional.empty());
}
