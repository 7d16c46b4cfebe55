package dev.capstan.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a file does not say of itself is stated with options, the same for {@code inspect} and {@code convert}. */
class TracesReadingTest {

    private static final String PRICES = """
            # zone: DE-LU
            # currency: EUR
            time_utc,price_per_megawatt_hour
            2024-06-01T00:00:00Z,80.0
            2024-06-01T01:00:00Z,-20.0
            2024-06-01T02:00:00Z,30.0
            """;

    @TempDir
    Path folder;

    @Test
    void pricesAreInspectedAsTextJsonAndPicture() throws IOException {
        Path file = file("prices.csv", PRICES);
        // Mean (80 - 20 + 30) / 3 = 30, largest step 100, one of three below 0.
        assertThat(inspect(file).out())
                .contains("Capstan price CSV", "DE-LU", "below 0        33.33 %", "EUR/MWh", "negative-prices");
        JsonNode seen = new ObjectMapper().readTree(inspect(file, "--json").out());
        assertThat(seen.path("kind").asText()).isEqualTo("prices");
        assertThat(seen.path("mean").asDouble()).isEqualTo(30);
        assertThat(seen.path("min").asDouble()).isEqualTo(-20);
        assertThat(seen.path("largest_step").asDouble()).isEqualTo(100);
        assertThat(seen.path("currency").asText()).isEqualTo("EUR");
        Path page = folder.resolve("prices.html");
        inspect(file, "--html", page.toString());
        assertThat(page)
                .content()
                .contains("Price over time", "EUR/MWh", ">-25<")
                .doesNotContain("NaN");
    }

    @Test
    void pricesAndTheirUnitsAreKeptByConvert() throws IOException {
        Path back = convert(convert(file("prices.csv", PRICES), "p.csv.zst"), "back.csv");
        assertThat(back).hasContent("""
                # zone: DE-LU
                # currency: EUR
                # units: EUR/MWh
                # time zone: UTC
                time_utc,price_per_megawatt_hour
                2024-06-01T00:00:00Z,80.0
                2024-06-01T01:00:00Z,-20.0
                2024-06-01T02:00:00Z,30.0
                """);
    }

    @Test
    void aTableOfRequestsIsReadByItsColumns() throws IOException, NoSuchAlgorithmException {
        Path table = file("log.csv", "at,p,c,who\n2024-05-10T00:00:01Z,7,3,m1\n2024-05-10T00:00:00Z,5,0,m2\n");
        Path out = convert(
                table,
                "out.csv",
                "--format=generic-csv",
                "--map=arrival=at",
                "--map=input=p",
                "--map=output=c",
                "--map=model=who",
                "--time-unit=iso8601",
                "--sort",
                "--skip-failed");
        String sha256 =
                HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(table)));
        assertThat(out).hasContent("# reading: without 1 failed requests, of log.csv (sha256 " + sha256 + ")" + """

                # units: seconds from start, tokens
                # time zone: UTC
                # start: 2024-05-10T00:00:01Z
                arrival_seconds,input_tokens,output_tokens,model
                0,7,3,"m1"
                """);
    }

    @Test
    void anAccessLogOutOfOrderSaysThatItMayBeSorted() throws IOException {
        Path log = file("log.jsonl", """
                {"created": 1795457351, "prompt_tokens": 3, "completion_tokens": 1}
                {"created": 1795457350, "prompt_tokens": 4, "completion_tokens": 2}
                """);
        CommandRun refused = new CommandRun();
        assertThat(refused.run("traces", "inspect", log.toString())).isEqualTo(2);
        assertThat(refused.err()).contains("not in order of arrival", "Maybe ask for sorting");
        assertThat(inspect(log, "--sort").out()).contains("access log JSONL", "2 over 1s");
    }

    @Test
    void powerIsReadOnceItsZoneIntervalOrMetricIsStated() throws IOException {
        Path smi = file("smi.csv", """
                timestamp, index, power.draw [W]
                2024/04/29 17:39:05.000, 0, 100 W
                2024/04/29 17:39:06.000, 0, 110 W
                """);
        assertThat(inspect(smi, "--time-zone", "Europe/Berlin").out())
                .contains("nvidia-smi CSV", "from 2024-04-29T15:39:05Z");

        Path dmon = file("dmon.txt", "#Entity   POWER\nID        W\nGPU 0     70\nGPU 0     71\n");
        CommandRun refused = new CommandRun();
        assertThat(refused.run("traces", "inspect", dmon.toString())).isEqualTo(2);
        assertThat(refused.err()).contains("does not say its interval. Maybe add --interval 1s");
        assertThat(inspect(dmon, "--interval", "2s").out()).contains("dcgmi dmon table", "GPU 0");

        Path expression = file("answer.json", """
                {"status":"success","data":{"resultType":"matrix","result":[
                {"metric":{},"values":[[1795457350,"1.5"],[1795457365,"2"]]}]}}""");
        CommandRun unit = new CommandRun();
        assertThat(unit.run("traces", "inspect", expression.toString())).isEqualTo(2);
        assertThat(unit.err()).contains("--metric, --unit");
        assertThat(inspect(expression, "--unit", "kW").out()).contains("1500", "2000");

        Path table = file("table.csv", "t,rack a,rack b\n0,1,2\n500,1.5,2\n");
        Path out = convert(
                table,
                "racks.parquet",
                "--format=generic-power-csv",
                "--map=time=t",
                "--time-unit=ms",
                "--map=power=rack a",
                "--map=power=rack b",
                "--unit=kW");
        assertThat(inspect(out).out()).contains("Capstan power recording Parquet", "rack b", "1500");
    }

    @Test
    void carbonWithoutMeaningIsReadOnceItIsStated() throws IOException {
        Path table = file("moer.csv", "oootime,Caiso_North\n2023-06-08 00:00:00,1000\n2023-06-08 00:05:00,900\n");
        Path out = convert(
                table,
                "moer2.csv",
                "--format=generic-carbon-csv",
                "--map=time=oootime",
                "--map=value=Caiso_North",
                "--unit=lbs/MWh",
                "--zone=CAISO_NORTH",
                "--time-zone=UTC",
                "--signal=marginal",
                "--scope=direct");
        // 1000 lb/MWh = 453.59237 kg/MWh = 453.59237 g/kWh
        assertThat(out)
                .content()
                .contains("# signal: marginal\n", "# units: g/kWh\n# time zone: UTC\n", "2023-06-08T00:00:00Z,453.592");
        CommandRun other = new CommandRun();
        assertThat(other.run("traces", "inspect", "--signal", "average", out.toString()))
                .isEqualTo(2);
        assertThat(other.err()).contains("signal is 'marginal' but average was asked for");
    }

    /** Half-hours of Great Britain, of which the last is not measured yet. */
    @Test
    void theForecastIsTakenOnlyWhenAskedFor() throws IOException {
        Path file = file("gb.json", """
                {"data":[
                {"from":"2024-06-21T00:00Z","to":"2024-06-21T00:30Z","intensity":{"forecast":100,"actual":110}},
                {"from":"2024-06-21T00:30Z","to":"2024-06-21T01:00Z","intensity":{"forecast":90,"actual":null}}]}""");
        CommandRun refused = new CommandRun();
        assertThat(refused.run("traces", "inspect", file.toString())).isEqualTo(2);
        assertThat(refused.err()).contains("--forecast");
        assertThat(inspect(file, "--forecast").out()).contains("NESO JSON", "GB, average, direct", "100");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--format=csv|--format: there is no format 'csv'. Allowed: azure-llm-csv",
                "--interval=1s|which has no use for --interval. Allowed: --sort, --skip-failed",
                "--format=generic-csv|the column of arrival must be stated",
                "--format=burstgpt-csv|is not burstgpt-csv: its content tells capstan-csv",
            })
    void whatDoesNotFitIsWrongUsageAndSaysWhatIsAllowed(String option, String problem) throws IOException {
        Path requests = file("r.csv", "arrival_seconds,input_tokens,output_tokens\n0,1,1\n");
        for (String command : List.of("inspect", "convert")) {
            CommandRun run = new CommandRun();
            List<String> arguments = new ArrayList<>(List.of("traces", command, option, requests.toString()));
            if (command.equals("convert")) {
                arguments.add(folder.resolve("out.csv").toString());
            }
            assertThat(run.run(arguments.toArray(String[]::new))).isEqualTo(2);
            assertThat(run.err()).contains(problem);
        }
        assertThat(folder.resolve("out.csv")).doesNotExist();
    }

    @Test
    void anUnknownFileListsFormatsAndTheOption() throws IOException {
        CommandRun run = new CommandRun();
        assertThat(run.run(
                        "traces", "inspect", file("x.csv", "hello,world\n1,2\n").toString()))
                .isEqualTo(2);
        assertThat(run.err())
                .contains("hello,world", "mooncake-jsonl", "generic-power-csv", "--format generic-csv --map");
    }

    /** Read whole, as sorting needs, and read as a stream. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "TIMESTAMP,ContextTokens,GeneratedTokens|2024-05-10 00:00:00.009930+00:00,10,2|2024-05-10 00:01:00+00:00,9,1",
                "arrival_seconds,input_tokens,output_tokens|1,10,2|61,9,1",
            })
    void requestsThatStreamAreSeenAsThoseReadWhole(String header, String first, String second) throws IOException {
        Path file = file("r.csv", String.join("\n", header, first, first, second) + "\n");
        assertThat(inspect(file, "--json").out())
                .isEqualTo(inspect(file, "--json", "--sort").out());
    }

    @Test
    void aFaultInTheLastLineOfAStreamPrintsNoFigures() throws IOException {
        Path file = file("r.csv", "arrival_seconds,input_tokens,output_tokens\n0,1,1\n1,1\n");
        CommandRun run = new CommandRun();
        assertThat(run.run("traces", "inspect", file.toString())).isEqualTo(2);
        assertThat(run.out()).isEmpty();
        assertThat(run.err()).contains("r.csv:3: ");
    }

    @Test
    void aFormOfOthersIsWrittenOnlyWhenItsLossesAreAccepted() throws IOException {
        Path labelled = file("r.csv", "# recipe: x\narrival_seconds,input_tokens,output_tokens,model\n0,1,1,m\n");
        Path out = folder.resolve("out.jsonl.gz");
        CommandRun refused = new CommandRun();
        assertThat(refused.run("traces", "convert", "--to=mooncake-jsonl", labelled.toString(), out.toString()))
                .isEqualTo(2);
        assertThat(refused.err()).contains("Lost would be:\n  labels model\n  remark 'recipe: x'\n", "--drop");
        assertThat(out).doesNotExist();

        CommandRun dropped = new CommandRun();
        assertThat(dropped.run(
                        "traces", "convert", "--drop", "--to=mooncake-jsonl", labelled.toString(), out.toString()))
                .isEqualTo(0);
        assertThat(dropped.err()).contains("capstan: dropped labels model\ncapstan: dropped remark 'recipe: x'\n");
        assertThat(inspect(out).out()).contains("Mooncake JSONL", "1 over 0s");
    }

    @Test
    void whatLosesNothingNeedsNoDrop() throws IOException {
        Path azure = file("a.csv", "TIMESTAMP,ContextTokens,GeneratedTokens\n2023-11-16 18:17:03.9799600,4808,10\n");
        Path back = convert(convert(azure, "a.parquet"), "back.csv", "--to", "azure-llm-csv");
        assertThat(back).hasSameTextualContentAs(azure);
    }

    private CommandRun inspect(Path file, String... options) {
        List<String> arguments = new ArrayList<>(List.of("traces", "inspect", file.toString()));
        arguments.addAll(List.of(options));
        CommandRun run = new CommandRun();
        int exitCode = run.run(arguments.toArray(String[]::new));
        assertThat(exitCode).as(run.err()).isEqualTo(0);
        return run;
    }

    private Path convert(Path in, String out, String... options) {
        Path target = folder.resolve(out);
        List<String> arguments = new ArrayList<>(List.of("traces", "convert", in.toString(), target.toString()));
        arguments.addAll(List.of(options));
        CommandRun run = new CommandRun();
        int exitCode = run.run(arguments.toArray(String[]::new));
        assertThat(exitCode).as(run.err()).isEqualTo(0);
        assertThat(run.err()).isEmpty();
        return target;
    }

    private Path file(String name, String content) throws IOException {
        return Files.writeString(folder.resolve(name), content);
    }
}
