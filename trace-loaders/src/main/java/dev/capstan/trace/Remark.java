package dev.capstan.trace;

import java.util.Locale;

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
}
