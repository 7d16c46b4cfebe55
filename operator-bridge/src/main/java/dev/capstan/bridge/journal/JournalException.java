package dev.capstan.bridge.journal;

import java.nio.file.Path;

/** A file that is no journal: says file and line, what is wrong and what to try. */
public final class JournalException extends Exception {

    private static final long serialVersionUID = 1L;

    JournalException(Path file, long line, String problem) {
        super(file + ", line " + line + ": " + problem);
    }
}
