package dev.capstan.trace;

import static dev.capstan.trace.SameTraces.assertSame;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.jspecify.annotations.Nullable;

/** What is written and read again is the same, in every format that can hold it. */
class RequestFormatsProperties {

    private static final long DAY_NANOS = 86_400_000_000_000L;

    @Property(tries = 100, edgeCases = EdgeCasesMode.NONE)
    void csvKeepsEverything(@ForAll("traces") RequestTrace trace) throws IOException {
        RequestTrace back = throughFile(".csv", file -> RequestTraces.writeCsv(trace, file));
        assertSame(back, trace);
        assertThat(back.origin().licence()).isEqualTo(trace.origin().licence());
    }

    @Property(tries = 60, edgeCases = EdgeCasesMode.NONE)
    void parquetKeepsEverything(@ForAll("traces") RequestTrace trace) throws IOException {
        RequestTrace back = throughFile(".parquet", file -> RequestTraces.writeParquet(trace, file));
        assertSame(back, trace);
        assertThat(back.origin().licence()).isEqualTo(trace.origin().licence());
    }

    @Property(tries = 60, edgeCases = EdgeCasesMode.NONE)
    void mooncakeKeepsMillisecondsTokensAndPrefixBlocks(@ForAll("traces") RequestTrace trace) throws IOException {
        PrefixBlocks blocks =
                trace.prefixBlocks().orElseGet(() -> new PrefixBlocks(512, new int[trace.size() + 1], new long[0]));
        RequestTrace back = throughFile(".jsonl", file -> {
            StringBuilder text = new StringBuilder();
            for (int i = 0; i < trace.size(); i++) {
                text.append("{\"timestamp\": ").append(trace.arrivalNanos()[i] / 1_000_000);
                text.append(", \"input_length\": ").append(trace.inputTokens()[i]);
                text.append(", \"output_length\": ").append(trace.outputTokens()[i]);
                text.append(", \"hash_ids\": ")
                        .append(Arrays.toString(
                                Arrays.copyOfRange(blocks.hashes(), blocks.offsets()[i], blocks.offsets()[i + 1])))
                        .append("}\n");
            }
            Files.writeString(file, text);
        });
        assertThat(back.arrivalNanos())
                .isEqualTo(Arrays.stream(trace.arrivalNanos())
                        .map(nanos -> nanos / 1_000_000 * 1_000_000)
                        .toArray());
        assertThat(back.inputTokens()).isEqualTo(trace.inputTokens());
        assertThat(back.outputTokens()).isEqualTo(trace.outputTokens());
        assertThat(back.prefixBlocks().orElseThrow().offsets()).isEqualTo(blocks.offsets());
        assertThat(back.prefixBlocks().orElseThrow().hashes()).isEqualTo(blocks.hashes());
    }

    /** The times are written by the JDK, whose calendar knows nothing of the parser's. */
    @Property(tries = 100, edgeCases = EdgeCasesMode.NONE)
    void azureKeepsHundredNanosecondsAndTokens(@ForAll("traces") RequestTrace trace) throws IOException {
        DateTimeFormatter form =
                DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss.SSSSSSS").withZone(ZoneOffset.UTC);
        Instant start = trace.start().orElse(Instant.EPOCH);
        RequestTrace back = throughFile(".csv", file -> {
            StringBuilder text = new StringBuilder(RequestCsvParser.AZURE_HEADER);
            for (int i = 0; i < trace.size(); i++) {
                text.append("\r\n").append(form.format(start.plusNanos(trace.arrivalNanos()[i] / 100 * 100)));
                text.append(',').append(trace.inputTokens()[i]).append(',').append(trace.outputTokens()[i]);
            }
            Files.writeString(file, text);
        });
        long first = trace.arrivalNanos()[0] / 100 * 100;
        assertThat(back.start()).contains(start.plusNanos(first));
        assertThat(back.arrivalNanos())
                .isEqualTo(Arrays.stream(trace.arrivalNanos())
                        .map(nanos -> nanos / 100 * 100 - first)
                        .toArray());
        assertThat(back.inputTokens()).isEqualTo(trace.inputTokens());
        assertThat(back.outputTokens()).isEqualTo(trace.outputTokens());
    }

    @Property(tries = 60, edgeCases = EdgeCasesMode.NONE)
    void whatMooncakeCanHoldComesBackFromItsForm(@ForAll("traces") RequestTrace trace) throws IOException {
        RequestTrace fit = new RequestTrace(
                Arrays.stream(trace.arrivalNanos())
                        .map(nanos -> nanos / 1_000_000 * 1_000_000)
                        .toArray(),
                trace.inputTokens(),
                trace.outputTokens(),
                Optional.empty(),
                new TraceOrigin("made", "0", ""),
                Map.of(),
                Optional.of(trace.prefixBlocks()
                        .map(blocks -> new PrefixBlocks(512, blocks.offsets(), blocks.hashes()))
                        .orElseGet(() -> new PrefixBlocks(512, new int[trace.size() + 1], new long[0]))));
        assertThat(through(fit, TraceFiles.Target.MOONCAKE_JSONL)).hasValueSatisfying(back -> assertSame(back, fit));
    }

    @Property(tries = 60, edgeCases = EdgeCasesMode.NONE)
    void whatAzureCanHoldComesBackFromItsForm(@ForAll("traces") RequestTrace trace) throws IOException {
        long first = trace.arrivalNanos()[0] / 100 * 100;
        RequestTrace fit = new RequestTrace(
                Arrays.stream(trace.arrivalNanos())
                        .map(nanos -> nanos / 100 * 100 - first)
                        .toArray(),
                trace.inputTokens(),
                trace.outputTokens(),
                Optional.of(trace.start().orElse(Instant.EPOCH)),
                new TraceOrigin("made", "0", ""));
        assertThat(through(fit, TraceFiles.Target.AZURE_LLM_CSV)).hasValueSatisfying(back -> assertSame(back, fit));
    }

    @Property(tries = 100, edgeCases = EdgeCasesMode.NONE)
    void everyFormKeepsATraceOrTellsWhatItWouldLose(
            @ForAll("traces") RequestTrace trace, @ForAll("requestTargets") TraceFiles.Target target)
            throws IOException {
        Optional<RequestTrace> back = through(trace, target);
        back.ifPresent(same -> assertSame(same, trace));
        assertThat(back.isPresent() || target.suffix().isEmpty()).isTrue();
    }

    @Provide
    Arbitrary<TraceFiles.Target> requestTargets() {
        return Arbitraries.of(TraceFiles.Target.class).filter(target -> target != TraceFiles.Target.POWER_CSV);
    }

    /** The trace as it comes back, or nothing where the form told that it would lose something. */
    private static Optional<RequestTrace> through(RequestTrace trace, TraceFiles.Target target) throws IOException {
        Path file = Files.createTempFile("trace", ".any");
        try {
            TraceFiles.write(new TraceFiles.Requests(trace), List.of(), target, file, false);
            return Optional.of(RequestTraces.read(file));
        } catch (TraceException refused) {
            assertThat(refused).message().contains("Lost would be:\n  ");
            return Optional.empty();
        } finally {
            Files.delete(file);
        }
    }

    @Property(tries = 60, edgeCases = EdgeCasesMode.NONE)
    void sortingAShuffledFileGivesTheSortedOneWithRowsWhole(@ForAll("traces") RequestTrace trace) throws IOException {
        Path file = Files.createTempFile("trace", ".csv");
        try {
            StringBuilder text = new StringBuilder("t,in,out,m\n");
            for (int i = trace.size() - 1; i >= 0; i--) {
                text.append(trace.arrivalNanos()[i])
                        .append(',')
                        .append(i)
                        .append(',')
                        .append(i + 1);
                text.append(",\"m").append(i % 3).append("\"\n");
            }
            Files.writeString(file, text);
            RequestMapping mapping = new RequestMapping(
                    "t", ArrivalUnit.NANOSECONDS, "in", "out", Map.of(RequestLabel.MODEL, "m"), Optional.empty());
            RequestTrace back = RequestTraces.read(
                    file,
                    RequestFormat.GENERIC_CSV,
                    RequestReading.STRICT.withMapping(mapping).sorted());
            assertThat(back.arrivalNanos()).isEqualTo(trace.arrivalNanos());
            for (int i = 0; i < back.size(); i++) {
                int row = back.inputTokens()[i];
                assertThat(back.arrivalNanos()[i]).isEqualTo(trace.arrivalNanos()[row]);
                assertThat(back.outputTokens()[i]).isEqualTo(row + 1);
                assertThat(column(back, RequestLabel.MODEL).text(i)).isEqualTo("m" + row % 3);
            }
        } finally {
            Files.delete(file);
        }
    }

    @FunctionalInterface
    private interface Writer {
        void write(Path file) throws IOException;
    }

    private static RequestTrace throughFile(String end, Writer writer) throws IOException {
        Path file = Files.createTempFile("trace", end);
        try {
            writer.write(file);
            return RequestTraces.read(file);
        } finally {
            Files.delete(file);
        }
    }

    @Provide
    Arbitrary<RequestTrace> traces() {
        Arbitrary<Long> arrivals = Arbitraries.longs().between(0, DAY_NANOS);
        Arbitrary<Integer> tokens = Arbitraries.integers().between(1, Integer.MAX_VALUE);
        Arbitrary<Optional<Instant>> starts = Arbitraries.longs()
                .between(0, 4_000_000_000L)
                .map(Instant::ofEpochSecond)
                .optional();
        Arbitrary<@Nullable String> text = Arbitraries.strings()
                .ofMaxLength(8)
                .withChars(" \"',#\n\r\t\\{}=;")
                .ascii()
                .withChars('\u00e9', '\u4e2d', '\uFEFF')
                .injectNull(0.2);
        return Arbitraries.integers()
                .between(1, 40)
                .flatMap(size -> Combinators.combine(
                                arrivals.array(long[].class).ofSize(size),
                                tokens.array(int[].class).ofSize(size),
                                tokens.array(int[].class).ofSize(size),
                                starts,
                                Arbitraries.of("", "CC-BY-4.0"),
                                labels(text.list().ofSize(size)),
                                blocks(size))
                        .as((times, input, output, start, licence, labels, blocks) -> {
                            long[] sorted = times.clone();
                            Arrays.sort(sorted);
                            return new RequestTrace(
                                    sorted,
                                    input,
                                    output,
                                    start,
                                    new TraceOrigin("made", "0", licence),
                                    labels,
                                    blocks);
                        }));
    }

    private static Arbitrary<Map<RequestLabel, LabelColumn>> labels(Arbitrary<List<@Nullable String>> texts) {
        return Arbitraries.of(RequestLabel.class)
                .set()
                .flatMap(present -> texts.list().ofSize(present.size()).map(columns -> {
                    Map<RequestLabel, LabelColumn> labels = new EnumMap<>(RequestLabel.class);
                    int next = 0;
                    for (RequestLabel label : present) {
                        labels.put(label, coded(columns.get(next++)));
                    }
                    return labels;
                }));
    }

    private static LabelColumn column(RequestTrace trace, RequestLabel label) {
        return Objects.requireNonNull(trace.labels().get(label));
    }

    private static LabelColumn coded(List<@Nullable String> texts) {
        Map<String, Integer> dictionary = new LinkedHashMap<>();
        int[] codes = new int[texts.size()];
        for (int i = 0; i < codes.length; i++) {
            String text = texts.get(i);
            codes[i] = LabelColumn.NONE;
            if (text != null) {
                dictionary.putIfAbsent(text, dictionary.size());
                codes[i] = dictionary.get(text);
            }
        }
        return new LabelColumn(List.copyOf(dictionary.keySet()), codes);
    }

    private static Arbitrary<Optional<PrefixBlocks>> blocks(int size) {
        return Arbitraries.longs()
                .array(long[].class)
                .ofMaxSize(4)
                .list()
                .ofSize(size)
                .map(hashes -> {
                    int[] offsets = new int[size + 1];
                    for (int i = 0; i < size; i++) {
                        offsets[i + 1] = offsets[i] + hashes.get(i).length;
                    }
                    return new PrefixBlocks(
                            16,
                            offsets,
                            hashes.stream().flatMapToLong(Arrays::stream).toArray());
                })
                .optional();
    }
}
