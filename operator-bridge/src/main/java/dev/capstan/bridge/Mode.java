package dev.capstan.bridge;

import com.fasterxml.jackson.annotation.JsonProperty;

/** How far a {@link ControlCycle} goes. */
public enum Mode {
    /** Reads and records; the policy is not asked. */
    @JsonProperty("Observe")
    OBSERVE,
    /** The policy decides and its decision is recorded; nothing is written. */
    @JsonProperty("Recommend")
    RECOMMEND,
    /** The decision is written and read back. */
    @JsonProperty("Enforce")
    ENFORCE
}
