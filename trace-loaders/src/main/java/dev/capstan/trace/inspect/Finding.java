package dev.capstan.trace.inspect;

import java.util.Comparator;
import java.util.List;

/**
 * Something in a trace that its user should know.
 *
 * @param severity how much it matters
 * @param code stable name for scripts, such as {@code clumped-arrivals}
 * @param observation what was found, with its figures
 * @param consequence what it means for a simulation, and what to do
 */
public record Finding(Severity severity, String code, String observation, String consequence) {

    /** How much a finding matters, the gravest first. */
    public enum Severity {
        /** A simulation of the trace as it is answers another question. */
        FAULT,
        /** A simulation may mislead. */
        WARNING,
        /** Good to know. */
        NOTE
    }

    /** The findings with the gravest first, otherwise in their order. */
    static List<Finding> sorted(List<Finding> findings) {
        return findings.stream().sorted(Comparator.comparing(Finding::severity)).toList();
    }
}
