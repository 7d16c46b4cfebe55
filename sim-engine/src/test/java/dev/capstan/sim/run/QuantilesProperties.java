package dev.capstan.sim.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.capstan.trace.RandomStream;
import java.util.Arrays;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

class QuantilesProperties {

    @Property(tries = 500, seed = "1")
    void areThoseOfTheSortedValues(
            @ForAll long seed,
            @ForAll @IntRange(min = 1, max = 3000) int size,
            @ForAll @IntRange(min = 1, max = 5000) int distinct) {
        RandomStream random = RandomStream.named(seed, "values");
        double[] values = new double[size + 10];
        for (int i = 0; i < size; i++) {
            values[i] = random.nextInt(distinct) / 7.0;
        }
        double[] sorted = Arrays.copyOf(values, size);
        Arrays.sort(sorted);

        Quantiles quantiles = new Quantiles(values, size);
        for (double q : new double[] {0.01, 0.5, 0.5, 0.9, 0.99, 1}) {
            assertThat(quantiles.next(q)).isEqualTo(sorted[Math.max(0, (int) Math.ceil(q * size) - 1)]);
        }
    }

    @Example
    void ofNothingThereAreNone() {
        assertThat(new Quantiles(new double[4], 0).next(0.5)).isNaN();
    }
}
