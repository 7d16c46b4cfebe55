package dev.capstan.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The commands over the whole engine, with an experiment of one replica and six requests. */
class ExperimentRunTest {

    private static final String EXPERIMENT = """
            name: tiny
            duration: 2m
            replications: 2
            workload: {trace: requests.csv}
            cluster: {servers: 1}
            services:
              - name: chat
                model: llama-3.1-70b-h100x4
                replicas: {min: 1, initial: 1, max: 2}
            cap: {power: 6 kW}
            policies: [none, three-band]
            axes:
              control.interval: [10s, 30s]
            """;

    private static final String REQUESTS = """
            arrival_seconds,input_tokens,output_tokens
            0.5,800,120
            1.0,1200,80
            20.0,300,200
            21.5,4000,10
            60.0,500,150
            95.0,900,60
            """;

    @TempDir
    Path folder;

    private final CommandRun capstan = new CommandRun();
    private Path experiment;
    private Path out;

    @BeforeEach
    void writeTheExperiment() throws IOException {
        Files.writeString(folder.resolve("requests.csv"), REQUESTS);
        experiment = Files.writeString(folder.resolve("tiny.yaml"), EXPERIMENT);
        out = folder.resolve("out");
    }

    @Test
    void sweepFindsTheBestPointOfItsAxes() throws IOException {
        String axes = "axes={control.interval: {from: 10s, to: 30s}}";

        assertThat(run("sweep", "--set", axes, "--find", "max goodput_requests_per_second", "--find-points", "4"))
                .as(capstan.err())
                .isEqualTo(0);

        assertThat(capstan.out()).contains("found    none with control.interval=");
        assertThat(Files.readAllLines(out.resolve("points.csv"))).hasSize(1 + 4 * 2);
        assertThat(capstan.run("report", out.toString())).as(capstan.err()).isEqualTo(0);
    }

    @Test
    void sweepTellsWhatIsWrongWithWhatItShallFind() {
        assertThat(run("sweep", "--find", "min watts")).isEqualTo(2);
        assertThat(capstan.err()).contains("--find: column 5: expected a column of points.csv");
        assertThat(run("sweep", "--find", "min over_cap_seconds", "--shard", "0/2"))
                .isEqualTo(2);
        assertThat(capstan.err()).contains("--find: goes without --shard and --gather");
        assertThat(run("sweep", "--find", "min over_cap_seconds", "--find-points", "0"))
                .isEqualTo(2);
        assertThat(capstan.err()).contains("--find-points: must be at least 1, was 0");
        assertThat(out).doesNotExist();
    }

    @Test
    void simulateRunsEachPolicyOnceAndWritesResultsAndReport() throws IOException {
        assertThat(run("simulate")).as(capstan.err()).isEqualTo(0);

        assertThat(capstan.out()).contains("none", "three-band", "6000 W", "results  " + out, "report.html");
        assertThat(capstan.err()).isEmpty();
        assertThat(out.resolve("report.html")).exists();
        assertThat(Files.readAllLines(out.resolve("summary.csv"))).hasSize(1 + 2);
    }

    @Test
    void sweepRunsEveryPointWithItsReplications() throws IOException {
        assertThat(run("sweep", "--no-report")).as(capstan.err()).isEqualTo(0);

        assertThat(capstan.out()).contains("control.interval", "10s", "30s").doesNotContain("report.html");
        // 2 intervals x 2 policies x 2 replications
        assertThat(Files.readAllLines(out.resolve("summary.csv"))).hasSize(1 + 8);
        assertThat(out.resolve("report.html")).doesNotExist();
    }

    @Test
    void aSweepThatComparesPoliciesGivesALeagueAndPictures() throws IOException {
        assertThat(run(
                        "sweep",
                        "--no-report",
                        "--set",
                        "scoring.compare_with=three-band",
                        "--set",
                        "axes={load: {tiny: {}}, faults: {none: {}}, cap.share: [60 %, 100 %]}"))
                .as(capstan.err())
                .isEqualTo(0);
        Path league = folder.resolve("league.md");
        Path pictures = folder.resolve("pictures");

        assertThat(capstan.run(
                        "report",
                        out.toString(),
                        "--league",
                        league.toString(),
                        "--policy-charts",
                        pictures.toString()))
                .as(capstan.err())
                .isEqualTo(0);
        assertThat(Files.readString(league))
                .contains("## `three-band` against the best other", "| 60\u00a0%, 3.6\u00a0kW |");
        assertThat(pictures).isDirectoryContaining("glob:**/three-band.png").isDirectoryContaining("glob:**/none.png");
        assertThat(out.resolve("report.html")).doesNotExist();
        assertThat(capstan.run("report", out.toString(), out.toString(), "--league", league.toString()))
                .isEqualTo(2);
        assertThat(capstan.err()).contains("--league, --policy-charts and --study are of one results folder");
    }

    @Test
    void resultsDoNotDependOnTheNumberOfJobs() throws IOException {
        Path other = folder.resolve("other");
        assertThat(run("sweep", "--jobs", "1", "--check", "full")).isEqualTo(0);
        assertThat(capstan.run("sweep", experiment.toString(), "--out", other.toString(), "--jobs", "3"))
                .isEqualTo(0);

        try (Stream<Path> files = Files.walk(out)) {
            assertThat(files.filter(Files::isRegularFile).filter(file -> !file.endsWith("manifest.json")))
                    .hasSizeGreaterThan(10)
                    .allSatisfy(file ->
                            assertThat(other.resolve(out.relativize(file))).hasSameBinaryContentAs(file));
        }
    }

    @Test
    void jsonTellsTheOutcomeInOneLine() throws IOException {
        assertThat(run("simulate", "--json", "--no-report")).as(capstan.err()).isEqualTo(0);

        JsonNode outcome = new ObjectMapper().readTree(capstan.out());
        assertThat(capstan.out().lines()).hasSize(1);
        assertThat(outcome.path("folder").asText()).isEqualTo(out.toString());
        assertThat(outcome.path("report").isNull()).isTrue();
        assertThat(outcome.path("runs").asInt()).isEqualTo(2);
        assertThat(outcome.path("points").get(1).path("policy").asText()).isEqualTo("three-band");
    }

    @Test
    void setAndSeedAreInTheManifestAndTheCommandCanBePastedAgain() throws IOException {
        assertThat(run("simulate", "--set", "cap.power=7 kW", "--seed", "42", "--no-report"))
                .as(capstan.err())
                .isEqualTo(0);

        JsonNode manifest = new ObjectMapper().readTree(Files.readString(out.resolve("manifest.json")));
        assertThat(manifest.path("seed").asLong()).isEqualTo(42);
        assertThat(manifest.path("started").asText()).isEqualTo("2026-03-01T12:00:00Z");
        assertThat(manifest.path("command").asText())
                .startsWith("capstan simulate ")
                .contains("--set 'cap.power=7 kW' --seed 42");
        assertThat(capstan.out()).contains("7000 W");
    }

    @Test
    void allIssuesOfAnExperimentAreToldAtOnce() {
        assertThat(run(
                        "simulate",
                        "--set",
                        "cap.power=-1 kW",
                        "--set",
                        "control.interval=never",
                        "--set",
                        "colour=red"))
                .isEqualTo(2);

        assertThat(capstan.err()).contains("cap.power", "control.interval", "colour");
        assertThat(capstan.out()).isEmpty();
        assertThat(out).doesNotExist();
    }

    @Test
    void aMissingExperimentOrTraceIsInvalidInput() throws IOException {
        assertThat(capstan.run("simulate", folder.resolve("gone.yaml").toString()))
                .isEqualTo(2);
        assertThat(capstan.err()).contains("gone.yaml");

        Files.writeString(folder.resolve("requests.csv"), REQUESTS + "96.0,many,3\n");
        assertThat(run("simulate")).isEqualTo(2);
        assertThat(capstan.err()).contains("requests.csv", "many");
    }

    @Test
    void resultsAreNeverWrittenOverEarlierOnes() {
        assertThat(run("simulate", "--no-report")).isEqualTo(0);
        assertThat(run("simulate", "--no-report")).isEqualTo(2);
        assertThat(capstan.err()).contains("not empty", "--resume");
    }

    @Test
    void aReportCanBeWrittenAgainAndOverSeveralFolders() {
        Path other = folder.resolve("other");
        Path comparison = folder.resolve("comparison.html");
        assertThat(run("simulate", "--no-report")).isEqualTo(0);
        assertThat(capstan.run("simulate", experiment.toString(), "--no-report", "--out", other.toString()))
                .isEqualTo(0);

        assertThat(capstan.run("report", out.toString())).as(capstan.err()).isEqualTo(0);
        assertThat(out.resolve("report.html")).exists();
        assertThat(capstan.run("report", out.toString(), other.toString(), "--out", comparison.toString()))
                .as(capstan.err())
                .isEqualTo(0);
        assertThat(comparison).exists();
        assertThat(capstan.run("report", folder.resolve("gone").toString())).isEqualTo(2);
        assertThat(capstan.run("report", out.toString(), "--out", comparison.toString()))
                .isEqualTo(2);
    }

    private int run(String command, String... options) {
        return capstan.run(
                Stream.concat(Stream.of(command, experiment.toString(), "--out", out.toString()), Stream.of(options))
                        .toArray(String[]::new));
    }
}
