package dev.capstan.sim.serving;

import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * How well the figures of one section of a profile are known.
 *
 * @param status how they were found
 * @param source who measured or stated them, such as {@code S-MLE3 ml-energy/leaderboard @0cd52da}
 * @param error mean absolute relative error of a fit over its own points; null where nothing was fitted
 * @param sequences fewest and most running sequences of the data; null where that does not matter
 * @param note what else a reader must know: band, context, other limits of validity
 */
public record Basis(
        Status status,
        String source,
        @Nullable Double error,
        @Nullable List<Integer> sequences,
        @Nullable String note) {

    /** How figures were found. */
    public enum Status {
        /** Read off measurements. */
        MEASURED,
        /** A law fitted to measurements, or worked out from them. */
        FITTED,
        /** Nobody measured it for this hardware. */
        ASSUMED,
        /** Worked out from other hardware or another model. */
        EXTRAPOLATED
    }

    public Basis {
        Objects.requireNonNull(status, "status: is missing; it is one of measured, fitted, assumed, extrapolated");
        Require.text("source", source);
        if (error != null) {
            Require.between("error", error, 0, 1);
        }
        if (sequences != null) {
            if (sequences.size() != 2 || sequences.get(0) < 1 || sequences.get(0) > sequences.get(1)) {
                throw new IllegalArgumentException(
                        "sequences: must be the fewest and the most of the data, such as [8, 256], was " + sequences);
            }
            sequences = List.copyOf(sequences);
        }
    }

    /** Whether the data behind the figures reach to this many sequences. */
    boolean covers(int running) {
        return sequences == null || (running >= sequences.get(0) && running <= sequences.get(1));
    }

    /** In words, without the source. */
    String inWords() {
        StringBuilder words = new StringBuilder(status.name().toLowerCase(Locale.ROOT));
        if (error != null) {
            words.append(String.format(Locale.ROOT, " (%.1f %%)", error * 100));
        }
        if (sequences != null) {
            words.append(" for ")
                    .append(sequences.get(0))
                    .append(" to ")
                    .append(sequences.get(1))
                    .append(" sequences");
        }
        return words.toString();
    }
}
