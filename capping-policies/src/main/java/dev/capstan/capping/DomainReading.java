package dev.capstan.capping;

import org.jspecify.annotations.Nullable;

/**
 * One node of the tree of power domains (hall, row, rack, server).
 *
 * @param name unique among the domains of an observation
 * @param parent name of the domain above, or null for the root
 * @param limitWatts the limit of this domain now; {@link Double#POSITIVE_INFINITY} where it has none
 * @param power what its meter says: everything the domain draws, idle and overhead included
 */
public record DomainReading(String name, @Nullable String parent, double limitWatts, PowerReading power) {

    public DomainReading {
        if (!(limitWatts >= 0)) {
            throw new IllegalArgumentException("limit of domain " + name + " must be at least 0 W, was " + limitWatts);
        }
    }
}
