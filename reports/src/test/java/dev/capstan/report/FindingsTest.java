package dev.capstan.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FindingsTest {

    @TempDir
    private Path folder;

    private Answer answer() {
        return Answer.of(ResultsFolder.read(folder));
    }

    private static List<String> plain(List<String> texts) {
        return texts.stream().map(text -> text.replace('\u00a0', ' ')).toList();
    }

    /** The intervals of goodput overlap, those of disturbances contained do not; energy has no shares. */
    @Test
    void saysWhichAxisMattersMostAndWhetherTheIntervalsTellItFromTheNext() {
        VarianceFolder.write(folder, VarianceFolder.SHARES);

        assertThat(plain(answer().findings()))
                .containsExactly("What replica-cap hangs on most, with the share of the variance over all points:"
                        + " disturbances contained on interval (60 % [50, 70]);"
                        + " goodput on window (55 % [40, 70]), not told from interval (45 %).");
    }

    @Test
    void saysNothingOfWhatDoesNotVary() {
        VarianceFolder.write(
                folder,
                "policy,figure,term,kind,share,share_low,share_high\nreplica-cap,success_rate,control.interval,main,,,\n");

        assertThat(answer().findings()).isEmpty();
    }

    /** Nobody sets the load: beside it the best of what an operator can set is told. */
    @Test
    void tellsWhatMattersMostOfWhatCanBeSet() {
        VarianceFolder.write(folder, """
                policy,figure,term,kind,share,share_low,share_high
                replica-cap,success_rate,workload.scale,main,0.7,0.65,0.75
                replica-cap,success_rate,control.interval,main,0.1,0.1,0.1
                replica-cap,success_rate,workload.scale × control.interval,interaction,0.2,0.15,0.25
                """);

        assertThat(plain(answer().findings()))
                .containsExactly("What replica-cap hangs on most, with the share of the variance over all points:"
                        + " disturbances contained on workload.scale (70 % [65, 75]);"
                        + " of what can be set on interval (10 %).");
    }

    /** A total holds the axis alone too, so it is not set against the others. */
    @Test
    void ranksTheAxesOfADesignByWhatTheyDoAlone() {
        VarianceFolder.write(folder, """
                policy,figure,term,kind,share,share_low,share_high
                replica-cap,success_rate,control.interval,first,0.2,0.15,0.25
                replica-cap,success_rate,control.interval,total,0.7,0.6,0.8
                replica-cap,success_rate,telemetry.rate_window + telemetry.scrape_interval,first,0.3,0.26,0.34
                replica-cap,success_rate,telemetry.rate_window + telemetry.scrape_interval,total,0.4,0.3,0.5
                """);

        assertThat(plain(answer().findings()))
                .containsExactly("What replica-cap hangs on most, with the share of the variance over all points:"
                        + " disturbances contained on window + scrape interval (30 % [26, 34]).");
    }

    @Test
    void saysWhatASearchFound() {
        VarianceFolder.write(folder, VarianceFolder.SHARES);
        manifest("""
                "find": {"goal": "min over_cap_seconds_mean", "most_points": 20, "tried_points": 17, "found":
                  {"axes": {"control.interval": "12s"}, "policy": "replica-cap"}},
                """);
        assertThat(plain(answer().search().stream().toList()))
                .containsExactly("The search for min over_cap_seconds_mean tried 17 points and found"
                        + " policy replica-cap, interval 12 s.");

        FixtureFolder.replace(folder.resolve("manifest.json"), "\"found\"", "\"closest\"");
        assertThat(plain(answer().search().stream().toList()))
                .containsExactly("The search for min over_cap_seconds_mean tried 17 points. None keeps to all bounds;"
                        + " the closest is policy replica-cap, interval 12 s.");
    }

    /** The search ended at the second of the three caps, which is then the only answer that is not folded away. */
    @Test
    void beginsWithThePlaceWhereASearchEnded() {
        String manifest = HandMade.manifest("q", "replica-cap")
                .replace("control.interval", "cap.power")
                .replace("\"5s\", \"10s\"", "\"18 kW\", \"19 kW\", \"20 kW\"")
                .replace(
                        "\"traces\"",
                        "\"find\": {\"goal\": \"min x\", \"tried_points\": 3, \"found\": {\"axes\": {\"cap.power\": \"19 kW\"},"
                                + " \"policy\": \"replica-cap\"}}, \"traces\"");
        FixtureFolder.ofPoints(
                folder,
                manifest,
                HandMade.POINT_HEADER.replace("control.interval", "cap.power")
                        + "18 kW,replica-cap,18000,5,100,15,0.15,0.093,0.233,0,0.9,11,2\n"
                        + "19 kW,replica-cap,19000,5,100,95,0.95,0.888,0.978,0,0.9,11,2\n"
                        + "20 kW,replica-cap,20000,5,100,95,0.95,0.888,0.978,0,0.9,11,2\n",
                HandMade.RUN_HEADER.replace("control.interval", "cap.power") + "18 kW,r0,replica-cap,18000,0,0.95\n");

        ReportPage page = ReportPage.of(ResultsFolder.read(folder), List.of());

        assertThat(plain(page.firstGroups().stream().map(Answer.Group::heading).toList()))
                .containsExactly("At a cap of 19 kW");
        assertThat(page.moreGroups()).hasSize(2);
    }

    @Test
    void saysHowReplicationsWereStopped() {
        VarianceFolder.write(folder, "policy,figure,term,kind,share,share_low,share_high\n");
        manifest(
                "\"stop\": {\"looks\": [5, 10, 20, 40], \"confidence\": 0.9875, \"half_widths\": {\"success_rate\": 0.02}},");

        assertThat(plain(answer().findings()))
                .singleElement()
                .asString()
                .contains("after 5, 10, 20, 40", "0.02 for success_rate", "98.8 %");
        assertThat(ReportPage.of(ResultsFolder.read(folder), List.of()).confidence())
                .isEqualTo("98.8\u00a0%");
    }

    /** With one point in a folder of an axis over the containment time its own time is told, not that of the base. */
    @Test
    void tellsTheContainmentTimeOfThePoint() {
        VarianceFolder.write(folder, VarianceFolder.SHARES);
        manifest("""
                "conditions": [{"axes": ["10s"], "cap": {"contain_within_seconds": 60}},
                               {"axes": ["5s"], "cap": {"contain_within_seconds": 30}}],
                """);

        assertThat(answer().groups().get(0).lead().replace('\u00a0', ' '))
                .contains("interval brought power back under 20 kW within 30 s");
    }

    private void manifest(String more) {
        FixtureFolder.replace(folder.resolve("manifest.json"), "\"traces\"", more + "\"traces\"");
    }
}
