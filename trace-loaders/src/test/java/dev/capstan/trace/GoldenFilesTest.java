package dev.capstan.trace;

import static org.assertj.core.api.Assertions.assertThat;

import dev.capstan.trace.CarbonTrace.Scope;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What each golden file holds, worked out by hand. Times are seconds from the start; requests are arrival, prompt and output
 * tokens, labels, prefix hashes, with # for a line end in a label. The README of the folder says what each file shows.
 */
class GoldenFilesTest {

    private static Arguments of(String file, Function<Path, String> reader, String holds) {
        return Arguments.of(file, reader, holds);
    }

    static Stream<Arguments> files() {
        return Stream.of(
                of("azure-csv/azure-2023.csv", requests(file -> RequestTraces.read(file)), """
                        licence CC-BY-4.0 where the file is from Azure/AzurePublicDataset
                        from 2023-11-16T18:17:03.979960Z
                        0 4808 10
                        0.0520001 3180 8
                        20576.0200401 0 1
                        """),
                of("azure-csv/azure-2024.csv", requests(file -> RequestTraces.read(file)), """
                        licence CC-BY-4.0 where the file is from Azure/AzurePublicDataset
                        from 2024-02-28T23:59:59.009930Z
                        0 2162 5
                        0.99007 2399 6
                        1.49007 7 1
                        """),
                of(
                        "azure-csv/azure-unsorted.csv.gz",
                        requests(file -> RequestTraces.read(
                                file,
                                RequestFormat.AZURE_LLM_CSV,
                                RequestReading.STRICT.sorted().withoutFailures())),
                        """
                        licence CC-BY-4.0 where the file is from Azure/AzurePublicDataset
                        from 2023-11-16T18:17:03.979960Z
                        0 4808 10
                        0.0520001 3180 8
                        """),
                of("capstan-csv/plain.csv", requests(file -> RequestTraces.read(file)), """
                        licence CC0-1.0
                        from 2024-05-10T00:00:00Z
                        0.000000001 0 1
                        1.5 3 4
                        1.5 5 6
                        12 2147483647 1
                        """),
                of("capstan-csv/plain.csv.zst", requests(file -> RequestTraces.read(file)), """
                        0 1 2
                        0 3 4
                        3600 5 6
                        """),
                of("capstan-csv/labelled.csv", requests(file -> RequestTraces.read(file)), """
                        licence CC0-1.0
                        prefix blocks of 16
                        0 1 2 model='a, "b"# c' [7 -8]
                        1.5 3 4 slo_class='' []
                        2 5 6 model='d' slo_class='batch' [9223372036854775807]
                        """),
                of("table-csv/burstgpt.csv", requests(file -> RequestTraces.read(file)), """
                        licence CC-BY-4.0 where the file is from HPMLL/BurstGPT
                        5 472 18 model='ChatGPT' service='Conversation log'
                        45.5 1087 230 model='GPT-4' service='API log'
                        45.5 417 276 model='ChatGPT' service='Conversation log'
                        """),
                of(
                        "table-csv/burstgpt-failures.csv",
                        requests(file -> RequestTraces.read(
                                file, RequestFormat.BURSTGPT_CSV, RequestReading.STRICT.withoutFailures())),
                        """
                        licence CC-BY-4.0 where the file is from HPMLL/BurstGPT
                        5 472 18 model='ChatGPT' service='Conversation log' session='11'
                        51 800 3 model='GPT-4' service='API log' session='12'
                        """),
                of(
                        "table-csv/generic.csv",
                        requests(file -> RequestTraces.read(
                                file,
                                RequestFormat.GENERIC_CSV,
                                RequestReading.STRICT.withMapping(GoldenFiles.mapping(ArrivalUnit.ISO8601)))),
                        """
                        from 2024-05-10T00:00:00Z
                        prefix blocks of 16
                        0 1 2 model='x' [1 2]
                        1.0000001 10 6 []
                        1.0000001 0 3 model='' [-1]
                        """),
                of("mooncake-jsonl/mooncake.jsonl", requests(file -> RequestTraces.read(file)), """
                        prefix blocks of 512
                        0 6758 500 [0 1 2]
                        0.027 300 1 [0]
                        3.0005 0 7 []
                        """),
                of("mooncake-jsonl/mooncake.jsonl.zst", requests(file -> RequestTraces.read(file)), """
                        prefix blocks of 512
                        0 1024 2 [46 47]
                        3 1024 2 [46 48]
                        """),
                of(
                        "access-log-jsonl/access-log.jsonl",
                        requests(file -> RequestTraces.read(
                                file,
                                RequestFormat.ACCESS_LOG_JSONL,
                                RequestReading.STRICT.sorted().withoutFailures())),
                        """
                        from 2024-05-10T00:00:00.250Z
                        0 3 900 model='m-8b' priority='2'
                        0.75 11 7 model='m-70b' session='u1'
                        """),
                of("access-log-jsonl/access-log-iso.jsonl.gz", requests(file -> RequestTraces.read(file)), """
                        from 2024-05-10T00:00:00Z
                        0 1 2 service='chat'
                        1.0000001 3 4 slo_class='batch'
                        """),
                of(
                        "generic-jsonl/generic.jsonl",
                        requests(file -> RequestTraces.read(
                                file,
                                RequestFormat.GENERIC_JSONL,
                                RequestReading.STRICT.withMapping(GoldenFiles.mapping(ArrivalUnit.ISO8601)))),
                        """
                        from 2024-05-09T22:00:00Z
                        prefix blocks of 16
                        0 1 2 model='x' [1 2]
                        0.5 3 4 model='é#' []
                        0.5 5 6 []
                        """),
                of("request-parquet/capstan.parquet", requests(file -> RequestTraces.read(file)), """
                        licence CC0-1.0
                        from 2024-05-10T00:00:00.500Z
                        prefix blocks of 16
                        0.000000001 1 2 model='a, "b"' [7 -8]
                        1.5 3 4 slo_class='' []
                        2 5 2147483647 model='d' slo_class='batch' [9223372036854775807]
                        """),
                of(
                        "request-parquet/other.parquet",
                        requests(file -> RequestTraces.read(
                                file,
                                RequestFormat.GENERIC_PARQUET,
                                RequestReading.STRICT.withMapping(GoldenFiles.mapping(ArrivalUnit.MILLISECONDS)))),
                        """
                        from 2024-05-10T00:00:00Z
                        prefix blocks of 16
                        0 10 20 model='x' [1 2]
                        0.5 0 1 []
                        1 7 8 model='x' [3]
                        """),
                of("meter-csv/meter.csv", meter(file -> PowerCsv.read(file)), """
                        licence CC0-1.0
                        0 350.5
                        1 0
                        3 400
                        until 5
                        """),
                of(
                        "meter-csv/meter-in-kilowatts.csv",
                        meter(file -> PowerCsv.read(file, GoldenFiles.METER_IN_KILOWATTS)),
                        """
                        from 2024-04-29T17:39:05.123456789Z
                        0 1500
                        1 2000
                        2 250
                        until 3
                        """),
                of("meter-csv/ptdaemon.txt", meter(file -> PowerCsv.read(file)), """
                        from 2024-07-17T20:49:56.945Z
                        0 2511.1
                        1 2516.6
                        2.001 2480
                        until 3.002
                        """),
                of("power-tables/capstan.csv", recording(file -> PowerRecordings.read(file)), """
                        licence CC0-1.0
                        from 2024-04-29T17:39:05Z
                        GPU-a {pod=chat-1}
                        0 350.5
                        3 351
                        until 4
                        gap 1 to 3: sentinel [N/A]
                        GPU-b, left {}
                        0 12.25
                        until 3.5
                        """),
                of("power-tables/ptdaemon-sentinel.txt", recording(file -> PowerRecordings.read(file)), """
                        from 2024-07-17T20:49:56.945Z
                        wall {}
                        0 2511.1
                        2 2516.6
                        until 3
                        gap 1 to 2: sentinel -1.000000
                        """),
                of(
                        "power-tables/nvidia-smi.csv",
                        recording(file -> PowerRecordings.read(file, GoldenFiles.NVIDIA_SMI)),
                        """
                        from 2024-04-29T15:39:05.123Z
                        GPU-a {index=0}
                        0 350.5
                        1 351.5
                        2 352.5
                        until 3.002
                        GPU-b {index=1}
                        0 100.25
                        0.002 100.25
                        2.002 101.25
                        until 3.002
                        gap 1.002 to 2.002: sentinel [N/A]
                        """),
                of("power-tables/nvidia-smi-nounits.csv", recording(file -> PowerRecordings.read(file)), """
                        GPU-a {index=0}
                        0 350.5
                        1 351.5
                        2 352.5
                        until 3.002
                        GPU-b {index=1}
                        0 100.25
                        0.002 100.25
                        2.002 101.25
                        until 3.002
                        gap 1.002 to 2.002: sentinel [Unknown Error]
                        """),
                of("power-tables/nvidia-smi-noheader.csv.gz", recording(file -> PowerRecordings.read(file)), """
                        GPU-a {}
                        0 350.5
                        1 351.5
                        2 352.5
                        until 3.002
                        GPU-b {}
                        0 100.25
                        0.002 100.25
                        2.002 101.25
                        until 3.002
                        gap 1.002 to 2.002: sentinel [N/A]
                        """),
                of("power-tables/sweep.csv", recording(file -> PowerRecordings.read(file)), """
                        from 2026-04-30T02:07:59Z
                        1 {}
                        0 126.99
                        2 449.98
                        4 450.02
                        until 6
                        """),
                of("power-tables/dcgm.csv", recording(file -> PowerRecordings.read(file)), """
                        from 2024-04-29T17:39:05Z
                        GPU-a {UUID=GPU-a, __name__=DCGM_FI_DEV_POWER_USAGE, gpu=0}
                        0 52.6
                        60 60
                        until 90
                        gap 30 to 60: sentinel 140737488355328
                        """),
                of("power-tables/wide.csv", recording(file -> PowerRecordings.read(file)), """
                        gpu0 {}
                        0 1
                        1 2
                        2 3
                        3 4
                        4 5
                        8 6
                        9 7
                        until 10
                        gap 5 to 8: missing
                        gpu1 {}
                        0 10
                        2 30
                        3 40
                        4 50
                        8 60
                        9 70
                        until 10
                        gap 1 to 2: missing
                        gap 5 to 8: missing
                        """),
                of("power-tables/long.csv", recording(file -> PowerRecordings.read(file)), """
                        from 2024-04-29T17:39:05Z
                        a {}
                        0 1
                        1 3
                        2 5
                        until 3
                        b {}
                        0 2
                        2 6
                        until 3
                        gap 1 to 2: sentinel 9223372036854775792
                        """),
                of("exporter-text/dcgm.txt", recording(file -> PowerRecordings.read(file)), """
                        from 2024-04-29T17:39:05Z
                        GPU-a {Hostname=n1, UUID=GPU-a, __name__=DCGM_FI_DEV_POWER_USAGE, gpu=0}
                        0 52.6
                        30 53.6
                        60 54.6
                        until 90
                        GPU-b {Hostname=n1, UUID=GPU-b, __name__=DCGM_FI_DEV_POWER_USAGE, gpu=1}
                        0 300
                        60 302
                        until 90
                        gap 30 to 60: sentinel 2147483632
                        """),
                of("exporter-text/kepler.txt", recording(file -> PowerRecordings.read(file)), """
                        from 2024-04-29T17:39:05.500Z
                        zone=dram {__name__=kepler_node_cpu_watts, node_name=say "n\\1", zone=dram}
                        0 4
                        5 5
                        10 6
                        until 15
                        zone=package {__name__=kepler_node_cpu_watts, node_name=say "n\\1", zone=package}
                        0 10
                        10 12
                        until 15
                        gap 5 to 10: sentinel NaN
                        """),
                of("exporter-text/dmon.txt", recording(file -> PowerRecordings.read(file, GoldenFiles.DMON)), """
                        GPU 0 {gpu=0}
                        0 70.123
                        2 71
                        until 4
                        GPU 1 {gpu=1}
                        0 80
                        2 80
                        until 4
                        gap 0 to 2: sentinel N/A
                        """),
                of("prometheus-json/kepler.json", recording(file -> PowerRecordings.read(file)), """
                        from 2026-11-23T18:09:10.500Z
                        node_name=a {__name__=kepler_node_cpu_watts, node_name=a, zone=package}
                        0 10
                        15 10
                        45 12
                        60 13
                        until 75
                        gap 0 to 15: missing
                        gap 30 to 45: sentinel +Inf
                        node_name=b {__name__=kepler_node_cpu_watts, node_name=b, zone=package}
                        0 20
                        30 21
                        60 22
                        until 75
                        gap 15 to 30: sentinel NaN
                        gap 45 to 60: missing
                        """),
                of(
                        "prometheus-json/expression.json.gz",
                        recording(file -> PowerRecordings.read(file, GoldenFiles.EXPRESSION_IN_KILOWATTS)),
                        """
                        from 2026-11-23T18:09:10Z
                        power {}
                        0 1500
                        15 2000
                        until 30
                        """),
                of("carbon-csv/electricity-maps.csv", carbon(file -> CarbonTraces.read(file, Scope.DIRECT)), """
                        licence ODbL, Electricity Maps
                        XX AVERAGE DIRECT from 2024-01-01T00:00:00Z
                        0 61.34
                        3600 59.96
                        """),
                of("carbon-csv/electricity-maps.csv", carbon(file -> CarbonTraces.read(file, Scope.LIFE_CYCLE)), """
                        licence ODbL, Electricity Maps
                        XX AVERAGE LIFE_CYCLE from 2024-01-01T00:00:00Z
                        0 96.44
                        3600 94.21
                        """),
                of(
                        "carbon-csv/electricity-maps-2025.csv",
                        carbon(file -> CarbonTraces.read(file, Scope.LIFE_CYCLE)),
                        """
                        licence ODbL, Electricity Maps
                        X AVERAGE LIFE_CYCLE from 2025-01-01T00:00:00Z
                        0 7
                        900 8
                        1800 9
                        """),
                of("carbon-csv/watttime.csv", carbon(file -> CarbonTraces.read(file, Scope.DIRECT)), """
                        CAISO_NORTH MARGINAL DIRECT from 2023-06-08T00:00:00Z
                        0 453.59237
                        300 408.233133
                        """),
                of("carbon-csv/watttime-stated.csv.gz", carbon(file -> CarbonTraces.read(file, Scope.DIRECT)), """
                        CAISO_NORTH AVERAGE DIRECT from 2023-06-08T00:00:00Z
                        0 453.59237
                        300 408.233133
                        """),
                of("carbon-csv/capstan.csv", carbon(file -> CarbonTraces.read(file, Scope.LIFE_CYCLE)), """
                        licence CC0-1.0
                        GB MARGINAL LIFE_CYCLE from 2024-06-01T00:00:00Z
                        0 100
                        3600 90.5
                        7200 0
                        """),
                of("carbon-csv/local-times.csv", carbon(file -> CarbonTraces.read(file, GoldenFiles.LOCAL_TIMES)), """
                        DE AVERAGE LIFE_CYCLE from 2024-03-31T00:30:00Z
                        0 400
                        1800 401
                        3600 402
                        """),
                of("carbon-json/electricity-maps.json", carbon(file -> CarbonTraces.read(file, Scope.LIFE_CYCLE)), """
                        licence Electricity Maps
                        FR AVERAGE LIFE_CYCLE from 2024-06-01T00:00:00Z
                        0 52
                        3600 49.5
                        """),
                of(
                        "carbon-json/electricity-maps-past-range.json.gz",
                        carbon(file -> CarbonTraces.read(file, Scope.DIRECT)),
                        """
                        licence Electricity Maps
                        FR AVERAGE DIRECT from 2024-06-01T00:00:00Z
                        0 20
                        300 21
                        """),
                of("carbon-json/neso.json", carbon(file -> CarbonTraces.read(file, Scope.DIRECT)), """
                        licence CC-BY-4.0, NESO Carbon Intensity API
                        GB AVERAGE DIRECT from 2018-01-20T12:00:00Z
                        0 263
                        1800 258
                        """),
                of(
                        "carbon-json/neso-forecast.json",
                        carbon(file -> CarbonTraces.read(file, new CarbonFormat.NesoForecast())),
                        """
                        licence CC-BY-4.0, NESO Carbon Intensity API
                        GB AVERAGE DIRECT from 2018-01-20T12:00:00Z
                        0 266
                        1800 260
                        """),
                of("carbon-json/watttime.json", carbon(file -> CarbonTraces.read(file, Scope.DIRECT)), """
                        CAISO_NORTH MARGINAL DIRECT from 2023-06-08T00:00:00Z
                        0 453.59237
                        300 408.233133
                        """),
                of("prices/prices.csv", prices(PriceTraces::read), """
                        licence CC0-1.0
                        DE-LU EUR from 2024-06-01T12:00:00Z
                        0 -12.5
                        900 30
                        1800 30
                        """),
                of("prices/prices.json.gz", prices(PriceTraces::read), """
                        licence CC0-1.0
                        NO2 NOK from 2024-06-01T12:00:00Z
                        0 -1.5
                        3600 20
                        """),
                of("profiles/rates.csv", rates(RateProfile::read), """
                        licence CC0-1.0
                        0 1.5
                        600 0
                        900.5 0.2
                        until 1201
                        """),
                of("profiles/lengths.csv.gz", GoldenFilesTest::lengths, """
                        # licence: CC0-1.0
                        quantile,input_tokens,output_tokens
                        0,0,1
                        0.5,100,8
                        1,2147483647,9
                        """),
                of("servegen/chunk-0-trace.csv", GoldenFilesTest::clients, """
                        2 clients, with lengths [0]
                        0 3.5
                        600 1
                        1200 1.5
                        until 1800
                        """),
                of("servegen/chunk-0-dataset.json", GoldenFilesTest::clients, """
                        2 clients, with lengths [0]
                        0 3.5
                        600 1
                        1200 1.5
                        until 1800
                        """),
                of("servegen/chunk-1-trace.csv", GoldenFilesTest::clients, """
                        2 clients, with lengths [0]
                        0 3.5
                        600 1
                        1200 1.5
                        until 1800
                        """));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("files")
    void holdsWhatStandsInIt(String file, Function<Path, String> reader, String holds) {
        assertThat(reader.apply(GoldenFiles.file(file)).strip()).isEqualTo(holds.strip());
    }

    @Test
    void noFileIsForgotten() {
        List<String> there = Arrays.stream(HostileReading.values())
                .flatMap(HostileReading::goldenNames)
                .sorted()
                .toList();
        assertThat(files().map(file -> file.get()[0]).distinct().sorted().toList())
                .isEqualTo(there);
    }

    @Test
    void saysWhatWasDoneBeyondReading() {
        Path file = GoldenFiles.file("azure-csv/azure-unsorted.csv.gz");
        RequestReading reading = RequestReading.STRICT.sorted().withoutFailures();
        assertThat(RequestTraces.read(file, RequestFormat.AZURE_LLM_CSV, reading)
                        .origin()
                        .path())
                .matches("sorted by arrival, of without 1 failed requests, of azure-unsorted.csv.gz"
                        + " \\(sha256 [0-9a-f]{64}\\)");
    }

    private static Function<Path, String> requests(Function<Path, RequestTrace> reader) {
        return file -> {
            RequestTrace trace = reader.apply(file);
            StringBuilder text = new StringBuilder(licence(trace.origin()) + from(trace.start()));
            trace.prefixBlocks()
                    .ifPresent(blocks -> text.append("prefix blocks of ")
                            .append(blocks.blockTokens())
                            .append('\n'));
            for (int i = 0; i < trace.size(); i++) {
                text.append(Decimals.seconds(trace.arrivalNanos()[i])).append(' ');
                text.append(trace.inputTokens()[i]).append(' ').append(trace.outputTokens()[i]);
                for (RequestLabel label : trace.labels().keySet()) {
                    String of =
                            Objects.requireNonNull(trace.labels().get(label)).text(i);
                    if (of != null) {
                        text.append(' ')
                                .append(label.column())
                                .append("='")
                                .append(of.replace('\n', '#'))
                                .append('\'');
                    }
                }
                if (trace.prefixBlocks().isPresent()) {
                    text.append(" [")
                            .append(RequestTexts.hashes(trace.prefixBlocks().get(), i))
                            .append(']');
                }
                text.append('\n');
            }
            return text.toString();
        };
    }

    private static Function<Path, String> meter(Function<Path, PowerTrace> reader) {
        return file -> {
            PowerTrace power = reader.apply(file);
            return licence(power.origin())
                    + from(power.start())
                    + samples(power.timeNanos(), power.watts())
                    + until(power.endNanos());
        };
    }

    private static Function<Path, String> recording(Function<Path, PowerRecording> reader) {
        return file -> {
            PowerRecording recording = reader.apply(file);
            return licence(recording.origin())
                    + from(recording.start())
                    + recording.series().stream().map(GoldenFilesTest::series).collect(Collectors.joining());
        };
    }

    private static String series(PowerSeries series) {
        return series.name() + " " + series.labels() + "\n"
                + samples(series.power().timeNanos(), series.power().watts())
                + until(series.power().endNanos())
                + series.gaps().stream()
                        .map(gap -> "gap " + Decimals.seconds(gap.fromNanos()) + " to "
                                + Decimals.seconds(gap.toNanos()) + ": " + gap.reason() + "\n")
                        .collect(Collectors.joining());
    }

    private static Function<Path, String> carbon(Function<Path, CarbonTrace> reader) {
        return file -> {
            CarbonTrace trace = reader.apply(file);
            return licence(trace.origin()) + trace.zone() + " " + trace.signal() + " " + trace.scope() + " "
                    + from(Optional.of(trace.start())) + samples(trace.timeNanos(), trace.gramsPerKilowattHour());
        };
    }

    private static Function<Path, String> prices(Function<Path, PriceTrace> reader) {
        return file -> {
            PriceTrace trace = reader.apply(file);
            return licence(trace.origin()) + trace.zone() + " " + trace.currency() + " "
                    + from(Optional.of(trace.start())) + samples(trace.timeNanos(), trace.perMegawattHour());
        };
    }

    private static Function<Path, String> rates(Function<Path, RateProfile> reader) {
        return file -> {
            RateProfile rates = reader.apply(file);
            return licence(rates.origin()) + windows(rates);
        };
    }

    private static String windows(RateProfile rates) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < rates.size(); i++) {
            text.append(sample(rates.windowStartNanos(i), rates.requestsPerSecond(i)));
        }
        return text + until(rates.endNanos());
    }

    private static String lengths(Path file) {
        StringBuilder text = new StringBuilder();
        try {
            TokenLengths.read(file).writeCsv(text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return text.toString();
    }

    private static String clients(Path file) {
        ServeGenClients clients = ServeGenClients.read(Objects.requireNonNull(file.getParent()));
        return clients.size() + " clients, with lengths " + clients.clientsWithLengths() + "\n"
                + windows(clients.rates());
    }

    private static String licence(TraceOrigin origin) {
        return origin.licence().isEmpty() ? "" : "licence " + origin.licence() + "\n";
    }

    private static String from(Optional<Instant> start) {
        return start.map(instant -> "from " + instant + "\n").orElse("");
    }

    private static String until(long endNanos) {
        return "until " + Decimals.seconds(endNanos) + "\n";
    }

    private static String samples(long[] timeNanos, double[] values) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < values.length; i++) {
            text.append(sample(timeNanos[i], values[i]));
        }
        return text.toString();
    }

    private static String sample(long timeNanos, double value) {
        // Nine decimals leave out what a factor of units adds behind them.
        return Decimals.seconds(timeNanos) + " "
                + BigDecimal.valueOf(value)
                        .setScale(9, RoundingMode.HALF_EVEN)
                        .stripTrailingZeros()
                        .toPlainString()
                + "\n";
    }
}
