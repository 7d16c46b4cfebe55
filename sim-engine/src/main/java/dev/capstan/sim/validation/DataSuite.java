package dev.capstan.sim.validation;

import static dev.capstan.sim.validation.Check.Layer.CALIBRATION;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Holds profiles of models and servers against public data that they were not fitted on. */
abstract class DataSuite implements Suite {

    private final String name;
    private final String about;
    private final Map<String, String> knownMisses;

    /** @param knownMisses checks that miss their target, and why */
    DataSuite(String name, String about, Map<String, String> knownMisses) {
        this.name = name;
        this.about = about;
        this.knownMisses = knownMisses;
    }

    @Override
    public final String name() {
        return name;
    }

    @Override
    public final String about() {
        return about;
    }

    @Override
    public final List<Check> run(Optional<Path> traces) {
        try {
            return checks(traces.orElse(Path.of("CAPSTAN_TRACES"))).stream()
                    .map(check -> knownMisses.containsKey(check.name())
                            ? check.asMissed(String.valueOf(knownMisses.get(check.name())))
                            : check)
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException("public data that are there cannot be read", e);
        }
    }

    @Override
    public final Set<String> knownMisses() {
        return knownMisses.keySet();
    }

    /**
     * Makes the checks; those whose data are absent are skipped by name.
     *
     * @param data folder of the public data sets, one folder each
     * @throws IOException if data that are there cannot be read
     */
    abstract List<Check> checks(Path data) throws IOException;

    static Check within(String name, String source, String unit, double expected, double got, double tolerance) {
        return Check.within(name, CALIBRATION, source, unit, expected, got, tolerance);
    }

    /** An error as a share, which should be 0 and may be up to the tolerance. */
    static Check error(String name, String source, double error, double tolerance) {
        return Check.atMost(name, CALIBRATION, source, "%", 100 * tolerance, 100 * error);
    }

    static Check reported(String name, String source, String unit, double got) {
        return Check.reported(name, CALIBRATION, source, unit, got);
    }

    static Check skipped(String name, Path missing) {
        return Check.skipped(name, CALIBRATION, "", "no " + missing);
    }
}
