package dev.capstan.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.capstan.sim.experiment.ExperimentFile;
import dev.capstan.sim.kernel.CheckLevel;
import dev.capstan.sim.sweep.LocalEngine;
import dev.capstan.sim.sweep.Sweep;
import dev.capstan.sim.sweep.SweepListener;
import dev.capstan.sim.sweep.SweepOptions;
import dev.capstan.trace.inspect.Inspection;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * Makes pages and has {@code src/test/browser/pages.mjs} open them in a real browser: each of its cases is a test here.
 * Skipped where the machine has no browser or no Node.js, or where {@code npm ci} was not run in that folder.
 */
class BrowserTest {

    private static final int SECONDS_FOR_ALL = 600;
    private static final JsonMapper JSON = new JsonMapper();
    private static final Path SCRIPTS = Path.of("src/test/browser").toAbsolutePath();

    @TempDir
    private Path folder;

    @TestFactory
    Stream<DynamicTest> pagesInABrowser() throws IOException, InterruptedException {
        Optional<Path> browser = program("chromium", "chromium-browser", "google-chrome");
        Optional<Path> node = program("node", "nodejs");
        assumeTrue(browser.isPresent(), "no chromium, chromium-browser or google-chrome on the path");
        assumeTrue(node.isPresent(), "no node on the path");
        assumeTrue(
                Files.isDirectory(SCRIPTS.resolve("node_modules/playwright-core")), "npm ci was not run in " + SCRIPTS);
        writePages();
        Path out = folder.resolve("cases.jsonl");
        Path errors = folder.resolve("errors.txt");
        Process process = new ProcessBuilder(
                        node.get().toString(),
                        SCRIPTS.resolve("pages.mjs").toString(),
                        browser.get().toString(),
                        folder.toString())
                .redirectOutput(out.toFile())
                .redirectError(errors.toFile())
                .start();
        try {
            assertThat(process.waitFor(SECONDS_FOR_ALL, TimeUnit.SECONDS))
                    .as("the browser is done within %s s", SECONDS_FOR_ALL)
                    .isTrue();
        } finally {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
        assertThat(process.exitValue()).as(Files.readString(errors)).isZero();
        List<DynamicTest> tests = new ArrayList<>();
        for (String line : Files.readAllLines(out)) {
            JsonNode done = JSON.readTree(line);
            tests.add(DynamicTest.dynamicTest(
                    done.path("case").asText(),
                    () -> assertThat(done.path("error").asText(null)).isNull()));
        }
        assertThat(tests).isNotEmpty();
        return tests.stream();
    }

    private void writePages() throws IOException {
        Path sweep = FixtureFolder.sweep(folder.resolve("sweep"));
        report(sweep, "sweep.html");
        ReportWriter.compare(List.of(sweep, sweep), folder.resolve("comparison.html"));
        report(SensitivityFolder.write(folder.resolve("sensitivity")), "sensitivity.html");
        report(VarianceFolder.write(folder.resolve("variance"), VarianceFolder.SHARES), "variance.html");
        report(WeekFolder.write(folder.resolve("week")), "week.html");
        report(ServiceFolder.write(folder.resolve("services")), "services.html");
        report(
                FixtureFolder.ofPoints(
                        folder.resolve("bare"),
                        HandMade.manifest("q", "replica-cap").replace("\"5s\", \"10s\"", "\"5s\""),
                        HandMade.POINT_HEADER + "5s,replica-cap,20000,1,0,0,,,,,,,\n",
                        HandMade.RUN_HEADER + "5s,r0,replica-cap,20000,0,\n"),
                "bare.html");
        report(designed(), "design.html");
        String hostile = "</script><script>window.broken=1;document.title='broken'</script>";
        report(
                FixtureFolder.ofPoints(
                        folder.resolve("hostile"),
                        HandMade.manifest(hostile, hostile),
                        HandMade.POINT_HEADER + "5s," + hostile + ",20000,1,4,2,0.5,0.15,0.85,,,,\n",
                        HandMade.RUN_HEADER + "5s,r0," + hostile + ",20000,0,0.5\n"),
                "hostile.html");
        inspection(HandMadeTraces.clumpedRequests("trace.csv", hostile), "requests.html");
        inspection(HandMadeTraces.power("gpu-0", "gpu-1"), "power.html");
        inspection(HandMadeTraces.carbon(), "carbon.html");
        inspection(HandMadeTraces.clumpedRequests(hostile, hostile), "hostile-requests.html");
        inspection(HandMadeTraces.power(hostile), "hostile-power.html");
    }

    /**
     * A sweep whose axes have a value for each of its 64 points; the first is in the middle of both ranges, at sqrt(2 s x 50 s) and
     * sqrt(15 s x 240 s).
     */
    private Path designed() throws IOException {
        Path results = folder.resolve("design");
        List<String> sets = List.of(
                "warmup=0s",
                "duration=1m",
                "replications=1",
                "policies=[none, three-band]",
                "axes={control.interval: {from: 2s, to: 50s, scale: log}, telemetry.rate_window: {from: 15s, to: 4m, scale: log}}",
                "design={kind: sobol, points: 64}");
        Sweep.of(ExperimentFile.read(Path.of("..", "traces-sample", "experiments", "timers.yaml"), sets))
                .run(
                        new SweepOptions(
                                results,
                                new LocalEngine(1),
                                CheckLevel.NONE,
                                false,
                                Optional.empty(),
                                "sweep",
                                "test",
                                InstantSource.fixed(Instant.parse("2026-01-01T00:00:00Z"))),
                        SweepListener.SILENT);
        return results;
    }

    private void report(Path results, String name) throws IOException {
        Files.copy(ReportWriter.write(results), folder.resolve(name));
    }

    private void inspection(Inspection inspection, String name) {
        InspectionWriter.write("hand-made", inspection, folder.resolve(name));
    }

    private static Optional<Path> program(String... names) {
        return Stream.of(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
                .filter(entry -> !entry.isEmpty())
                .flatMap(entry -> Stream.of(names).map(Path.of(entry)::resolve))
                .filter(Files::isExecutable)
                .findFirst();
    }
}
