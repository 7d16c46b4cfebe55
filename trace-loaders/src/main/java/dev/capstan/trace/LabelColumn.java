package dev.capstan.trace;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One text for each request, dictionary-coded: 4 bytes a request.
 *
 * <p><b>Caveats.</b> The codes are shared, not copied: nobody may write to them.
 */
public final class LabelColumn {

    /** The code of a request that has no such label. */
    public static final int NONE = -1;

    private final List<String> dictionary;
    private final int[] codes;

    /**
     * @param dictionary the different texts
     * @param codes index into the dictionary for each request, or {@link #NONE}
     */
    public LabelColumn(List<String> dictionary, int[] codes) {
        this.dictionary = List.copyOf(dictionary);
        this.codes = codes;
        for (int i = 0; i < codes.length; i++) {
            if (codes[i] < NONE || codes[i] >= dictionary.size()) {
                throw new IllegalArgumentException("code of request " + i + " must lie between -1 and "
                        + (dictionary.size() - 1) + ", is " + codes[i]);
            }
        }
    }

    /** The different texts, in the order of their codes. */
    public List<String> dictionary() {
        return dictionary;
    }

    /** The codes; not to be written to. */
    public int[] codes() {
        return codes;
    }

    /** Number of requests. */
    public int size() {
        return codes.length;
    }

    /** The text of a request; null where it has none. */
    public @Nullable String text(int request) {
        return codes[request] == NONE ? null : dictionary.get(codes[request]);
    }
}
