package dev.capstan.trace;

import java.nio.file.Path;

/** A trace that cannot be read: says the file, the line, what was found, what is allowed and what to try. */
public final class TraceException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** A fault of the whole file. */
    public TraceException(Path file, String problem) {
        super(file + ": " + problem);
    }

    /** A fault of the file found while doing what {@code cause} tells. */
    public TraceException(Path file, String problem, Throwable cause) {
        super(file + ": " + problem, cause);
    }

    /** A fault in one line, counted from 1. */
    public TraceException(Path file, long line, String problem) {
        super(file + ":" + line + ": " + problem);
    }
}
