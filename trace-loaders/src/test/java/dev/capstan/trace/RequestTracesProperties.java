package dev.capstan.trace;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

class RequestTracesProperties {

    @Property(tries = 200)
    void readsBackEveryTraceItWrites(@ForAll("traces") RequestTrace trace) throws IOException {
        Path file = Files.createTempFile("trace", ".csv");
        try {
            RequestTraces.writeCsv(trace, file);
            RequestTrace back = RequestTraces.read(file);
            assertThat(back.arrivalNanos()).isEqualTo(trace.arrivalNanos());
            assertThat(back.inputTokens()).isEqualTo(trace.inputTokens());
            assertThat(back.outputTokens()).isEqualTo(trace.outputTokens());
            assertThat(back.start()).isEqualTo(trace.start());
            assertThat(back.origin().licence()).isEqualTo(trace.origin().licence());
        } finally {
            Files.delete(file);
        }
    }

    @Provide
    Arbitrary<RequestTrace> traces() {
        Arbitrary<Long> arrivals = Arbitraries.longs().between(0, 9_000_000_000L * 1_000_000_000L);
        Arbitrary<Integer> tokens = Arbitraries.integers().between(1, Integer.MAX_VALUE);
        Arbitrary<Optional<Instant>> starts = Arbitraries.longs()
                .between(0, 4_000_000_000L)
                .map(Instant::ofEpochSecond)
                .optional();
        return Arbitraries.integers()
                .between(1, 50)
                .flatMap(size -> Combinators.combine(
                                arrivals.array(long[].class).ofSize(size),
                                tokens.array(int[].class).ofSize(size),
                                tokens.array(int[].class).ofSize(size),
                                starts,
                                Arbitraries.of("", "CC-BY-4.0", "a: b"))
                        .as((times, input, output, start, licence) -> {
                            long[] sorted = times.clone();
                            Arrays.sort(sorted);
                            return new RequestTrace(
                                    sorted, input, output, start, new TraceOrigin("made", "0", licence));
                        }));
    }
}
