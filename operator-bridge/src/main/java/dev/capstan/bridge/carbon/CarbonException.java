package dev.capstan.bridge.carbon;

import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A source that gave no figure: says which, what came back and what to try. */
public final class CarbonException extends IOException {

    private static final long serialVersionUID = 1L;

    private final @Nullable Duration retryAfter;

    CarbonException(String problem, @Nullable Duration retryAfter, @Nullable Throwable cause) {
        super(problem, cause);
        this.retryAfter = retryAfter;
    }

    CarbonException(String problem) {
        this(problem, null, null);
    }

    /** @param problem which source, and what is wrong */
    public CarbonException(String problem, Throwable cause) {
        this(problem, null, cause);
    }

    /** How long the source wants to be left alone, where it said. */
    public Optional<Duration> retryAfter() {
        return Optional.ofNullable(retryAfter);
    }
}
