package dev.capstan.trace;

import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A line {@code # key: value} above the header of one of Capstan's own files; other comments have an empty key. */
record Remark(String key, String value) {

    static Remark of(String line) {
        String text = line.substring(line.startsWith("#") ? 1 : 0);
        int colon = text.indexOf(':');
        return colon < 0
                ? new Remark("", text.strip())
                : new Remark(
                        text.substring(0, colon).strip().toLowerCase(Locale.ROOT),
                        text.substring(colon + 1).strip());
    }

    /** Text that fits behind a key. */
    static String oneLine(String text) {
        return text.strip().replaceAll("\\R", " ");
    }

    /** The start that a trace states, where it does. */
    static Optional<Instant> start(Path file, @Nullable String text) {
        if (text == null || text.isEmpty()) {
            return Optional.empty();
        }
        try {
            return Optional.of(Instant.parse(text));
        } catch (DateTimeException e) {
            throw new TraceException(
                    file,
                    "start must be a time in UTC, is '" + ByteLines.printable(text)
                            + "'. Maybe write 2023-11-16T18:15:46.68Z.",
                    e);
        }
    }
}
