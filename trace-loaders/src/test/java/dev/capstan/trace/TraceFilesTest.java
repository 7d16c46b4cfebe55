package dev.capstan.trace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.capstan.trace.TraceFiles.Target;
import dev.capstan.trace.TraceReading.Fact;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TraceFilesTest {

    private static final long S = 1_000_000_000L;

    @TempDir
    Path folder;

    /** The beginnings are those of the public files and answers that docs/traces.md names. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "azure-llm-csv|TIMESTAMP,ContextTokens,GeneratedTokens",
                "capstan-csv|arrival_seconds,input_tokens,output_tokens,model",
                "burstgpt-csv|Timestamp,Model,Request tokens,Response tokens,Total tokens,Log Type",
                "mooncake-jsonl|{\"timestamp\": 0, \"input_length\": 6755, \"output_length\": 500, \"hash_ids\": [0]}",
                "access-log-jsonl|{\"created\": 1795457350, \"usage\": {\"prompt_tokens\": 3, \"completion_tokens\": 1}}",
                "capstan-power-csv|time_seconds,series,power_watts,gap_until_seconds,gap_reason",
                "power-csv|time_utc,rack1_watts,rack2_watts",
                "ptdaemon-log|Time,07-17-2024 20:49:56.945,Watts,2511.100000,Volts,229.2",
                "nvidia-smi-csv|timestamp, index, power.draw [W]",
                "nvidia-smi-csv|2024/04/29 17:39:05.123, GPU-1, 350.00 W",
                "power-sweep-csv|1777484345, 0, 599.56, 61, 2400, 100",
                "exporter-text|# HELP DCGM_FI_DEV_POWER_USAGE Power draw (in W).",
                "exporter-text|DCGM_FI_DEV_POWER_USAGE{gpu=\"0\",UUID=\"GPU-1\"} 69.8 1714412345000",
                "exporter-text|{__name__=\"kepler_node_cpu_watts\",zone=\"package\"} 20 1714412345000",
                "dcgm-csv|epoch_ms,gpu,UUID,DCGM_FI_DEV_POWER_USAGE",
                "dcgm-dmon|#Entity   POWER   SMCLK",
                "prometheus-json|{\"status\":\"success\",\"data\":{\"resultType\":\"matrix\",\"result\":[]}}",
                "electricity-maps-csv|Datetime (UTC),Zone Id,Carbon Intensity gCO\u2082eq/kWh (direct)",
                "electricity-maps-json|{\"zone\":\"DE\",\"history\":[{\"carbonIntensity\":302}]}",
                "electricity-maps-json|{\"zone\":\"DE\",\"data\":[{\"carbonIntensity\":302}]}",
                "neso-json|{\"data\":[{\"from\":\"2024-06-21T00:00Z\",\"intensity\":{\"forecast\":1}}]}",
                "watttime-json|{\"data\":[{\"point_time\":\"2023-06-08T00:00:00Z\",\"value\":1}],\"meta\":{}}",
                "watttime-csv|point_time,value",
                "capstan-carbon-csv|time_utc,carbon_grams_per_kilowatt_hour",
                "capstan-price-csv|time_utc,price_per_megawatt_hour",
                "price-json|{\"zone\":\"DE-LU\",\"currency\":\"EUR\",\"unit\":\"MWh\",\"prices\":[]}",
            })
    void theContentTellsTheFormat(String id, String beginning) throws IOException {
        assertThat(TraceFiles.formatOf(file(beginning + "\n"), TraceReading.NONE)
                        .id())
                .isEqualTo(id);
    }

    @Test
    void everyFormatThatIsNotGenericIsToldByContentOrIsParquet() {
        assertThat(TraceFormat.all()).extracting(TraceFormat::id).doesNotHaveDuplicates();
        assertThat(TraceFormat.ofId("dcgm-dmon").title()).isEqualTo("dcgmi dmon table");
        assertThatThrownBy(() -> TraceFormat.ofId("csv"))
                .hasMessageContaining("there is no format 'csv'. Allowed: azure-llm-csv, ");
    }

    @Test
    void aFormatThatIsNotToldNamesTheFormatsAndTheOption() throws IOException {
        Path file = file("when,prompt,answer\n0,1,2\n");
        assertThatThrownBy(() -> TraceFiles.read(file, TraceReading.NONE))
                .isInstanceOf(TraceException.class)
                .hasMessageContaining("begins with 'when,prompt,answer'")
                .hasMessageContaining("azure-llm-csv")
                .hasMessageContaining("dcgm-dmon")
                .hasMessageContaining("generic-price-csv")
                .hasMessageContaining("--format generic-csv --map arrival=COLUMN");
        TraceReading stated = stated(
                "generic-csv",
                Fact.MAP,
                "arrival=when",
                Fact.MAP,
                "input=prompt",
                Fact.MAP,
                "output=answer",
                Fact.TIME_UNIT,
                "ms");
        RequestTrace trace =
                ((TraceFiles.Requests) TraceFiles.read(file, stated).content()).trace();
        assertThat(trace.inputTokens()).containsExactly(1);
        assertThat(trace.outputTokens()).containsExactly(2);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "generic-csv|arrival=t|the column of input must be stated. Needed: --map arrival=COLUMN --map input=COLUMN",
                "generic-csv|arrival|--map takes name=value, is 'arrival'",
                "generic-csv|arrival=t;input=i;output=o;colour=c|there is no field 'colour'. Allowed: arrival, input",
                "generic-csv|arrival=t;arrival=u;input=i;output=o|--map states arrival twice: t, u",
                "generic-csv|arrival=t;input=i;output=o;prefix=p|does not say its block tokens. Maybe add --block-tokens",
                "generic-carbon-csv|time=t;value=v|does not say its signal. Maybe add --signal average",
                "generic-price-csv|time=t;value=v|does not say its currency. Maybe add --currency EUR",
                "generic-power-csv|time=t|the column of power must be stated",
                "azure-llm-csv|time=t|has no use for --map. Allowed: --sort, --skip-failed",
            })
    void whatIsStatedWrongSaysWhatIsAllowed(String id, String map, String problem) throws IOException {
        Map<Fact, List<String>> facts = new EnumMap<>(Map.of(Fact.MAP, List.of(map.split(";", -1))));
        TraceReading reading = new TraceReading(Optional.of(TraceFormat.ofId(id)), facts);
        Path file = file("TIMESTAMP,ContextTokens,GeneratedTokens\n");
        assertThatThrownBy(() -> TraceFiles.read(file, reading))
                .isInstanceOf(TraceException.class)
                .hasMessageContaining("trace: ")
                .hasMessageContaining(problem);
    }

    @Test
    void aFormatThatTheContentContradictsIsRefused() throws IOException {
        Path file = file("time_utc,price_per_megawatt_hour\n");
        assertThatThrownBy(() -> TraceFiles.read(file, stated("azure-llm-csv")))
                .hasMessageContaining("is not azure-llm-csv: its content tells capstan-price-csv");
    }

    @Test
    void remarksThatNoReaderHasAUseForAreWrittenAgain() throws IOException {
        Path file = file("""
                # recipe: seed=7
                # licence: CC0
                # made by hand
                arrival_seconds,input_tokens,output_tokens
                0,1,1
                """);
        Path parquet = folder.resolve("t.parquet");
        Path back = folder.resolve("back.csv");
        TraceFiles.TraceFile read = TraceFiles.read(file, TraceReading.NONE);
        assertThat(read.remarks()).containsExactly("recipe: seed=7", "made by hand");
        TraceFiles.write(read.content(), read.remarks(), Target.PARQUET, parquet, false);
        TraceFiles.TraceFile again = TraceFiles.read(parquet, TraceReading.NONE);
        TraceFiles.write(again.content(), again.remarks(), Target.CSV, back, false);
        assertThat(back).hasContent("""
                # recipe: seed=7
                # made by hand
                # units: seconds from start, tokens
                # time zone: UTC
                # licence: CC0
                arrival_seconds,input_tokens,output_tokens
                0,1,1
                """);
    }

    /** Power of one meter counts from its first sample, whatever start a remark states; that is kept as a remark. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "time_seconds,power_watts|# start: yesterday|source start: yesterday",
                "time_seconds,power_watts|# time zone: UTC|",
                "time_seconds,power_watts|# series: GPU-1|series: GPU-1",
                "TIMESTAMP,ContextTokens,GeneratedTokens|# licence: CC0|source licence: CC0",
                "time_utc,price_per_megawatt_hour|# start: noon|source start: noon",
            })
    void aRemarkThatOnlyOtherFormatsReadIsNotLost(String header, String remark, @Nullable String kept)
            throws IOException {
        FileHead head = FileHead.of(file(remark + "\n" + header + "\n"));
        assertThat(SourceRemarks.of(head, TraceFiles.formatOf(head.file(), TraceReading.NONE)))
                .isEqualTo(kept == null ? List.of() : List.of(kept));
    }

    @Test
    void aFormThatHoldsLessListsWhatItWouldLoseUnlessItMay() throws IOException {
        RequestTrace trace = new RequestTrace(
                new long[] {150, S},
                new int[] {3, 4},
                new int[] {1, 2},
                Optional.empty(),
                new TraceOrigin("made", "0", "CC0"),
                Map.of(RequestLabel.MODEL, new LabelColumn(List.of("m"), new int[] {0, 0})),
                Optional.of(new PrefixBlocks(16, new int[] {0, 1, 2}, new long[] {7, 8})));
        Path out = folder.resolve("out");
        assertThatThrownBy(() -> TraceFiles.write(
                        new TraceFiles.Requests(trace), List.of("recipe: x"), Target.AZURE_LLM_CSV, out, false))
                .isInstanceOf(TraceException.class)
                .hasMessageContaining("that the trace has no start: its times would read as of 1970-01-01")
                .hasMessageContaining("the 150ns ahead of the first request")
                .hasMessageContaining("digits below 100 ns of 1 of 2 arrivals")
                .hasMessageContaining("labels model")
                .hasMessageContaining("prefix blocks, 2 of them")
                .hasMessageContaining("licence CC0")
                .hasMessageContaining("remark 'recipe: x'")
                .hasMessageContaining("--drop");
        assertThat(out).doesNotExist();

        List<String> lost =
                TraceFiles.write(new TraceFiles.Requests(trace), List.of(), Target.MOONCAKE_JSONL, out, true);
        assertThat(lost)
                .containsExactly(
                        "digits below 1 ms of 1 of 2 arrivals",
                        "labels model",
                        "size of prefix blocks, 16 tokens: they would read as blocks of 512",
                        "licence CC0");
        assertThat(out).hasContent("""
                {"timestamp": 0, "input_length": 3, "output_length": 1, "hash_ids": [7]}
                {"timestamp": 1000, "input_length": 4, "output_length": 2, "hash_ids": [8]}
                """);
    }

    /** Two meters of 100 W and 50 W, the second silent from 2 s to 3 s. */
    @Test
    void theTotalOfMetersLosesWhoDrewWhatAndItsGaps() throws IOException {
        TraceOrigin origin = new TraceOrigin("made", "0", "");
        Optional<Instant> start = Optional.of(Instant.ofEpochSecond(1_700_000_000));
        long[] times = {0, S, 2 * S};
        PowerRecording recording = new PowerRecording(
                List.of(
                        new PowerSeries(
                                "a",
                                Map.of("pod", "p"),
                                new PowerTrace(times, new double[] {100, 100, 100}, 3 * S, start, origin),
                                List.of()),
                        new PowerSeries(
                                "b",
                                Map.of(),
                                new PowerTrace(times, new double[] {50, 50, 50}, 3 * S, start, origin),
                                List.of(new PowerRecording.Gap(2 * S, 3 * S, "missing")))),
                start,
                origin);
        Path out = folder.resolve("out.csv.gz");
        List<String> lost = TraceFiles.write(new TraceFiles.Power(recording), List.of(), Target.POWER_CSV, out, true);
        assertThat(lost)
                .containsExactly(
                        "which of the 2 series drew how much: a, b",
                        "labels pod",
                        "that there is a gap from 2s to 3s (b: missing): held values would read as measured");
        PowerTrace back = PowerCsv.read(out);
        assertThat(back.watts()).containsExactly(150, 150, 150);
        assertThat(back.start()).isEqualTo(start);
        assertThat(Files.readAllBytes(out)).startsWith(0x1f, 0x8b);
    }

    @Test
    void aKindThatAFormDoesNotKnowIsRefusedWhateverMayBeDropped() throws IOException {
        Path file = file("# zone: DE-LU\n# currency: EUR\ntime_utc,price_per_megawatt_hour\n2024-06-01T00:00Z,1\n");
        TraceFiles.Content prices = TraceFiles.read(file, TraceReading.NONE).content();
        Path out = folder.resolve("out");
        for (Target target : List.of(Target.PARQUET, Target.MOONCAKE_JSONL, Target.AZURE_LLM_CSV, Target.POWER_CSV)) {
            assertThatThrownBy(() -> TraceFiles.write(prices, List.of(), target, out, true))
                    .isInstanceOf(TraceException.class)
                    .hasMessageContaining("cannot be ")
                    .hasMessageContaining("Maybe write .csv");
        }
        assertThat(out).doesNotExist();
    }

    @Test
    void powerOfParquetFromElsewhereIsReadByItsColumns() throws IOException {
        Path file = folder.resolve("p.parquet");
        // A request trace of Capstan's serves as a foreign table: 5 and 6 kW at 0 s and 1 s since its start.
        RequestTraces.writeParquet(
                new RequestTrace(
                        new long[] {0, S},
                        new int[] {5, 6},
                        new int[] {1, 1},
                        Optional.empty(),
                        new TraceOrigin("made", "0", "")),
                file);
        PowerRecording recording = PowerRecordings.read(
                file, new PowerFormat.Table("arrival_nanos", "ns", List.of("input_tokens"), "kW", Optional.empty()));
        assertThat(recording.series("input_tokens").power().watts()).containsExactly(5000, 6000);
        assertThat(recording.series("input_tokens").power().timeNanos()).containsExactly(0, S);
        assertThatThrownBy(() -> PowerRecordings.read(
                        file, new PowerFormat.Table("time", "s", List.of("watts"), "W", Optional.empty())))
                .hasMessageContaining("there is no column 'watts'. Columns here: arrival_nanos");
    }

    private static TraceReading stated(String id, Object... facts) {
        Map<Fact, List<String>> map = new EnumMap<>(Fact.class);
        for (int i = 0; i < facts.length; i += 2) {
            map.merge(
                    (Fact) facts[i],
                    List.of((String) facts[i + 1]),
                    (a, b) -> Stream.concat(a.stream(), b.stream()).toList());
        }
        return new TraceReading(Optional.of(TraceFormat.ofId(id)), map);
    }

    private Path file(String content) throws IOException {
        return Files.writeString(folder.resolve("trace"), content);
    }
}
