package dev.capstan.sim.serving;

import java.util.List;

/** Linear interpolation between measured points. */
final class Table {

    private final double[] arguments;
    private final double[] values;

    Table(List<Double> arguments, List<Double> values) {
        this.arguments = arguments.stream().mapToDouble(Double::doubleValue).toArray();
        this.values = values.stream().mapToDouble(Double::doubleValue).toArray();
    }

    /** Beyond the points the value of the nearest one. */
    double at(double argument) {
        return argument <= arguments[0]
                ? values[0]
                : argument >= arguments[arguments.length - 1] ? values[values.length - 1] : onLine(argument);
    }

    /** Beyond the points the line through the two nearest ones. */
    double onLine(double argument) {
        int at = 1;
        while (at < arguments.length - 1 && argument > arguments[at]) {
            at++;
        }
        double share = (argument - arguments[at - 1]) / (arguments[at] - arguments[at - 1]);
        return values[at - 1] + share * (values[at] - values[at - 1]);
    }

    double least() {
        double least = values[0];
        for (double value : values) {
            least = Math.min(least, value);
        }
        return least;
    }
}
