package dev.capstan.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TracesCommandTest {

    private final CommandRun capstan = new CommandRun();

    @TempDir
    Path folder;

    private Path requests;

    @BeforeEach
    void writeRequests() throws IOException {
        requests = file("r.csv", """
                # units: seconds from start, tokens
                # time zone: UTC
                # licence: CC0
                arrival_seconds,input_tokens,output_tokens
                0,10,1
                0.5,20,2
                2,30,3
                """);
    }

    @Test
    void noCommandIsWrongUsageAndShowsTheCommands() {
        assertThat(capstan.run("traces")).isEqualTo(2);
        assertThat(capstan.out()).isEmpty();
        assertThat(capstan.err()).contains("inspect", "convert", "generate");
    }

    @Test
    void fetchListsTheCatalogueAndRefusesAnUnknownName() {
        assertThat(capstan.run("traces", "fetch")).isEqualTo(0);
        assertThat(capstan.out()).contains("azure-llm-2023", "CC-BY-4.0");
        assertThat(capstan.run("traces", "fetch", "no-such-set")).isEqualTo(2);
        assertThat(capstan.err()).contains("there is no data set 'no-such-set'. Known: ");
    }

    @Test
    void recordNeedsSomethingToRecordAndASpan() {
        String out = folder.resolve("recorded").toString();
        assertThat(capstan.run("traces", "record", "http://127.0.0.1:1", "--out", out, "--for", "1m"))
                .isEqualTo(2);
        assertThat(capstan.err()).contains("nothing to record");
        assertThat(capstan.run("traces", "record", "http://127.0.0.1:1", "--out", out, "--dcgm-nodes", ".*"))
                .isEqualTo(2);
        assertThat(capstan.err()).contains("either --to or --for");
        assertThat(folder.resolve("recorded")).doesNotExist();
    }

    /** The answer of a Prometheus, by hand: one GPU at 300 W, then 310 W. */
    @Test
    void recordWritesATraceThatInspectReads() throws IOException {
        HttpServer prometheus = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        prometheus.createContext("/api/v1/query_range", exchange -> {
            byte[] answer = """
                    {"status":"success","data":{"resultType":"matrix","result":[
                    {"metric":{"UUID":"GPU-1"},"values":[[1767225600,"300"],[1767225605,"310"]]}]}}""".getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            exchange.sendResponseHeaders(200, answer.length);
            exchange.getResponseBody().write(answer);
            exchange.close();
        });
        prometheus.start();
        try {
            String url = "http://127.0.0.1:" + prometheus.getAddress().getPort();
            Path out = folder.resolve("recorded");
            assertThat(capstan.run(
                            "traces",
                            "record",
                            url,
                            "--out",
                            out.toString(),
                            "--dcgm-nodes",
                            "node-.*",
                            "--from",
                            "2026-01-01T00:00:00Z",
                            "--to",
                            "2026-01-01T00:00:05Z"))
                    .isEqualTo(0);
            Path file = Path.of(capstan.out().strip());
            assertThat(file).content().contains("1767225600.000,300.0\n1767225605.000,310.0\n");
            CommandRun inspect = new CommandRun();
            assertThat(inspect.run("traces", "inspect", file.toString())).isEqualTo(0);
            assertThat(inspect.out()).contains("Capstan power CSV");
        } finally {
            prometheus.stop(0);
        }
    }

    @Test
    void inspectTellsFiguresAndFindings() {
        assertThat(capstan.run("traces", "inspect", requests.toString())).isEqualTo(0);

        // Three requests over 2 s; two of them in the first second.
        assertThat(capstan.out())
                .contains("Capstan request CSV", "3 over 2s", "1.500 requests/s, at most 2 over 1 s", "few-requests");
        assertThat(capstan.err()).isEmpty();
    }

    @Test
    void inspectPrintsJsonWithUnitsInItsNames() throws IOException {
        assertThat(capstan.run("traces", "inspect", "--json", requests.toString()))
                .isEqualTo(0);

        JsonNode seen = new ObjectMapper().readTree(capstan.out());
        assertThat(seen.path("kind").asText()).isEqualTo("requests");
        assertThat(seen.path("rows").asLong()).isEqualTo(3);
        assertThat(seen.path("span_seconds").asDouble()).isEqualTo(2);
        assertThat(seen.path("peak_requests_per_second_1s").asDouble()).isEqualTo(2);
        assertThat(seen.path("gaps").path("distinct_arrivals").asLong()).isEqualTo(3);
        assertThat(seen.path("input_tokens").path("p50").asDouble()).isEqualTo(20);
        assertThat(seen.path("start").isNull()).isTrue();
        assertThat(seen.path("origin").path("licence").asText()).isEqualTo("CC0");
        assertThat(seen.path("findings").get(0).path("severity").asText()).isEqualTo("note");
        assertThat(seen.path("grids").isArray()).isTrue();
    }

    @Test
    void valuesThatAreNotThereAreNullInJson() throws IOException {
        Path one = file("one.csv", "arrival_seconds,input_tokens,output_tokens\n0,10,1\n");

        assertThat(capstan.run("traces", "inspect", "--json", one.toString())).isEqualTo(0);

        JsonNode seen = new ObjectMapper().readTree(capstan.out());
        assertThat(seen.path("mean_requests_per_second").isNull()).isTrue();
        assertThat(seen.path("gaps").path("cv").isNull()).isTrue();
    }

    @Test
    void inspectKnowsPowerAndCarbon() throws IOException {
        Path power = file("p.csv", "time_seconds,power_watts\n0,100\n1,300\n2,200\n");
        assertThat(capstan.run("traces", "inspect", power.toString())).isEqualTo(0);
        assertThat(capstan.out()).contains("Capstan power CSV", "rise W 1 s");

        CommandRun carbon = new CommandRun();
        assertThat(carbon.run("traces", "inspect", carbonFile().toString())).isEqualTo(0);
        assertThat(carbon.out()).contains("GB, average, direct", "less-than-a-day");
    }

    @Test
    void theScopeOfACarbonFileIsNeverMixed() throws IOException {
        assertThat(capstan.run(
                        "traces",
                        "inspect",
                        "--scope",
                        "life-cycle",
                        carbonFile().toString()))
                .isEqualTo(2);
        assertThat(capstan.err()).contains("life-cycle", "direct");

        CommandRun misspelt = new CommandRun();
        assertThat(misspelt.run(
                        "traces", "inspect", "--scope", "lca", carbonFile().toString()))
                .isEqualTo(2);
        assertThat(misspelt.err()).contains("'lca' is not one of direct, life-cycle");
    }

    @Test
    void inspectDrawsOneFile() throws IOException {
        Path page = folder.resolve("picture.html");

        assertThat(capstan.run("traces", "inspect", requests.toString(), "--html", page.toString()))
                .isEqualTo(0);

        assertThat(page)
                .content()
                .contains("<svg", "Requests per second over time")
                .doesNotContain("<script");
        assertThat(capstan.err()).contains(page.toString());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "\n\n",
                "hello,world\n1,2\n",
                "\u0000\u0001\u0002",
                "arrival_seconds,input_tokens,output_tokens\n",
                "arrival_seconds,input_tokens,output_tokens\n0,10\n",
                "arrival_seconds,input_tokens,output_tokens\n5,10,1\n1,1,1\n",
                "time_seconds,power_watts\n0,much\n1,5\n",
                "\u001b[2J\u001b]0;owned\u0007,x\n",
            })
    void hostileFilesAreInvalidInputAndNamed(String content) throws IOException {
        Path hostile = file("hostile.csv", content);

        assertThat(capstan.run("traces", "inspect", hostile.toString())).isEqualTo(2);

        assertThat(capstan.out()).isEmpty();
        assertThat(capstan.err())
                .contains("hostile.csv")
                .doesNotContain("\tat ")
                .doesNotContain("\u001b");
    }

    @Test
    void aMissingFileAndAFolderAreInvalidInput() {
        assertThat(capstan.run("traces", "inspect", folder.resolve("none.csv").toString()))
                .isEqualTo(2);
        assertThat(capstan.err()).contains("none.csv", "there is no such file");
        assertThat(new CommandRun().run("traces", "inspect", folder.toString())).isEqualTo(2);
    }

    @Test
    void convertedAndConvertedBackATraceIsTheSame() throws IOException {
        Path packed = folder.resolve("r.csv.gz");
        Path back = folder.resolve("back.csv");

        assertThat(capstan.run("traces", "convert", requests.toString(), packed.toString()))
                .isEqualTo(0);
        assertThat(capstan.run("traces", "convert", packed.toString(), back.toString()))
                .isEqualTo(0);

        assertThat(back).hasSameTextualContentAs(requests);
        assertThat(capstan.out().lines()).containsExactly(packed.toString(), back.toString());
        assertThat(folderNames()).containsExactly("back.csv", "r.csv", "r.csv.gz");
    }

    @Test
    void carbonKeepsItsMeaningWhenConverted() throws IOException {
        Path in = carbonFile();
        Path out = folder.resolve("c2.csv");

        assertThat(capstan.run("traces", "convert", in.toString(), out.toString()))
                .isEqualTo(0);

        assertThat(out).content().contains("# zone: GB\n", "# signal: average\n", "# scope: direct\n", "Z,164.2\n");
    }

    @Test
    void convertKeepsTheStartOfAPowerTraceAndRefusesAFormThatCannotHoldIt() throws IOException {
        Path power = file("p.csv", "time_seconds,power_watts\n1700000000,100\n1700000001,300.5\n1700000002,200\n");
        Path out = folder.resolve("out.csv");

        assertThat(capstan.run("traces", "convert", power.toString(), out.toString()))
                .isEqualTo(0);

        assertThat(out).content().contains("# start: 2023-11-14T22:13:20Z\n", "\n1,power,300.5,");
        Path parquet = folder.resolve("c.parquet");
        assertThat(capstan.run("traces", "convert", carbonFile().toString(), parquet.toString()))
                .isEqualTo(2);
        assertThat(capstan.err()).contains("only traces of requests and of power are");
        assertThat(parquet).doesNotExist();
    }

    @Test
    void convertReplacesAFileOnlyWhenForced() throws IOException {
        Path out = file("taken.csv", "precious");

        assertThat(capstan.run("traces", "convert", requests.toString(), out.toString()))
                .isEqualTo(2);
        assertThat(capstan.err()).contains("taken.csv: is there already", "--force");
        assertThat(out).hasContent("precious");

        assertThat(capstan.run("traces", "convert", "--force", requests.toString(), out.toString()))
                .isEqualTo(0);
        assertThat(out).hasSameTextualContentAs(requests);
    }

    @Test
    void aBadSourceLeavesTheTargetAsItWas() throws IOException {
        Path bad = file("bad.csv", "arrival_seconds,input_tokens,output_tokens\n0,1\n");
        Path out = file("taken.csv", "precious");

        assertThat(capstan.run("traces", "convert", "--force", bad.toString(), out.toString()))
                .isEqualTo(2);

        assertThat(out).hasContent("precious");
        assertThat(folderNames()).containsExactly("bad.csv", "r.csv", "taken.csv");
    }

    @Test
    void formsAreToldByNameOrOption() {
        assertThat(capstan.run(
                        "traces",
                        "convert",
                        requests.toString(),
                        folder.resolve("r.xlsx").toString()))
                .isEqualTo(2);
        assertThat(capstan.err()).contains("r.xlsx", ".csv, .csv.gz", "--to");

        CommandRun named = new CommandRun();
        assertThat(named.run(
                        "traces",
                        "convert",
                        "--to",
                        "csv",
                        requests.toString(),
                        folder.resolve("r.txt").toString()))
                .isEqualTo(0);

        CommandRun unknown = new CommandRun();
        assertThat(unknown.run("traces", "convert", "--to", "xlsx", requests.toString(), "r.any"))
                .isEqualTo(2);
        assertThat(unknown.err()).contains("'xlsx'", "csv, csv.gz");
    }

    @Test
    void aFolderThatIsNotThereFailsWhileRunning() {
        assertThat(capstan.run(
                        "traces",
                        "convert",
                        requests.toString(),
                        folder.resolve("none/r.csv").toString()))
                .isEqualTo(3);
        assertThat(capstan.err()).contains("cannot be written", "Maybe its folder does not exist");
    }

    @Test
    void generatedTracesTellTheirRecipeAndRepeat() throws IOException {
        Path one = generated("one.csv", "--seed", "7", "--scale", "2", "--bursts", "60s,5s,3");
        Path again = generated("again.csv", "--seed", "7", "--scale", "2", "--bursts", "60s,5s,3");
        Path other = generated("other.csv", "--seed", "8", "--scale", "2", "--bursts", "60s,5s,3");

        assertThat(again).hasSameTextualContentAs(one);
        assertThat(Files.readString(other)).isNotEqualTo(Files.readString(one));
        assertThat(Files.readAllLines(one).get(0))
                .startsWith("# recipe: generated requests: rates=profile.csv (sha256 ")
                .contains("rate scale=2.0", "bursts(mean gap=1m, length=5s, factor=3.0)", "seed=7");
        assertThat(new CommandRun().run("traces", "inspect", one.toString())).isEqualTo(0);
    }

    @Test
    void anImpossibleRecipeIsInvalidInput() throws IOException {
        assertThat(generate("x.csv", "--duration", "3h")).isEqualTo(2);
        assertThat(capstan.err()).contains("the rate profile covers 0s to 2m, asked for 3h");
        assertThat(generate("x.csv", "--bursts", "60s,5s")).isEqualTo(2);
        assertThat(generate("x.csv", "--cv", "9999")).isEqualTo(2);
        assertThat(generate("x.csv", "--from", "soon")).isEqualTo(2);
        assertThat(capstan.err()).contains("'60s,5s'", "must be from 0.001 to 500", "'soon' is not a duration");
        assertThat(folder.resolve("x.csv")).doesNotExist();
    }

    private Path generated(String name, String... options) throws IOException {
        assertThat(generate(name, options)).as(capstan.err()).isEqualTo(0);
        return folder.resolve(name);
    }

    private int generate(String name, String... options) throws IOException {
        Path profile = file("profile.csv", "offset_seconds,requests_per_second\n0,5\n60,10\n");
        Path lengths = file("lengths.csv", "quantile,input_tokens,output_tokens\n0,10,1\n1,1000,100\n");
        Stream<String> fixed = Stream.of(
                "traces",
                "generate",
                profile.toString(),
                "--lengths",
                lengths.toString(),
                "--out",
                folder.resolve(name).toString());
        return capstan.run(Stream.concat(fixed, Stream.of(options)).toArray(String[]::new));
    }

    private Path carbonFile() throws IOException {
        return file("c.csv", """
                # zone: GB
                # signal: average
                # scope: direct
                time_utc,carbon_grams_per_kilowatt_hour
                2024-06-21T00:00:00Z,164.2
                2024-06-21T01:00:00Z,150.0
                """);
    }

    private Path file(String name, String content) throws IOException {
        return Files.writeString(folder.resolve(name), content);
    }

    private List<String> folderNames() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }
}
