package dev.capstan.bridge;

/** How far a {@link ControlCycle} goes. */
public enum Mode {
    /** Reads and records; the policy is not asked. */
    OBSERVE,
    /** The policy decides and its decision is recorded; nothing is written. */
    RECOMMEND,
    /** The decision is written and read back. */
    ENFORCE
}
