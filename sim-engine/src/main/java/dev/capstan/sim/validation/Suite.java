package dev.capstan.sim.validation;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** A group of checks that share their model and their source. */
public interface Suite {

    /** Name for the command line, such as {@code queueing}. */
    String name();

    /** What it holds against what, in a sentence or two for the page. */
    String about();

    /**
     * Makes its checks, in a stable order and with the same result every time.
     *
     * @param traces folder of the public traces; a check that needs them is skipped by name where it is empty
     */
    List<Check> run(Optional<Path> traces);

    /** Checks that miss their target, which {@link #run} tells as {@link Check.Verdict#MISSED}. */
    default Set<String> knownMisses() {
        return Set.of();
    }
}
