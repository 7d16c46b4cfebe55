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
 * @param tokens least and most tokens of the data: of context, the mean of a sequence; of prefill, prompt tokens of a step;
 *     null where that does not matter or is not known
 * @param note what else a reader must know: band, context, other limits of validity
 */
public record Basis(
        Status status,
        String source,
        @Nullable Double error,
        @Nullable List<Integer> sequences,
        @Nullable List<Integer> tokens,
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
        EXTRAPOLATED,
        /** Changed by an experiment. */
        ADJUSTED
    }

    public Basis {
        Objects.requireNonNull(
                status, "status: is missing; it is one of measured, fitted, assumed, extrapolated, adjusted");
        Require.text("source", source);
        if (error != null) {
            Require.between("error", error, 0, 1);
        }
        sequences = range("sequences", sequences);
        tokens = range("tokens", tokens);
    }

    private static @Nullable List<Integer> range(String key, @Nullable List<Integer> range) {
        if (range == null) {
            return null;
        }
        if (range.size() != 2 || range.get(0) < 1 || range.get(0) > range.get(1)) {
            throw new IllegalArgumentException(
                    key + ": must be the fewest and the most of the data, such as [8, 256], was " + range);
        }
        return List.copyOf(range);
    }

    /** The basis of the same figures once an experiment has changed some of them. */
    Basis adjusted(String how) {
        return new Basis(Status.ADJUSTED, how + " by the experiment, else " + source, null, sequences, tokens, note);
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
        range(words, sequences, " sequences");
        range(words, tokens, " tokens");
        return words.toString();
    }

    private static void range(StringBuilder words, @Nullable List<Integer> range, String of) {
        if (range != null) {
            words.append(" for ")
                    .append(range.get(0))
                    .append(" to ")
                    .append(range.get(1))
                    .append(of);
        }
    }
}
