package dev.capstan.report;

import dev.capstan.trace.CarbonTrace;
import dev.capstan.trace.PowerRecording;
import dev.capstan.trace.PowerSeries;
import dev.capstan.trace.PowerTrace;
import dev.capstan.trace.PriceTrace;
import dev.capstan.trace.RequestTrace;
import dev.capstan.trace.TraceOrigin;
import dev.capstan.trace.inspect.CarbonInspection;
import dev.capstan.trace.inspect.Inspection;
import dev.capstan.trace.inspect.PowerInspection;
import dev.capstan.trace.inspect.PriceInspection;
import dev.capstan.trace.inspect.RequestInspection;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/** Traces made by a rule, as inspected. */
final class HandMadeTraces {

    private static final long SECOND = 1_000_000_000L;

    private HandMadeTraces() {}

    /** Clumps of seven in the same second, every three seconds. */
    static Inspection clumpedRequests(String path, String licence) {
        long[] arrivals = LongStream.range(0, 200)
                .map(i -> i / 10 * 3 * SECOND + (i % 10 < 7 ? 0 : i % 10 * 123_456_789L))
                .toArray();
        int[] tokens = IntStream.range(0, 200).map(i -> 1 + i * i).toArray();
        return RequestInspection.of(
                new RequestTrace(arrivals, tokens, tokens, Optional.empty(), new TraceOrigin(path, "", licence)));
    }

    static Inspection power(String... names) {
        PowerTrace power = new PowerTrace(
                LongStream.range(0, 3000).map(i -> i * SECOND).toArray(),
                IntStream.range(0, 3000).mapToDouble(i -> 100 + i % 700).toArray(),
                3000 * SECOND,
                Optional.empty(),
                new TraceOrigin("power.csv", "", ""));
        return PowerInspection.of(new PowerRecording(
                Stream.of(names)
                        .map(name -> new PowerSeries(name, Map.of(), power, List.of()))
                        .toList(),
                Optional.empty(),
                power.origin()));
    }

    static Inspection prices() {
        return PriceInspection.of(new PriceTrace(
                "DE-LU",
                "EUR",
                Instant.parse("2024-06-01T00:00:00Z"),
                LongStream.range(0, 15).map(i -> i * 3600 * SECOND).toArray(),
                IntStream.range(0, 15).mapToDouble(i -> -50 + i * 10).toArray(),
                new TraceOrigin("prices.csv", "", "")));
    }

    static Inspection carbon() {
        return CarbonInspection.of(new CarbonTrace(
                "GB",
                CarbonTrace.Signal.AVERAGE,
                CarbonTrace.Scope.LIFE_CYCLE,
                Instant.parse("2024-06-01T00:00:00Z"),
                LongStream.range(0, 20).map(i -> i * 3600 * SECOND).toArray(),
                IntStream.range(0, 20).mapToDouble(i -> 100 + i * i).toArray(),
                new TraceOrigin("gb.csv", "", "")));
    }
}
