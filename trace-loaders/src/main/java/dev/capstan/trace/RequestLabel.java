package dev.capstan.trace;

import java.util.Locale;

/** What a request may carry as text beyond its arrival and tokens, where its source has it. */
public enum RequestLabel {
    MODEL,
    SERVICE,
    PRIORITY,
    SESSION,
    SLO_CLASS;

    /** The name of its column in Capstan's own files, such as {@code slo_class}. */
    public String column() {
        return name().toLowerCase(Locale.ROOT);
    }
}
