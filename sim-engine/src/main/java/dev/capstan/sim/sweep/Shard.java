package dev.capstan.sim.sweep;

/**
 * A part of a sweep that one machine of several carries out: the settings whose number, divided by the number of parts, leaves
 * this part's number.
 *
 * @param index of this part, from 0
 * @param of how many parts there are
 */
public record Shard(int index, int of) {

    public Shard {
        if (of < 1 || index < 0 || index >= of) {
            throw new IllegalArgumentException(
                    "a part of " + of + " has a number from 0 to " + (of - 1) + ", was " + index);
        }
    }

    boolean holds(int setting) {
        return setting % of == index;
    }
}
