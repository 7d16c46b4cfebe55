package dev.capstan.report;

import dev.capstan.trace.Quantity;
import java.util.List;
import java.util.Optional;

/**
 * Where the values of an axis lie as numbers.
 *
 * @param unit s, W, g/h or none
 */
record AxisScale(String unit, double[] numbers) {

    private static final double NANOS = 1e-9;

    static AxisScale of(Manifest.Axis axis) {
        List<Optional<Quantity.Amount>> amounts =
                axis.values().stream().map(Quantity::any).toList();
        String unit = amounts.stream()
                .flatMap(Optional::stream)
                .findFirst()
                .map(amount -> switch (amount.kind()) {
                    case DURATION -> "s";
                    case POWER -> "W";
                    case EMISSION -> "g/h";
                    case NUMBER -> "";
                })
                .orElse("");
        double[] numbers = amounts.stream()
                .mapToDouble(amount -> amount.map(one -> one.kind() == Quantity.Kind.DURATION
                                ? one.value().doubleValue() * NANOS
                                : one.value().doubleValue())
                        .orElse(Double.NaN))
                .toArray();
        return new AxisScale(unit, numbers);
    }

    /** Of a value as written; NaN where it is no quantity. */
    static double number(String written) {
        return of(new Manifest.Axis("", List.of(written), false, false)).numbers()[0];
    }
}
