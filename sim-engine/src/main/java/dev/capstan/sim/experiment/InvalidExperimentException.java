package dev.capstan.sim.experiment;

import java.util.List;
import java.util.stream.Collectors;

/** An experiment cannot be run as it is written. Carries every fault that was found, not just the first. */
public final class InvalidExperimentException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final transient List<Issue> issues;

    /**
     * @param source file of the experiment
     * @param issues at least one
     */
    public InvalidExperimentException(String source, List<Issue> issues) {
        super(issues.stream()
                .map(issue -> "\n  " + issue)
                .collect(Collectors.joining(
                        "", source + ": " + issues.size() + (issues.size() == 1 ? " issue" : " issues"), "")));
        this.issues = List.copyOf(issues);
    }

    /** Every fault, in the order of the file. */
    public List<Issue> issues() {
        return issues;
    }
}
