package dev.capstan.sim.kernel;

/** How often the invariants of {@code docs/invariants.md} are checked. */
public enum CheckLevel {
    /** Never. */
    NONE,
    /** At the end of each run. */
    LIGHT,
    /** After every event. */
    FULL
}
