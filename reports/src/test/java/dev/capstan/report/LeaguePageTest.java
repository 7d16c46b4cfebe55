package dev.capstan.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LeaguePageTest {

    @TempDir
    Path folder;

    private Path out;

    @BeforeEach
    void writeTheFolder() {
        LeagueFolder.write(folder);
        out = folder.resolve("league.md");
    }

    /** Figures and units are set with spaces that do not break; tests read better without. */
    private List<String> page() throws IOException {
        return Files.readString(ReportWriter.league(folder, out))
                .replace('\u00a0', ' ')
                .lines()
                .toList();
    }

    @Test
    void saysWhatWasRun() throws IOException {
        assertThat(page())
                .startsWith("# League: hand-made")
                .contains(
                        "Made by `capstan report --league` from the tables of a sweep of Capstan 0.1.0. Who?",
                        "- loads: code",
                        "- faults: none, telemetry",
                        "- caps: 60 %, 100 %",
                        "- policies: 3",
                        "- load of code: bursts (CC-BY-4.0)",
                        "- Power is modelled.");
    }

    @Test
    void countsWinsTiesAndLossesAgainstTheBestOtherThatIsAsSafe() throws IOException {
        // None at 60 %: polca contains as much, -1.0 ± 0.2: win; none serves more but contains 25 %.
        // None at 100 %: no disturbance; none is under the cap for 0.1 ± 0.05 % less; polca -0.10 ± 0.16: tie.
        // Telemetry at 60 %: polca contains 95 % against 90 %, +0.5 ± 0.3: loss. At 100 % polca has one that it did not
        // contain.
        assertThat(page())
                .containsSubsequence(
                        "| load | faults | wins | ties | losses | alone | lost to |",
                        "| code | none | 1 | 1 | 0 | 0 |  |",
                        "| code | telemetry | 0 | 0 | 1 | 1 | `polca` at 60 % by +0.50 ± 0.30 |",
                        "| all |  | 1 | 1 | 1 | 1 |  |",
                        "| all where demand passed the cap |  | 1 | 0 | 1 | 0 |  |");
    }

    @Test
    void ranksTheSafeByGoodputAndThenTheOthersOverAllCaps() throws IOException {
        // Wilson of 20 of 20: 1 / (1 + 3.8415 / 20) = 83.9 %; of 5 of 20: (0.25 + 0.0960 ± 1.96 sqrt(0.25 x 0.75 / 20 +
        // 3.8415 / 1600)) / 1.1921 = 11.2 and 46.9 %. Goodput of polca (12 + 14.8) / 2 = 13.4, its difference (-1 -
        // 0.1) / 2 =
        // -0.55 ± (0.2 + 0.16) / 2. One trip in two runs at one of two caps: 0.25. 3600 W s in 1800 s at one of two
        // caps: 1 W.
        List<String> page = page();
        int heading = page.indexOf("### Load code, faults none");
        assertThat(page.subList(heading + 2, heading + 7))
                .containsExactly(
                        "| policy | as safe as any | contained, % | time under the cap, % | trips a run | targets met, % |"
                                + " goodput, requests/s | J per output token | stranded, W |",
                        "|---|---|---|---|---|---|---|---|---|",
                        "| **`capstan`** | **best** | 100 [83.9, 100] | 99.5 | 0.00 | 92.0 | 13.95 | 5.10 | 1 |",
                        "| `polca` | yes | 100 [83.9, 100] (0) | 98.5 (−1.0 ± 0.5) | 0.00 (0) | 89.0 (−3.0 ± 1.5)"
                                + " | 13.40 (−0.55 ± 0.18) | 5.30 (+0.20 ± 0.10) | 1 (−1 ± 0) |",
                        "| `none` | | 25.0 [11.2, 46.9] (−75.0 ± 10.0) | 80.0 (−19.8 ± 2.5) | 0.25 (+0.25 ± 0.50)"
                                + " | 97.5 (+5.5 ± 1.5) | 14.75 (+0.80 ± 0.18) | 4.95 (−0.15 ± 0.10) | 0 (−1 ± 0) |");
    }

    @Test
    void showsTheFrontOfEachCapAndWhatBeatsThePolicyComparedWith() throws IOException {
        assertThat(page())
                .containsSubsequence(
                        "| cap | on the front | `capstan` |",
                        "| 60 %, 6 kW | `capstan` (100 %, 13.00); `none` (25.0 %, 14.50) | on it |",
                        "| 100 %, 10 kW | `none` (no disturbance, 15.00) | beaten by `none` (+0.10 ± 0.05 requests/s) |",
                        "| 60 %, 6 kW | `polca` (95.0 %, 13.50); `none` (20.0 %, 14.40)"
                                + " | beaten by `polca` (+5.0 ± 8.0 points, +0.50 ± 0.30 requests/s) |");
    }

    @Test
    void policiesWithTheSameFiguresShareARow() throws IOException {
        FixtureFolder.replace(folder.resolve("manifest.json"), "{\"label\": \"capstan\"", """
                {"label": "twin", "name": "none", "guarded": true, "parameters": {}}, {"label": "capstan\"""");
        for (String table : List.of("points.csv", "summary.csv", "comparison.csv")) {
            Path file = folder.resolve(table);
            List<String> lines = new ArrayList<>(Files.readAllLines(file));
            lines.addAll(lines.stream()
                    .filter(line -> line.contains(",none,6000")
                            || line.contains(",none,10000")
                            || line.contains(",none,capstan"))
                    .map(line -> line.replaceFirst(" %(,r\\d+)?,none,", " %$1,twin,"))
                    .toList());
            Files.write(file, lines);
        }

        assertThat(page())
                .anyMatch(line -> line.startsWith("| `none`, `twin` | | 25.0 [11.2, 46.9] "))
                .contains("| 100 %, 10 kW | `none`, `twin` (no disturbance, 15.00)"
                        + " | beaten by `none`, `twin` (+0.10 ± 0.05 requests/s) |");
    }

    @Test
    void doesNotCallBeatenWhatTheIntervalsDoNotTellApart() throws IOException {
        FixtureFolder.replace(
                folder.resolve("comparison.csv"), "0.500000,0.200000,0.800000", "0.500000,-0.100000,1.100000");

        assertThat(page())
                .contains("| 60 %, 6 kW | `polca` (95.0 %, 13.50); `none` (20.0 %, 14.40)"
                        + " | not told apart from `polca` (+5.0 ± 8.0 points, +0.50 ± 0.60 requests/s) |");
    }

    @Test
    void saysThatOneReplicationTellsNothingFromChance() throws IOException {
        assertThat(page()).noneMatch(line -> line.startsWith("**One replication"));
        FixtureFolder.replace(folder.resolve("manifest.json"), "\"replications\": 2", "\"replications\": 1");

        assertThat(page()).anyMatch(line -> line.startsWith("**One replication"));
    }

    @Test
    void isTheSameBytesForTheSameFolder() throws IOException {
        byte[] first = Files.readAllBytes(ReportWriter.league(folder, out));

        assertThat(Files.readAllBytes(ReportWriter.league(folder, out))).isEqualTo(first);
    }

    @Test
    void needsAComparison() throws IOException {
        Files.delete(folder.resolve("comparison.csv"));

        assertThatThrownBy(() -> ReportWriter.league(folder, out))
                .isInstanceOf(ReportException.class)
                .hasMessageStartingWith(folder.resolve("comparison.csv") + ": is missing")
                .hasMessageContaining("scoring.compare_with");
        assertThat(out).doesNotExist();
    }

    @Test
    void needsTheAxesOfALeague() {
        FixtureFolder.sweep(folder);

        assertThatThrownBy(() -> ReportWriter.league(folder, out))
                .isInstanceOf(ReportException.class)
                .hasMessageContaining("a league is over the axes load, faults and cap.share, found control.interval,"
                        + " telemetry.rate_window, cap.power");
    }
}
