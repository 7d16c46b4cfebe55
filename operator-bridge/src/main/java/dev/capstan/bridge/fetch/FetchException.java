package dev.capstan.bridge.fetch;

import org.jspecify.annotations.Nullable;

/** A data set that cannot be had: says the address, what was found, what was expected and what to try. */
public final class FetchException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    FetchException(String problem, @Nullable Throwable cause) {
        super(problem, cause);
    }
}
