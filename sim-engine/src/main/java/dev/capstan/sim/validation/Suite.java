package dev.capstan.sim.validation;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** A number of checks on one part of the model. */
public interface Suite {

    /** Short name, such as {@code step-time}. */
    String name();

    /**
     * Makes the checks; those whose data are absent are skipped by name.
     *
     * @param data folder of the public data sets, one folder each
     * @throws IOException if data that are there cannot be read
     */
    List<Check> checks(Path data) throws IOException;
}
