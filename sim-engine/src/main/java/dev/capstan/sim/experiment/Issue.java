package dev.capstan.sim.experiment;

/**
 * One fault of an experiment.
 *
 * @param path dotted path to the value, such as {@code control.interval}
 * @param message what was found, what is allowed, what to try
 */
public record Issue(String path, String message) {

    @Override
    public String toString() {
        return path.isEmpty() ? message : path + ": " + message;
    }
}
