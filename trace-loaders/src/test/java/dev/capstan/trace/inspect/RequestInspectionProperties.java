package dev.capstan.trace.inspect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.capstan.trace.RequestTrace;
import dev.capstan.trace.TraceOrigin;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Size;

/** What streams by in one pass equals what a naive computation over the whole finds. */
class RequestInspectionProperties {

    private static final long SECOND = 1_000_000_000L;

    @Property(tries = 300)
    void equalsTheNaiveComputation(
            @ForAll @Size(min = 1, max = 60) List<@LongRange(max = 900) Long> tenths,
            @ForAll @Size(60) List<@IntRange(max = 3_000_000) Integer> inputs,
            @ForAll @Size(60) List<@IntRange(min = 1, max = 20) Integer> outputs) {
        long[] arrivals =
                tenths.stream().mapToLong(tenth -> tenth * SECOND / 10).sorted().toArray();
        int rows = arrivals.length;
        int[] input = inputs.stream().limit(rows).mapToInt(Integer::intValue).toArray();
        int[] output = outputs.stream().limit(rows).mapToInt(Integer::intValue).toArray();

        RequestInspection seen = RequestInspection.of(
                new RequestTrace(arrivals, input, output, Optional.empty(), new TraceOrigin("any", "", "")));

        assertThat(seen.peakRequestsPerSecond1s()).isEqualTo((double) fullest(arrivals, SECOND));
        assertThat(seen.perMinute().max()).isEqualTo(fullest(arrivals, 60 * SECOND));
        assertThat(seen.gaps().distinctArrivals())
                .isEqualTo(Arrays.stream(arrivals).distinct().count());
        assertThat(seen.duplicates())
                .isEqualTo(rows
                        - IntStream.range(0, rows)
                                .mapToObj(i -> List.of(arrivals[i], (long) input[i], (long) output[i]))
                                .distinct()
                                .count());
        double[] sorted = Arrays.stream(input).asDoubleStream().sorted().toArray();
        assertThat(seen.inputTokens().mean())
                .isCloseTo(Arrays.stream(input).average().orElseThrow(), within(1e-6));
        assertThat(seen.inputTokens().p90())
                .isCloseTo(Samples.quantile(sorted, 0.9), within(Samples.quantile(sorted, 0.9) / 4096 + 1e-9));
        assertThat(Arrays.stream(seen.inputTokens().histogram().counts()).sum()).isEqualTo(rows);
        assertThat(Arrays.stream(seen.requestsPerSecond().mean()).sum()
                        * seen.requestsPerSecond().binSeconds())
                .isCloseTo(rows, within(1e-6));
        if (rows > 1) {
            double mean = (arrivals[rows - 1] - arrivals[0]) / (rows - 1.0);
            double variance = IntStream.range(1, rows)
                    .mapToDouble(i -> arrivals[i] - arrivals[i - 1] - mean)
                    .map(deviation -> deviation * deviation)
                    .average()
                    .orElseThrow();
            if (mean > 0) {
                assertThat(seen.gaps().cv()).isCloseTo(Math.sqrt(variance) / mean, within(1e-9));
            }
        }
    }

    private static long fullest(long[] arrivals, long window) {
        return Arrays.stream(arrivals)
                .map(at -> (at - arrivals[0]) / window)
                .map(at -> Arrays.stream(arrivals)
                        .filter(other -> (other - arrivals[0]) / window == at)
                        .count())
                .max()
                .orElseThrow();
    }
}
