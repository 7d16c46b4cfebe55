package dev.capstan.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TornadoTest {

    @TempDir
    Path folder;

    private ResultsFolder results;

    @BeforeEach
    void readAFolder() {
        results = ResultsFolder.read(SensitivityFolder.write(folder));
    }

    @Test
    void putsTheWidestBarFirstAndNamesWhatChangesNothing() {
        List<Tornado> tornados = tornados(Tornado.Outcome.SUCCESS);

        assertThat(tornados).extracting(Tornado::policy).containsExactly("none", "replica-cap");
        assertThat(tornados.get(0).bars()).extracting(Tornado.Bar::name).containsExactly("server base");
        assertThat(tornados.get(0).quiet()).containsExactly("gamma");
        // 10 points up and 20 down are wider than 12 down; of the PUE there is no figure.
        assertThat(tornados.get(1).bars()).extracting(Tornado.Bar::name).containsExactly("gamma", "server base");
        assertThat(tornados.get(1).bars().get(0).width()).isEqualTo(30);
        assertThat(tornados.get(1).quiet()).isEmpty();
    }

    @Test
    void keepsEndsWithTheirIntervalsInTheUnitThatIsShown() {
        Tornado.Bar gamma = tornados(Tornado.Outcome.ENERGY).get(1).bars().get(1);

        assertThat(gamma.name()).isEqualTo("gamma");
        // 3.6 MJ are a kilowatt-hour.
        Tornado.End low = Objects.requireNonNull(gamma.low());
        assertThat(low.value()).isEqualTo("1.5");
        assertThat(low.change()).isCloseTo(-1, within(1e-12));
        assertThat(low.high()).isCloseTo(1 / 3.6e6, within(1e-12));
        assertThat(tornados(Tornado.Outcome.ENERGY).get(0).bars().get(0).low()).isNull();
    }

    @Test
    void knowsWhichOutcomesTheTableHas() {
        ResultTable table = results.sensitivity().orElseThrow();

        assertThat(Tornado.Outcome.SUCCESS.isIn(table)).isTrue();
        assertThat(Tornado.Outcome.CARBON.isIn(table)).isFalse();
        assertThat(Tornado.Outcome.TTFT.isIn(table)).isFalse();
    }

    @Test
    void answersFromThePointsWhereNothingIsMoved() {
        Answer answer = Answer.of(results);

        assertThat(answer.groups()).hasSize(1);
        assertThat(answer.groups().get(0).lead().replace('\u00a0', ' ')).contains("in 80 % [71, 87]");
    }

    @Test
    void drawsAPictureForEachPolicyAndOutcomeThatMoves() throws IOException {
        ReportWriter.write(folder);

        try (var files = Files.list(folder.resolve("charts"))) {
            assertThat(files.map(file -> file.getFileName().toString()).sorted())
                    .containsExactly(
                            "tornado-01-none-disturbances_contained.png",
                            "tornado-01-none-disturbances_contained.svg",
                            "tornado-02-replica-cap-disturbances_contained.png",
                            "tornado-02-replica-cap-disturbances_contained.svg",
                            "tornado-03-none-energy.png",
                            "tornado-03-none-energy.svg",
                            "tornado-04-replica-cap-energy.png",
                            "tornado-04-replica-cap-energy.svg");
        }
    }

    @Test
    void saysHowMuchTimeWasSpentOutsideTheRangesOfProfilesAndWhere() throws IOException {
        String html = Files.readString(ReportWriter.write(folder)).replace('\u00a0', ' ');

        assertThat(html)
                .contains("replicas spent 25 % to 50 % of their busy time: the most with replica-cap, interval 5 s,"
                        + " cap 20 kW.")
                .contains("id=\"sensitivity\"", "<td>±15 %</td><td>MLPerf</td>");
    }

    @Test
    void hasNoSuchSectionWhereNothingWasMoved(@TempDir Path other) throws IOException {
        FixtureFolder.ofPoints(
                other,
                HandMade.manifest("q", "replica-cap"),
                HandMade.POINT_HEADER + "5s,replica-cap,20000,1,4,2,0.5,0.15,0.85,,,,\n",
                HandMade.RUN_HEADER + "5s,r0,replica-cap,20000,0,0.5\n");

        assertThat(Files.readString(ReportWriter.write(other)))
                .doesNotContain("id=\"sensitivity\"", "#sensitivity\"", "id=\"out-of-range\"");
    }

    private List<Tornado> tornados(Tornado.Outcome outcome) {
        return Tornado.of(results, results.sensitivity().orElseThrow(), outcome);
    }
}
