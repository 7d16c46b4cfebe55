package dev.capstan.bridge.operator;

import java.io.IOException;
import java.util.function.Function;

/**
 * What is made of secrets that may be renewed at any time. Whoever fails with it asks whether they were, and tries once more.
 *
 * @param <S> the secrets; equal as long as they are the same
 * @param <T> what is made of them
 */
final class Renewable<S, T> {

    /** Reads secrets as they are now. */
    interface Secrets<S> {
        S read() throws IOException;
    }

    private final Secrets<S> secrets;
    private final Function<S, T> maker;
    private S known;
    private T made;

    /**
     * @param maker throws an {@link IllegalArgumentException} that holds no secret where they are of no use
     * @throws IOException if the secrets cannot be read, or are of no use
     */
    Renewable(Secrets<S> secrets, Function<S, T> maker) throws IOException {
        this.secrets = secrets;
        this.maker = maker;
        known = secrets.read();
        made = make(known);
    }

    T get() {
        return made;
    }

    /**
     * Makes it anew where the secrets have changed since.
     *
     * @param failure because of which this is asked
     * @return whether they have
     * @throws IOException if they cannot be read any more, or are of no use; tells the failure as well
     */
    boolean renew(IOException failure) throws IOException {
        try {
            S now = secrets.read();
            if (now.equals(known)) {
                return false;
            }
            made = make(now);
            known = now;
            return true;
        } catch (IOException e) {
            throw new IOException(failure.getMessage() + "; and " + e.getMessage(), failure);
        }
    }

    private T make(S from) throws IOException {
        try {
            return maker.apply(from);
        } catch (IllegalArgumentException e) {
            throw new IOException(e.getMessage(), e);
        }
    }
}
