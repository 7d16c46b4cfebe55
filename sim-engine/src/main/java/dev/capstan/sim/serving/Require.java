package dev.capstan.sim.serving;

import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What the values of a profile must keep to. Messages begin with the key, so that the reader can put the path before it. */
final class Require {

    private Require() {}

    static void between(String key, double value, double min, double max) {
        if (!(value >= min && value <= max)) {
            throw new IllegalArgumentException(key + ": must lie between " + min + " and " + max + ", was " + value);
        }
    }

    static void above(String key, double value, double min) {
        if (!(value > min && value < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException(key + ": must be above " + min + ", was " + value);
        }
    }

    static void text(String key, @Nullable String value) {
        if (value == null || value.isBlank()) {
            throw new IllegalArgumentException(key + ": is missing; expected text");
        }
    }

    static <T> void section(String key, @Nullable T value) {
        Objects.requireNonNull(value, key + ": is missing; copy a profile of traces-sample/models to see every key");
    }

    /** A table of positive values over rising arguments. */
    static void table(String argument, List<Double> arguments, String key, List<Double> values) {
        if (arguments.size() < 2 || arguments.size() != values.size()) {
            throw new IllegalArgumentException(key + ": needs as many values as " + argument + " and at least 2, had "
                    + values.size() + " for " + arguments.size());
        }
        for (int i = 0; i < values.size(); i++) {
            above(key + "[" + i + "]", values.get(i), 0);
            above(argument + "[" + i + "]", arguments.get(i), i == 0 ? 0 : arguments.get(i - 1));
        }
    }
}
