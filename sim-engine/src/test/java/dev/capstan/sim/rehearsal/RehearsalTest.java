package dev.capstan.sim.rehearsal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.capstan.sim.rehearsal.Rehearsal.Choice;
import dev.capstan.sim.rehearsal.Rehearsal.Rule;
import dev.capstan.sim.results.Interval;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RehearsalTest {

    @TempDir
    Path temp;

    private HandMadeFolder folder;

    @BeforeEach
    void begin() {
        folder = new HandMadeFolder(temp, false)
                .conditions("5s", 20)
                .conditions("5s", 22)
                .conditions("5s", 30)
                .conditions("10s", 18)
                .conditions("10s", 20);
    }

    @Test
    void aRunStandsForAllReplicationsOfItsPoint() throws IOException {
        Rehearsal rehearsal = read(folder.point("5s", 18, "none", 9, 1, 1.0).point("5s", 18, "band", 100, 95, 2.5));

        RehearsedPoint point = rehearsal.pointOf("00003-band-r1", 0.88);

        assertThat(point.inWords()).isEqualTo("band at control.interval=5s, cap.power=18 kW");
        assertThat(point.index()).isEqualTo(1);
        assertThat(point.disturbances()).isEqualTo(100);
        assertThat(point.contained()).isEqualTo(95);
        // Wilson by hand: centre (0.95 + 3.84146 / 200) / 1.0384146 = 0.933353, half width
        // 1.959964 / 1.0384146 x sqrt(0.95 x 0.05 / 100 + 3.84146 / 40000) = 0.045103.
        assertThat(point.success().low()).isCloseTo(0.888250, within(1e-6));
        assertThat(point.success().high()).isCloseTo(0.978456, within(1e-6));
        assertThat(point.figures()).containsEntry("goodput_requests_per_second", new Interval(2.5, 2.5, 2.5));
        // A double would have made the seed 9007199254740992.
        assertThat(point.runs())
                .containsExactly(
                        new RehearsedPoint.Run("00002-band-r0", "9007199254740993"),
                        new RehearsedPoint.Run("00003-band-r1", "9007199254740994"));
        assertThat(point.policyName()).isEqualTo("three-band");
        assertThat(point.policyConditions().at("/parameters/cap_ratio").asDouble())
                .isEqualTo(0.99);
    }

    @Test
    void aPointHasWhatDiffersFromTheFirstAndElseWhatTheFirstHas() throws IOException {
        Rehearsal rehearsal = read(folder.point("5s", 18, "band", 9, 9, 1).point("10s", 20, "band", 9, 9, 1));

        RehearsedPoint point = rehearsal.points().get(1);

        assertThat(point.conditions().at("/timers/control_interval_seconds").asInt())
                .isEqualTo(10);
        assertThat(point.conditions().at("/cap/lowest_watts").asInt()).isEqualTo(20_000);
        assertThat(point.conditions().at("/guard_rails/hold_seconds").asInt()).isEqualTo(60);
        assertThat(point.conditions().at("/services/0/name").asText()).isEqualTo("chat");
    }

    /** All of n contained: Wilson's lower end is n / (n + 3.8415), 0.99002 for 381 and 0.98999 for 380. */
    @Test
    void theBestHasTheMostGoodputOfThoseWhoseLowerEndIsHighEnough() throws IOException {
        Rehearsal rehearsal = read(folder.point("5s", 18, "none", 400, 100, 9)
                .point("5s", 18, "band", 380, 380, 8)
                .point("5s", 20, "floor", 381, 381, 5)
                .point("5s", 20, "band", 1000, 1000, 6)
                .point("5s", 30, "band", 0, 0, 7));

        Choice choice = rehearsal.best(rehearsal.usualRule(), 0.99, Map.of());

        assertThat(rehearsal.usualRule()).isEqualTo(Rule.GOODPUT);
        assertThat(choice.point().inWords()).isEqualTo("band at control.interval=5s, cap.power=20 kW");
        assertThat(choice.second()).map(RehearsedPoint::policy).contains("floor");
        assertThat(choice.among()).isEqualTo(2);
        assertThat(rehearsal
                        .best(Rule.GOODPUT, 0.98, Map.of("cap.power", "18 kW"))
                        .point()
                        .policy())
                .isEqualTo("band");
        assertThat(rehearsal.best(Rule.GOODPUT, 0.99, Map.of("policy", "floor")))
                .satisfies(floor -> assertThat(floor.second()).isEmpty());
    }

    @Test
    void inPowerModeTheBestStrandsTheLeast() throws IOException {
        folder.point("5s", 18, "", "band", 500, 500, "", 700).point("5s", 20, "", "band", 500, 500, "", 300);
        Rehearsal rehearsal = Rehearsal.read(folder.write("power"));

        assertThat(rehearsal.usualRule()).isEqualTo(Rule.STRANDED);
        assertThat(rehearsal.best(Rule.STRANDED, 0.99, Map.of()).point().index())
                .isEqualTo(1);
        assertThatThrownBy(() -> rehearsal.best(Rule.GOODPUT, 0.99, Map.of()))
                .hasMessage(
                        "no point has a goodput_requests_per_second, by which goodput chooses. Maybe another --rule.");
    }

    @Test
    void tiesGoToTheFirst() throws IOException {
        Rehearsal rehearsal = read(folder.point("5s", 18, "band", 500, 500, 4)
                .point("5s", 20, "band", 600, 600, 5)
                .point("10s", 18, "band", 700, 700, 5));

        Choice choice = rehearsal.best(Rule.GOODPUT, 0.99, Map.of());

        assertThat(choice.point().index()).isEqualTo(1);
        assertThat(choice.second()).map(RehearsedPoint::index).contains(2);
    }

    /** 22 kW did not hold, so 30 kW is beyond a gap; 10 s is another setting. */
    @Test
    void capsReachAsFarAsNeighboursHeldToo() throws IOException {
        Rehearsal rehearsal = read(folder.point("5s", 30, "band", 500, 500, 1)
                .point("5s", 22, "band", 500, 400, 1)
                .point("5s", 20, "band", 500, 500, 1)
                .point("5s", 18, "band", 500, 500, 1)
                .point("5s", 18, "floor", 500, 500, 1)
                .point("10s", 18, "band", 500, 500, 1));
        List<RehearsedPoint> points = rehearsal.points();

        assertThat(rehearsal.capsAround(points.get(2), 0.99)).containsExactly(points.get(3), points.get(2));
        assertThat(rehearsal.capsAround(points.get(3), 0.99)).containsExactly(points.get(3), points.get(2));
        assertThat(rehearsal.capsAround(points.get(0), 0.99)).containsExactly(points.get(0));
        assertThat(rehearsal.capsAround(points.get(5), 0.99)).containsExactly(points.get(5));
        assertThat(rehearsal.capsAround(points.get(2), 0.5)).hasSize(4);
    }

    @Test
    void whatHoldsNoCapCannotBeEnforced() throws IOException {
        Rehearsal rehearsal = read(folder.point("5s", 18, "none", 500, 500, 1));

        assertThatThrownBy(() -> rehearsal.pointOf("00000-none-r0", 0.5))
                .hasMessage(
                        "run 00000-none-r0, none at control.interval=5s, cap.power=18 kW: policy none is not made to"
                                + " hold a cap, so there is nothing to certify. Take another one: docs/policies.md.");
        assertThatThrownBy(() -> rehearsal.best(Rule.GOODPUT, 0.5, Map.of()))
                .hasMessageStartingWith("no point may be enforced. The first is none at ");
    }

    @Test
    void whatHadNothingToContainHasShownNothing() throws IOException {
        Rehearsal rehearsal = read(folder.point("5s", 18, "band", 0, 0, 1));

        assertThatThrownBy(() -> rehearsal.pointOf("00000-band-r0", 0.5))
                .hasMessageContaining("nothing had to be contained there")
                .hasMessageContaining("Maybe a lower cap (cap.power, cap.share), a longer load (duration)");
    }

    /** Disturbances shorter than cap.contain_within pass by themselves. */
    @Test
    void whatIsNoBetterThanNoCappingHasShownNothing() throws IOException {
        Rehearsal rehearsal = read(folder.point("5s", 18, "none", 500, 499, 1)
                .point("5s", 18, "band", 500, 499, 1)
                .point("5s", 18, "floor", 500, 500, 1)
                .point("5s", 20, "none", 500, 500, 1)
                .point("5s", 20, "band", 500, 500, 1)
                .point("5s", 22, "band", 500, 500, 1));

        assertThatThrownBy(() -> rehearsal.pointOf("00002-band-r0", 0.9))
                .hasMessageContaining("99.80 % of the disturbances were contained without any capping, 99.80 % with it")
                .hasMessageContaining("a shorter cap.contain_within");
        assertThatThrownBy(() -> rehearsal.pointOf("00008-band-r0", 0.9))
                .hasMessageContaining("100.00 % of the disturbances");
        RehearsedPoint floor = rehearsal.pointOf("00004-floor-r0", 0.9);
        assertThat(floor.successWithoutCapping())
                .contains(rehearsal.points().get(0).success());
        assertThat(rehearsal.pointOf("00010-band-r0", 0.9).successWithoutCapping())
                .isEmpty();
    }

    @Test
    void whoMissesTheBoundIsToldWhatItTakes() throws IOException {
        Rehearsal rehearsal = read(folder.point("5s", 18, "band", 100, 95, 1).point("5s", 20, "band", 100, 100, 1));

        assertThatThrownBy(() -> rehearsal.pointOf("00000-band-r0", 0.99))
                .hasMessageContaining(
                        "95 of 100 disturbances were contained; the lower end of the 95 % interval is 0.8882,"
                                + " --min-success asks for 0.99, which takes at least 381 disturbances. Maybe a faster loop,");
        assertThatThrownBy(() -> rehearsal.best(Rule.GOODPUT, 0.99, Map.of()))
                .hasMessageStartingWith(
                        "no point may be enforced. The nearest is band at control.interval=5s, cap.power=20 kW: 100 of 100")
                .hasMessageContaining("is 0.9630,")
                .hasMessageContaining("Maybe more replications or a longer load");
        assertThatThrownBy(() -> rehearsal.best(Rule.GOODPUT, 0.99, Map.of("cap.power", "19 kW")))
                .hasMessageContaining("has no such point");
    }

    /** 380 / 383.84 = 0.98999, which is not 0.99. */
    @Test
    void aNearMissDoesNotLookLikeAHit() throws IOException {
        Rehearsal rehearsal = read(folder.point("5s", 18, "band", 380, 380, 1));

        assertThatThrownBy(() -> rehearsal.pointOf("00000-band-r0", 0.99)).hasMessageContaining("is 0.9899,");
    }

    @Test
    void movedParametersOfTheModelAreNotCertified() throws IOException {
        HandMadeFolder moved = new HandMadeFolder(temp, true)
                .point("5s", 18, "services[].adjust.gamma,low,1.5,", "band", 500, 500, 9, 1)
                .point("5s", 18, "band", 500, 500, 1);
        Rehearsal rehearsal = read(moved);

        assertThat(rehearsal.best(Rule.GOODPUT, 0.99, Map.of()).point().index()).isEqualTo(1);
        assertThat(rehearsal.capsAround(rehearsal.points().get(1), 0.99)).hasSize(1);
        assertThatThrownBy(() -> rehearsal.pointOf("00000-band-r0", 0.99))
                .hasMessageContaining("it ran with the low end of services[].adjust.gamma of the model");
    }

    @Test
    void aRunThatIsNotThereIsToldTheNearest() throws IOException {
        Rehearsal rehearsal = read(folder.point("5s", 18, "band", 9, 9, 1));

        assertThatThrownBy(() -> rehearsal.pointOf("00000-band-r2", 0.5))
                .hasMessageContaining("has no run '00000-band-r2'. Maybe you meant 00000-band-r0.");
    }

    @Test
    void aPolicyOfAJarThatIsNotThereIsNamed() throws IOException {
        Rehearsal rehearsal = read(folder.point("5s", 18, "strange", 9, 9, 1));

        assertThatThrownBy(() -> rehearsal.pointOf("00000-strange-r0", 0.5))
                .hasMessageContaining("there is no policy \"of-another-jar\"");
    }

    @Test
    void tablesThatDoNotAgreeAreRefused() throws IOException {
        folder.point("5s", 18, "band", 100, 100, 1).write("requests");
        replace("points.csv", "18000,2,100,100", "18000,2,400,400");
        assertThatThrownBy(() -> Rehearsal.read(temp))
                .hasMessageContaining(
                        "points.csv, line 2: its replications and disturbances are not those of the runs");

        folder.write("requests");
        replace("summary.csv", "5s,18 kW,00001-band-r1,band,18000,1,9007199254740994,99,99\n", "");
        assertThatThrownBy(() -> Rehearsal.read(temp)).hasMessageContaining("points.csv, line 2: its replications");

        folder.write("requests");
        replace("points.csv", "5s,18 kW,band", "5s,19 kW,band");
        replace("summary.csv", "18 kW", "19 kW");
        assertThatThrownBy(() -> Rehearsal.read(temp))
                .hasMessageContaining(
                        "manifest.json has no conditions of the point {control.interval=5s, cap.power=19 kW}");

        folder.write("requests");
        replace("points.csv", ",100,100,", ",many,100,");
        assertThatThrownBy(() -> Rehearsal.read(temp))
                .hasMessageContaining("points.csv, line 2: disturbances must be a number, was 'many'");

        folder.write("requests");
        replace("points.csv", "replications", "repetitions");
        assertThatThrownBy(() -> Rehearsal.read(temp)).hasMessageContaining("line 2: has no column replications");
    }

    @Test
    void whatIsNoFinishedFolderIsRefused() throws IOException {
        assertThatThrownBy(() -> Rehearsal.read(temp.resolve("gone"))).hasMessageContaining("gone is not a folder");
        assertThatThrownBy(() -> Rehearsal.read(temp))
                .hasMessageContaining("manifest.json is missing. Maybe you meant the folder given as --out");
        Files.writeString(temp.resolve("progress.jsonl"), "");
        assertThatThrownBy(() -> Rehearsal.read(temp))
                .hasMessageContaining("has not finished: go on with it (--resume)");
        Files.writeString(temp.resolve("manifest.json"), "{\"name\":");
        assertThatThrownBy(() -> Rehearsal.read(temp)).hasMessageContaining("manifest.json is not valid JSON");
        Files.writeString(temp.resolve("manifest.json"), "{\"name\": \"old\"}");
        assertThatThrownBy(() -> Rehearsal.read(temp)).hasMessageContaining("an older version of Capstan wrote it");
    }

    private static Rehearsal read(HandMadeFolder folder) throws IOException {
        return Rehearsal.read(folder.write("requests"));
    }

    private void replace(String file, String before, String after) throws IOException {
        String text = Files.readString(temp.resolve(file));
        assertThat(text).contains(before);
        Files.writeString(temp.resolve(file), text.replace(before, after));
    }
}
