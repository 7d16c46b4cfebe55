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
