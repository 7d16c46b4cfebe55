package dev.capstan.trace;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Size;

class GridTracesProperties {

    @Property(tries = 100)
    void readsBackEveryCarbonTraceOfOneStep(
            @ForAll @Size(min = 1, max = 50) double[] seeds,
            @ForAll @LongRange(min = 1, max = 1_000_000_000_000_000L) long stepNanos,
            @ForAll @LongRange(min = 0, max = 3_000_000_000L) long startSeconds,
            @ForAll CarbonTrace.Signal signal,
            @ForAll CarbonTrace.Scope scope,
            @ForAll("licences") String licence)
            throws IOException {
        double[] values = finite(seeds);
        for (int i = 0; i < values.length; i++) {
            values[i] = Math.abs(values[i]);
        }
        CarbonTrace trace = new CarbonTrace(
                "US-CAL: CISO",
                signal,
                scope,
                Instant.ofEpochSecond(startSeconds, 5),
                times(values.length, stepNanos),
                values,
                new TraceOrigin("made", "0", licence));
        Path file = Files.createTempFile("carbon", ".csv");
        try {
            CarbonTraces.writeCsv(trace, file);
            CarbonTrace back = CarbonTraces.read(file, signal, scope);
            assertThat(back.zone()).isEqualTo(trace.zone());
            assertThat(back.start()).isEqualTo(trace.start());
            assertThat(back.timeNanos()).isEqualTo(trace.timeNanos());
            assertThat(back.gramsPerKilowattHour()).isEqualTo(values);
            assertThat(back.origin().licence()).isEqualTo(licence);
        } finally {
            Files.delete(file);
        }
    }

    @Property(tries = 100)
    void readsBackEveryPriceTraceOfOneStep(
            @ForAll @Size(min = 1, max = 50) double[] seeds,
            @ForAll @LongRange(min = 1, max = 1_000_000_000_000_000L) long stepNanos,
            @ForAll @DoubleRange(min = -500, max = 4000) double first)
            throws IOException {
        double[] values = finite(seeds);
        values[0] = first;
        PriceTrace trace = new PriceTrace(
                "DE-LU",
                "EUR",
                Instant.ofEpochSecond(1_700_000_000),
                times(values.length, stepNanos),
                values,
                new TraceOrigin("made", "0", ""));
        Path file = Files.createTempFile("price", ".csv");
        try {
            PriceTraces.writeCsv(trace, file);
            PriceTrace back = PriceTraces.read(file);
            assertThat(back.currency()).isEqualTo("EUR");
            assertThat(back.timeNanos()).isEqualTo(trace.timeNanos());
            assertThat(back.perMegawattHour()).isEqualTo(values);
        } finally {
            Files.delete(file);
        }
    }

    @Provide
    Arbitrary<String> licences() {
        return Arbitraries.of("", "CC-BY-4.0", "ODbL: share, alike");
    }

    private static double[] finite(double[] seeds) {
        double[] values = seeds.clone();
        for (int i = 0; i < values.length; i++) {
            // Minus zero is no number of its own in a file.
            values[i] = Double.isFinite(values[i]) ? values[i] + 0.0 : i;
        }
        return values;
    }

    private static long[] times(int size, long step) {
        long[] times = new long[size];
        for (int i = 0; i < size; i++) {
            times[i] = i * step;
        }
        return times;
    }
}
