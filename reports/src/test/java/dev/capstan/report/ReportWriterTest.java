package dev.capstan.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;

class ReportWriterTest {

    private static final String HOSTILE = "</script><script>alert(1)</script><!--\u2028'\"&";

    @TempDir
    private static Path sweep;

    @TempDir
    Path folder;

    @BeforeAll
    static void reportOfASweep() {
        ReportWriter.write(FixtureFolder.sweep(sweep));
    }

    @Test
    void writesOneFileBelowFiveMegabytesWithoutReferencesToTheNetwork() throws IOException {
        Path report = sweep.resolve(ReportWriter.REPORT_FILE);

        assertThat(Files.size(report)).isLessThan(5_000_000);
        assertThat(Files.readString(report)).doesNotContain("http:", "https:", "src=", "@import", "url(data");
    }

    @Test
    void writesTheSameBytesTwiceAndLeavesNoDraft() throws IOException {
        byte[] first = Files.readAllBytes(sweep.resolve(ReportWriter.REPORT_FILE));
        byte[] second = Files.readAllBytes(ReportWriter.write(sweep));

        assertThat(second).isEqualTo(first);
        assertThat(sweep.resolve(".report.html.part")).doesNotExist();
    }

    @Test
    void drawsASurfaceForEachPolicyAndCapThatSawDisturbancesAndTheShownRuns() throws IOException {
        try (var files = Files.list(sweep.resolve("charts"))) {
            List<String> names =
                    files.map(file -> file.getFileName().toString()).sorted().toList();
            for (String kind : List.of(".png", ".svg")) {
                List<String> ofKind =
                        names.stream().filter(name -> name.endsWith(kind)).toList();
                // 4 policies at the two caps that demand exceeds; 30 kW is never reached.
                assertThat(ofKind)
                        .filteredOn(name -> name.startsWith("success-"))
                        .hasSize(8);
                assertThat(ofKind)
                        .filteredOn(name -> name.startsWith("effects-"))
                        .hasSize(3);
                assertThat(ofKind)
                        .filteredOn(name -> name.startsWith("timeline-"))
                        .hasSize(ShownRun.MAX_RUNS);
            }
        }
    }

    @Test
    void textOfASvgStaysText() throws Exception {
        Path charts = sweep.resolve("charts");

        assertThat(texts(charts.resolve("success-01-none.svg")))
                .contains(
                        "none: disturbances contained in %, cap 18\u00a0kW",
                        "interval", "window", "5\u00a0s", "5\u00a0min")
                .anyMatch(text -> text.matches("[0-9.]+ to [0-9.]+"));
        assertThat(texts(charts.resolve("effects-control_interval.svg")))
                .contains("interval", "60\u00a0s", "replica-cap", "static-floor");
        assertThat(charts.resolve("success-01-none.svg"))
                .satisfies(file -> assertThat(Files.size(file)).isLessThan(40_000));
    }

    private static List<String> texts(Path svg) throws Exception {
        NodeList texts = DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(new InputSource(new StringReader(Files.readString(svg).replaceFirst("<!DOCTYPE[^>]*>", ""))))
                .getElementsByTagName("text");
        return IntStream.range(0, texts.getLength())
                .mapToObj(at -> texts.item(at).getTextContent())
                .toList();
    }

    @Test
    void isTheSameBytesWhateverTheCommandTheMachineAndTheTimeThatItTook() throws IOException {
        FixtureFolder.sweep(folder);
        Path manifest = folder.resolve("manifest.json");
        FixtureFolder.replace(manifest, "\"wall_seconds\": 81.4, \"jobs\": 2", "\"wall_seconds\": 9, \"jobs\": 64");
        FixtureFolder.replace(manifest, "\"cpus\": 2", "\"cpus\": 64");
        FixtureFolder.replace(manifest, "2026-01-01T00:00:00Z", "2027-01-01T00:00:00Z");
        FixtureFolder.replace(manifest, "\"--seed\", \"42\"", "\"--seed\", \"42\", \"--jobs\", \"64\"");

        assertThat(ReportWriter.write(folder)).hasSameBinaryContentAs(sweep.resolve(ReportWriter.REPORT_FILE));
    }

    @Test
    void staysBelowFiveMegabytesForALargeSweepAndSaysWhatIsLeftOut() throws IOException {
        FixtureFolder.large(folder);

        String html = Files.readString(ReportWriter.write(folder));

        assertThat(Files.size(folder.resolve(ReportWriter.REPORT_FILE))).isLessThan(5_000_000);
        assertThat(html).contains("of 30000 runs are in this file", "only the main measures of its points");
        assertThat(html).contains("12 of 14 recorded runs are here");
    }

    @Test
    void keepsHostileNamesFromBecomingMarkup() throws IOException {
        String inJson = HOSTILE.replace("\"", "\\\"");
        String inCsv = "\"" + HOSTILE.replace("\"", "\"\"") + "\"";
        FixtureFolder.ofPoints(
                folder,
                HandMade.manifest(inJson, inJson),
                HandMade.POINT_HEADER + "5s," + inCsv + ",20000,1,4,2,0.5,0.15,0.85,,,,\n",
                HandMade.RUN_HEADER + "5s,r0," + inCsv + ",20000,0,0.5\n");

        String html = Files.readString(ReportWriter.write(folder));

        assertThat(html).doesNotContain("<script>alert", "<!--");
        assertThat(html).contains("&lt;/script&gt;&lt;script&gt;alert(1)", "\\u003C/script\\u003E", "\\u2028");
        assertThat(html.split("</script>", -1)).hasSize(3);
    }

    @Test
    void saysWhichFileIsMissingAndWhatToTry() {
        FixtureFolder.write(folder.resolve("manifest.json"), HandMade.manifest("q", "replica-cap"));

        assertThatThrownBy(() -> ReportWriter.write(folder))
                .isInstanceOf(ReportException.class)
                .hasMessageContaining("points.csv")
                .hasMessageContaining("missing")
                .hasMessageContaining("Maybe");
    }

    @Test
    void refusesAFolderWithoutManifest() {
        assertThatThrownBy(() -> ReportWriter.write(folder))
                .isInstanceOf(ReportException.class)
                .hasMessageContaining("manifest.json")
                .hasMessageContaining("--out");
        assertThatThrownBy(() -> ReportWriter.write(folder.resolve("nowhere")))
                .isInstanceOf(ReportException.class)
                .hasMessageContaining("is not a folder");
    }

    @Test
    void namesTheColumnThatIsNotThere() {
        FixtureFolder.ofPoints(
                folder, HandMade.manifest("q", "replica-cap"), "control.interval,policy\n5s,none\n", "run_id\nr\n");

        assertThatThrownBy(() -> ReportWriter.write(folder))
                .isInstanceOf(ReportException.class)
                .hasMessageContaining("has no column cap_watts")
                .hasMessageContaining("it has control.interval, policy");
    }

    @Test
    void saysWhereAManifestStopsBeingJson() {
        FixtureFolder.write(folder.resolve("manifest.json"), "{\n\"name\": \"x\",\n");

        assertThatThrownBy(() -> ReportWriter.write(folder))
                .isInstanceOf(ReportException.class)
                .hasMessageContaining("not valid JSON at line 3");
    }

    @Test
    void refusesATableWhoseCellsAreNoNumbers() {
        FixtureFolder.ofPoints(
                folder,
                HandMade.manifest("q", "replica-cap"),
                HandMade.POINT_HEADER + "5s,replica-cap,much,1,4,2,0.5,0.15,0.85,,,,\n",
                HandMade.RUN_HEADER + "5s,r0,replica-cap,20000,0,0.5\n");

        assertThatThrownBy(() -> ReportWriter.write(folder))
                .isInstanceOf(ReportException.class)
                .hasMessageContaining("points.csv")
                .hasMessageContaining("much");
    }

    @Test
    void comparesFoldersAndWarnsWhenTheirTracesDiffer() throws IOException {
        Path two = FixtureFolder.sweep(folder.resolve("two"));
        Path manifest = two.resolve("manifest.json");
        Files.writeString(manifest, Files.readString(manifest).replace("9f86d081", "00000000"));

        String html = Files.readString(ReportWriter.compare(List.of(sweep, two), folder.resolve("compare.html")));

        assertThat(html).contains("At a cap of 20", "climatik-shipped", "differ in their traces");
        assertThat(html).doesNotContain("differ in their containment times", "http:", "https:", "<script");
    }

    @Test
    void comparesNothingWithLessThanTwoFolders() {
        assertThatThrownBy(() -> ReportWriter.compare(List.of(folder), folder.resolve("compare.html")))
                .isInstanceOf(ReportException.class)
                .hasMessageContaining("at least two");
    }
}
