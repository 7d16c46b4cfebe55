package dev.capstan.capping;

/** How far a reading can be believed. Only {@link #FRESH} may lend spare watts. */
public enum Quality {
    /** Complete, in range and young enough. */
    FRESH,
    /** In range and young, but fewer series answered than pods should report. */
    PARTIAL,
    /** The newest sample behind it is older than the source may be. */
    STALE,
    /** The query returned nothing. Unknown, never 0 W. */
    ABSENT,
    /** Outside what the hardware can draw. */
    IMPLAUSIBLE
}
