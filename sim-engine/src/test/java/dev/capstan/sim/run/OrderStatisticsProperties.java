package dev.capstan.sim.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

class OrderStatisticsProperties {

    private static final double[] SHARES = {0, 0.01, 0.5, 0.9, 0.99, 1};

    private final OrderStatistics statistics = new OrderStatistics();

    @Provide
    Arbitrary<double[]> latencies() {
        return Arbitraries.doubles()
                .between(0, 1e4)
                .array(double[].class)
                .ofMinSize(1)
                .ofMaxSize(300);
    }

    @Property
    void areThoseOfTheSortedValues(@ForAll("latencies") double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);

        double[] quantiles = statistics.quantiles(sink -> Arrays.stream(values).forEach(sink), SHARES);

        for (int i = 0; i < SHARES.length; i++) {
            // The smallest value that at least this share of all do not exceed.
            double share = SHARES[i];
            double expected = Arrays.stream(sorted)
                    .filter(value -> Arrays.stream(sorted)
                                    .filter(other -> other <= value)
                                    .count()
                            >= share * sorted.length)
                    .findFirst()
                    .orElseThrow();
            assertThat(quantiles[i]).as("share %s", share).isEqualTo(expected);
        }
    }

    @Example
    void areNothingWithoutValues() {
        assertThat(statistics.quantiles(sink -> {}, 0.5)).containsExactly(Double.NaN);
    }

    @Example
    void tellValuesApartThatShareTheirLeadingBits() {
        double[] values = {1, Math.nextUp(1), Math.nextUp(Math.nextUp(1)), 1.5};

        assertThat(statistics.quantiles(sink -> Arrays.stream(values).forEach(sink), 0.25, 0.5, 0.75, 1))
                .containsExactly(values);
    }
}
