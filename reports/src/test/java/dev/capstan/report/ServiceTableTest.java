package dev.capstan.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What each service got, as the report has it. */
class ServiceTableTest {

    @TempDir
    private Path folder;

    @Test
    void showsEveryServiceAtTheBestSettingOfEachPolicy() {
        ServiceFolder.write(folder);

        ServiceTable table = ServiceTable.of(ResultsFolder.read(folder)).orElseThrow();

        // Nobody has a time to first token.
        assertThat(table.headings()).containsExactly("Goodput, requests/s", "SLO attainment, %", "Active energy, kWh");
        assertThat(table.groups()).hasSize(1);
        assertThat(table.groups().get(0).rows().stream().map(ServiceTableTest::text))
                .containsExactly(
                        "none chat: 11 | 90 [80, 99] | 1",
                        "none batch: 2 [1, 3] | – | 2 [1.94, 2.06]",
                        "replica-cap chat: 10 [9, 11] | 99.9 [99.8, 100] | 0.5 [0.472, 0.528]",
                        "replica-cap batch: 0 | 0 | 0");
    }

    @Test
    void isOnThePageOnlyWhereThereAreTwoServices() throws IOException {
        ServiceFolder.write(folder, """
                5s,none,20000,<chat>,3,11,11,11,0.9,0.8,0.99,3600000,3600000,3600000,,,
                5s,none,20000,batch,3,2,1,3,,,,7200000,7000000,7400000,,,
                """);
        assertThat(Files.readString(ReportWriter.write(folder)))
                .contains("What each service got", "href=\"#services\"", "<td>&lt;chat&gt;</td>", "[1, 3]");

        ServiceFolder.write(folder, "5s,none,20000,chat,3,11,11,11,0.9,0.8,0.99,3600000,3600000,3600000,,,\n");
        assertThat(Files.readString(ReportWriter.write(folder))).doesNotContain("What each service got", "#services");

        Files.delete(folder.resolve("service-points.csv"));
        assertThat(Files.readString(ReportWriter.write(folder))).doesNotContain("What each service got");
    }

    /** 150 caps with two rows each: a hundred of them are shown. */
    @Test
    void staysSmallAndSaysWhatIsLeftOut() throws IOException {
        StringBuilder points = new StringBuilder(HandMade.POINT_HEADER);
        StringBuilder services = new StringBuilder(ServiceFolder.HEADER);
        for (int cap = 1; cap <= 150; cap++) {
            points.append(cap).append("s,none,").append(cap).append(",3,10,5,0.5,0.2,0.8,0,0.9,13,1\n");
            for (String service : List.of("chat", "batch")) {
                services.append(cap).append("s,none,").append(cap).append(',').append(service);
                services.append(",3").append(",1".repeat(12)).append('\n');
            }
        }
        FixtureFolder.ofPoints(
                folder,
                HandMade.manifest("q", "replica-cap"),
                points.toString(),
                HandMade.RUN_HEADER + "1s,r0,none,1,0,0.5\n");
        FixtureFolder.write(folder.resolve("service-points.csv"), services.toString());

        assertThat(Files.readString(ReportWriter.write(folder)))
                .contains("Only 100 of 150 caps and conditions are in this table")
                .contains("138 more caps and conditions");
    }

    private static String text(ServiceTable.Row row) {
        List<String> cells = row.cells().stream()
                .map(cell -> (cell.mean() + " " + cell.interval()).strip())
                .toList();
        return row.policy() + " " + row.service() + ": " + String.join(" | ", cells);
    }
}
