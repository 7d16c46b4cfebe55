package dev.capstan.report;

import java.nio.file.Path;

/** A report that cannot be made: says the file or folder, what is missing or wrong there, and what to try. */
public final class ReportException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** A fault of the given file or folder. */
    public ReportException(Path where, String problem) {
        super(where + ": " + problem);
    }

    /** A fault of the given file or folder, found while doing what {@code cause} tells. */
    public ReportException(Path where, String problem, Throwable cause) {
        super(where + ": " + problem, cause);
    }
}
