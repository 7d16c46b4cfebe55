package dev.capstan.bridge.operator;

import dev.capstan.capping.AnnouncedCap;
import dev.capstan.capping.CarbonReading;
import org.jspecify.annotations.Nullable;

/**
 * The cap at an instant.
 *
 * @param watts null where it is a share of a peak that is not known
 * @param next the next change that the calendar brings; null where there is none
 * @param lowestWatts the lowest cap that can come into force, against which a certificate is held
 * @param highestWatts the highest one
 * @param grid what is known of the carbon intensity
 * @param problem why it is not known; null where it is
 */
record CapInForce(
        @Nullable Double watts,
        @Nullable AnnouncedCap next,
        double lowestWatts,
        double highestWatts,
        CarbonReading grid,
        @Nullable String problem) {}
