package dev.capstan.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.capstan.trace.PowerCsv;
import dev.capstan.trace.PowerTrace;
import dev.capstan.trace.RequestLabel;
import dev.capstan.trace.RequestTrace;
import dev.capstan.trace.RequestTraces;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TracesGenerateCommandTest {

    private static final long SECOND = 1_000_000_000L;

    private final CommandRun capstan = new CommandRun();

    @TempDir
    Path folder;

    private String profile = "";
    private String lengths = "";
    private String trace = "";

    @BeforeEach
    void writeSources() throws IOException {
        profile = file("profile.csv", "offset_seconds,requests_per_second\n0,50\n60,100\n");
        lengths = file("lengths.csv", "quantile,input_tokens,output_tokens\n0,10,1\n1,1000,100\n");
        trace = file("trace.csv", """
                # licence: CC0
                arrival_seconds,input_tokens,output_tokens
                0,10,1
                0.5,20,2
                6,30,3
                """);
    }

    @Test
    void arrivalsFollowTheLawAndTheGridThatAreAskedFor() {
        RequestTrace made =
                made("a.csv", profile, "--lengths", lengths, "--law", "weibull", "--cv", "2", "--grid", "5s");

        assertThat(Arrays.stream(made.arrivalNanos())).allMatch(nanos -> nanos % (5 * SECOND) == 0);
        assertThat(Arrays.stream(made.arrivalNanos()).distinct()).hasSize(24);
        assertThat(recipe("a.csv")).contains("arrivals=weibull(cv=2.0) clumped on 5s", "rates=profile.csv (sha256 ");
    }

    @Test
    void parquetCarriesTheRecipeAmongItsMetadata() throws IOException {
        RequestTrace made = made("a.parquet", profile, "--lengths", lengths, "--seed", "3");
        RequestTrace csv = made("a.csv", profile, "--lengths", lengths, "--seed", "3");

        assertThat(made.arrivalNanos()).isEqualTo(csv.arrivalNanos());
        // The footer is not packed, and its texts are UTF-8.
        assertThat(new String(Files.readAllBytes(folder.resolve("a.parquet")), StandardCharsets.UTF_8))
                .contains("capstan.recipe", recipe("a.csv").substring("# recipe: ".length()));
    }

    @Test
    void clientSetsAreThinnedByClientsAndCutInTime() throws IOException {
        String set = clients();
        RequestTrace all = made("all.csv", "servegen", set);
        RequestTrace thin = made("thin.csv", "servegen", set, "--rate", "5", "--from", "10min", "--duration", "5min");

        // 20 requests/s over 20 min and 5 over 5 min: 24,000 and 1,500, within four standard deviations.
        assertThat(all.size()).isCloseTo(24_000, within(620));
        assertThat(thin.size()).isCloseTo(1_500, within(155));
        assertThat(thin.spanNanos()).isLessThan(300 * SECOND);
        assertThat(recipe("thin.csv"))
                .contains("ServeGen clients=thinned to 1 of 2 clients", "reached=5.0 requests/s", "of set (sha256 ")
                .contains("from=10m, duration=5m", "seed=1");
    }

    @Test
    void clientsWithoutLengthsMayHaveThemFromATable() throws IOException {
        String set = clients();
        Files.delete(folder.resolve("set/chunk-0-dataset.json"));
        Files.delete(folder.resolve("set/chunk-1-dataset.json"));

        assertThat(generate("a.csv", "servegen", set)).isEqualTo(2);
        assertThat(capstan.err()).contains("no client of the set has token lengths");
        int[] input = made("a.csv", "servegen", set, "--lengths", lengths).inputTokens();
        assertThat(Arrays.stream(input)).allMatch(tokens -> tokens >= 10 && tokens <= 1_000);
    }

    @Test
    void aTraceIsScaledAndThinned() {
        RequestTrace tripled = made("3.csv", "scale", trace, "--by", "3");
        RequestTrace thinned = made("0.csv", profile, "--lengths", lengths);
        RequestTrace half = made("half.csv", "scale", folder.resolve("0.csv").toString(), "--by", "0.5", "--seed", "7");

        assertThat(tripled.size()).isEqualTo(9);
        assertThat(tripled.origin().licence()).isEqualTo("CC0");
        // About 9,000 requests, each kept at the toss of a coin: standard deviation 47.
        assertThat(half.size()).isCloseTo(thinned.size() / 2, within(200));
        assertThat(recipe("half.csv")).startsWith("# recipe: scaled: factor=0.5, seed=7, of 0.csv (sha256 ");
    }

    @Test
    void aRecipeHoldsThoseOfTheFilesThatWentInWhateverTheirForm() {
        made("a.csv", profile, "--lengths", lengths, "--seed", "3");
        made("b.parquet", "scale", folder.resolve("a.csv").toString(), "--by", "2", "--seed", "4");
        made("c.csv", "merge", "chat=" + folder.resolve("b.parquet"), "code=" + trace);
        made("d.csv", "window", folder.resolve("c.csv").toString(), "--from", "1s", "--duration", "20s");

        String hash = "\\(sha256 [0-9a-f]{64}";
        assertThat(recipe("d.csv"))
                .matches("# recipe: window: from=1s, duration=20s, of c.csv " + hash
                        + "; merged at their beginnings: chat=\\(b.parquet " + hash
                        + "; scaled: factor=2.0, seed=4, of a.csv " + hash
                        + "; generated requests: rates=profile.csv .*, seed=3\\)\\)\\), code=\\(trace.csv " + hash
                        + "\\)\\)\\)");
    }

    @Test
    void aWindowBeginsAtItsOwnZero() {
        RequestTrace window = made("w.csv", "window", trace, "--from", "500ms", "--duration", "10s");
        assertThat(window.arrivalNanos()).containsExactly(0, 11 * SECOND / 2);
        assertThat(window.inputTokens()).containsExactly(20, 30);
    }

    @Test
    void clumpsAreMadeAndSpread() {
        RequestTrace clumped = made("c.csv", "clump", trace, "--grid", "3s");
        RequestTrace spread = made("s.csv", "spread", folder.resolve("c.csv").toString(), "--grid", "3s");

        assertThat(clumped.arrivalNanos()).containsExactly(0, 0, 6 * SECOND);
        assertThat(spread.arrivalNanos()).isSorted().doesNotHaveDuplicates();
        assertThat(spread.arrivalNanos()[1]).isBetween(0L, 3 * SECOND);
        assertThat(spread.arrivalNanos()[2]).isBetween(6 * SECOND, 9 * SECOND);
    }

    @Test
    void mergedServicesAreLabelled() throws IOException {
        String other = file("other.csv", "arrival_seconds,input_tokens,output_tokens\n0.25,7,7\n");
        RequestTrace merged = made("m.parquet", "merge", "chat=" + trace, "code=" + other);

        assertThat(merged.inputTokens()).containsExactly(10, 7, 20, 30);
        assertThat(merged.labels().get(RequestLabel.SERVICE)).isNotNull().satisfies(services -> {
            assertThat(services.text(0)).isEqualTo("chat");
            assertThat(services.text(1)).isEqualTo("code");
            assertThat(services.text(3)).isEqualTo("chat");
        });
    }

    @Test
    void aDisturbanceIsPowerThatTheSimulatorReads() {
        assertThat(generate(
                        "p.csv",
                        "disturbance",
                        "burst",
                        "--base",
                        "10 kW",
                        "--peak",
                        "16kW",
                        "--at",
                        "2s",
                        "--lasting",
                        "3s",
                        "--duration",
                        "7s"))
                .as(capstan.err())
                .isZero();

        PowerTrace power = PowerCsv.read(folder.resolve("p.csv"));
        assertThat(power.watts()).containsExactly(10e3, 10e3, 16e3, 16e3, 16e3, 10e3, 10e3);
        assertThat(power.endNanos()).isEqualTo(7 * SECOND);
        assertThat(recipe("p.csv"))
                .isEqualTo("# recipe: generated power: burst, base=10000.0, peak=16000.0, from=2s, length=3s,"
                        + " duration=7s, cells=1s");
    }

    @Test
    void aDisturbanceWithLengthsIsRequests() {
        RequestTrace made = made(
                "d.csv",
                "disturbance",
                "step",
                "--base",
                "10",
                "--peak",
                "40",
                "--at",
                "5min",
                "--duration",
                "10min",
                "--every",
                "10s",
                "--lengths",
                lengths);

        long before = Arrays.stream(made.arrivalNanos())
                .filter(nanos -> nanos < 300 * SECOND)
                .count();
        // 3,000 and 12,000 requests, within four standard deviations.
        assertThat(before).isCloseTo(3_000, within(220L));
        assertThat(made.size() - before).isCloseTo(12_000, within(440L));
        assertThat(recipe("d.csv")).contains("rates=generated rates: step, base=10.0, peak=40.0, from=5m");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "|a PROFILE or a command is missing",
                "PROFILE|--lengths=FILE is missing",
                "PROFILE --lengths LENGTHS --law pareto|expected one of [GAMMA, WEIBULL]",
                "PROFILE --lengths LENGTHS --grid 3|'3' is not a duration",
                "--cv 2 scale TRACE --by 2|--cv stands ahead of the command scale",
                "PROFILE scale TRACE --by 2|PROFILE stands ahead of the command scale",
                "scale TRACE --by 0|factor must be above 0",
                "scale TRACE --by 0.0000001|the recipe gave no requests",
                "scale LENGTHS --by 2|lengths.csv",
                "window TRACE --from 7s --duration 1s|the trace covers 0s to 6s",
                "spread TRACE --grid 0s|a grid must be wider than 0",
                "merge TRACE|merge takes SERVICE=TRACE",
                "merge =TRACE|merge takes SERVICE=TRACE",
                "servegen NONE|there is no such file",
                "servegen SET --rate 0.001|no client is as slow",
                "servegen SET --duration 1h|the clients cover 0s to 20m",
                "disturbance step --base 1W --peak 2W --at 1s --lasting 1s --duration 5s|--lasting is not for a step",
                "disturbance ramp --base 1W --peak 2W --at 1s --duration 5s|--lasting is missing",
                "disturbance step --base 1 --peak 2 --at 1s --duration 5s|'1' is not a power",
                "disturbance step --base 1W --peak 2 --at 1s --duration 5s --lengths LENGTHS|--base takes requests/s",
                "disturbance step --base 1W --peak 2W --at 1s --duration 5s --cv 2|--cv and --grid are for requests",
                "disturbance saw --base 1W --peak 2W --at 1s --duration 5s|expected one of",
            })
    void whatCannotBeMadeIsInvalidInput(String arguments, String problem) throws IOException {
        String set = clients();
        String[] given = arguments == null
                ? new String[0]
                : Arrays.stream(arguments.split(" "))
                        .map(word -> word.replace("PROFILE", profile)
                                .replace("LENGTHS", lengths)
                                .replace("TRACE", trace)
                                .replace("SET", set))
                        .toArray(String[]::new);

        assertThat(generate("x.csv", given)).isEqualTo(2);

        assertThat(capstan.err()).contains(problem).doesNotContain("\tat ");
        assertThat(folder.resolve("x.csv")).doesNotExist();
    }

    @Test
    void aFileThatIsThereIsReplacedOnlyWhenForced() throws IOException {
        file("taken.csv", "precious");
        assertThat(generate("taken.csv", "scale", trace, "--by", "2")).isEqualTo(2);
        assertThat(capstan.err()).contains("is there already");
        assertThat(made("taken.csv", "scale", trace, "--by", "2", "--force").size())
                .isEqualTo(6);
    }

    /** Two Poisson clients over 20 min: of 5 and of 15 requests/s. */
    private String clients() throws IOException {
        Files.createDirectories(folder.resolve("set"));
        String tokens = "{\"0\": {\"input_tokens\": \"{10: 1}\", \"output_tokens\": \"{5: 1}\"}}";
        file("set/chunk-0-trace.csv", "0,5,1,Gamma,1,1\n600,5,1,Gamma,1,1\n");
        file("set/chunk-0-dataset.json", tokens);
        file("set/chunk-1-trace.csv", "0,15,1,Gamma,1,1\n600,15,1,Gamma,1,1\n");
        file("set/chunk-1-dataset.json", tokens);
        return folder.resolve("set").toString();
    }

    private RequestTrace made(String name, String... arguments) {
        assertThat(generate(name, arguments)).as(capstan.err()).isZero();
        return RequestTraces.read(folder.resolve(name));
    }

    private int generate(String name, String... arguments) {
        return capstan.run(Stream.of(
                        Stream.of("traces", "generate"),
                        Arrays.stream(arguments),
                        Stream.of("--out", folder.resolve(name).toString()))
                .flatMap(words -> words)
                .toArray(String[]::new));
    }

    private String recipe(String name) {
        try (Stream<String> lines = Files.lines(folder.resolve(name))) {
            return lines.findFirst().orElseThrow();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private String file(String name, String content) throws IOException {
        return Files.writeString(folder.resolve(name), content).toString();
    }
}
