package dev.capstan.sim.sweep;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A part of a sweep that one machine of several carries out: the settings whose number, divided by the number of parts, leaves
 * this part's number.
 *
 * @param index of this part, from 0
 * @param of how many parts there are
 */
public record Shard(int index, int of) {

    private static final Pattern TEXT = Pattern.compile("(\\d{1,9})/(\\d{1,9})");

    public Shard {
        if (of < 1 || index < 0 || index >= of) {
            throw new IllegalArgumentException(
                    "a part of " + of + " has a number from 0 to " + (of - 1) + ", was " + index);
        }
    }

    /**
     * Reads a part as {@link #toString} writes it.
     *
     * @throws IllegalArgumentException if it is none
     */
    public static Shard parse(String text) {
        Matcher numbers = TEXT.matcher(text);
        if (!numbers.matches()) {
            throw new IllegalArgumentException("must be I/N, such as 0/4, was " + text);
        }
        return new Shard(Integer.parseInt(numbers.group(1)), Integer.parseInt(numbers.group(2)));
    }

    boolean holds(int setting) {
        return setting % of == index;
    }

    /** As {@code 0/4}. */
    @Override
    public String toString() {
        return index + "/" + of;
    }
}
