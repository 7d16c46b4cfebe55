package dev.capstan.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/** Opens reports in a headless browser, where the machine has one. */
class BrowserTest {

    /** The browser may still be writing its profile when it has answered. */
    @TempDir(cleanup = CleanupMode.NEVER)
    Path folder;

    @Test
    void drawsEverythingWithoutAnErrorOnTheConsole() throws Exception {
        Path results = FixtureFolder.sweep(folder.resolve("results"));

        String page = open(ReportWriter.write(results));

        assertThat(page).contains("data-ready=\"true\"");
        // Four panels of 3 × 3 cells; the first 100 of 108 points and of 540 runs, and a header row for each table.
        assertThat(page.split("<table class=\"heat\"", -1)).hasSize(5);
        assertThat(page).contains("108 rows", "540 rows", "cliff-r", "Power over time of replica-cap");
    }

    @Test
    void drawsPointsWithoutDisturbancesTimelinesAndSettings() throws Exception {
        Path results = FixtureFolder.ofPoints(
                folder.resolve("results"),
                HandMade.manifest("q", "replica-cap").replace("\"5s\", \"10s\"", "\"5s\""),
                HandMade.POINT_HEADER + "5s,replica-cap,20000,1,0,0,,,,,,,\n",
                HandMade.RUN_HEADER + "5s,r0,replica-cap,20000,0,\n");

        assertThat(open(ReportWriter.write(results))).contains("data-ready=\"true\"", "no dist.");
    }

    /** Of the four bars one has an interval that holds no change; each row can be reached and read aloud. */
    @Test
    void drawsBarsOfWhatMovesTheWidestFirst() throws Exception {
        String page = open(ReportWriter.write(SensitivityFolder.write(folder.resolve("results"))));

        String section = page.substring(page.indexOf("id=\"sensitivity-plot\""), page.indexOf("The bands and where"));
        assertThat(section.split("height=\"11\"", -1)).hasSize(1 + 4);
        assertThat(section.split("opacity=\"0.35\"", -1)).hasSize(1 + 1);
        assertThat(section)
                .contains("1.5 (low end): +10 [+5, +15] points", "3 (high end): −20 [−30, −10] points")
                .contains("disturbances contained 80&nbsp;% as the experiment stands", "No change at all: gamma.")
                .doesNotContain("PUE")
                .containsSubsequence("gamma, replica-cap", "server base, replica-cap");
        assertThat(section.split("<g tabindex=\"0\" role=\"img\"", -1)).hasSize(1 + 3);
        // The surface and the answer hold what was not moved: one cell for each policy.
        assertThat(page.substring(page.indexOf("id=\"surface-plot\""), page.indexOf("id=\"surface-legend\"")))
                .contains("80")
                .doesNotContain("90", "60");
    }

    @Test
    void drawsHostileNamesAsText() throws Exception {
        String name = "</script><script>document.title='broken'</script>";
        Path results = FixtureFolder.ofPoints(
                folder.resolve("results"),
                HandMade.manifest(name, name),
                HandMade.POINT_HEADER + "5s," + name + ",20000,1,4,2,0.5,0.15,0.85,,,,\n",
                HandMade.RUN_HEADER + "5s,r0," + name + ",20000,0,0.5\n");

        assertThat(open(ReportWriter.write(results)))
                .contains("data-ready=\"true\"")
                .doesNotContain("<title>broken");
    }

    private String open(Path page) throws IOException, InterruptedException {
        return HeadlessBrowser.open(page, folder);
    }
}
