package dev.capstan.report;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/** An axis of a sweep as the edge of a picture: values that were given side by side, samples of a range where they lie. */
record Ruler(Manifest.Axis axis, double[] places, List<Tick> ticks) {

    private static final double EDGE = 0.03;
    private static final int TICKS = 5;

    /** Round durations in seconds. */
    private static final double[] DURATIONS = {
        1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1200, 1800, 3600, 7200, 21_600, 43_200, 86_400
    };

    /** @param at share of the axis that lies before it */
    record Tick(double at, String word) {}

    static Ruler of(Manifest.Axis axis) {
        int count = axis.values().size();
        AxisScale scale = AxisScale.of(axis);
        double low = Arrays.stream(scale.numbers()).min().orElse(Double.NaN);
        double high = Arrays.stream(scale.numbers()).max().orElse(Double.NaN);
        if (!axis.continuous() || !(high > low)) {
            double[] places = IntStream.range(0, count)
                    .mapToDouble(value -> (value + 0.5) / count)
                    .toArray();
            return new Ruler(
                    axis,
                    places,
                    IntStream.range(0, count)
                            .mapToObj(value -> new Tick(
                                    places[value],
                                    Wording.axisValue(axis.values().get(value))))
                            .toList());
        }
        boolean log = axis.logarithmic() && low > 0;
        double[] places = Arrays.stream(scale.numbers())
                .map(number -> place(number, low, high, log))
                .toArray();
        List<Tick> ticks = new ArrayList<>();
        for (double round : rounds(low, high, log, scale.unit())) {
            ticks.add(new Tick(place(round, low, high, log), word(round, scale.unit())));
        }
        return new Ruler(axis, places, ticks);
    }

    String name() {
        return Wording.axisName(axis.path());
    }

    boolean isRange() {
        return axis.continuous();
    }

    double place(String value) {
        return places[axis.values().indexOf(value)];
    }

    private static double place(double number, double low, double high, boolean log) {
        double share = log ? StrictMath.log(number / low) / StrictMath.log(high / low) : (number - low) / (high - low);
        return EDGE + (1 - 2 * EDGE) * share;
    }

    private static List<Double> rounds(double low, double high, boolean log, String unit) {
        List<Double> rounds = new ArrayList<>();
        if (!log) {
            double step = Drawing.step(high - low, TICKS);
            for (double round = step * Math.ceil(low / step); round <= high; round += step) {
                rounds.add(round);
            }
            return rounds;
        }
        if (unit.equals("s") && low >= 1) {
            Arrays.stream(DURATIONS)
                    .filter(round -> round >= low && round <= high)
                    .forEach(rounds::add);
            return rounds;
        }
        for (double power = StrictMath.pow(10, Math.floor(StrictMath.log10(low))); power <= high; power *= 10) {
            for (double times : new double[] {1, 2, 5}) {
                if (times * power >= low && times * power <= high) {
                    rounds.add(times * power);
                }
            }
        }
        return rounds;
    }

    private static String word(double number, String unit) {
        if (unit.equals("s") && number >= 60) {
            return number >= 3600
                    ? Wording.number(number / 3600) + "\u00a0h"
                    : Wording.number(number / 60) + "\u00a0min";
        }
        if (unit.equals("W")) {
            return Wording.watts(number);
        }
        return Wording.number(number) + (unit.isEmpty() ? "" : "\u00a0" + unit);
    }
}
