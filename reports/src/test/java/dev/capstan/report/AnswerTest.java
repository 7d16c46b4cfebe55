package dev.capstan.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AnswerTest {

    @TempDir
    Path folder;

    /** Figures and units are set with spaces that do not break; tests read better without. */
    private static String plain(String text) {
        return text.replace('\u00a0', ' ');
    }

    private static List<String> sentences(Answer.Group group) {
        return group.sentences().stream().map(AnswerTest::plain).toList();
    }

    @Test
    void saysWhichPolicyHoldsTheCapAndWhatThatCostsUsers() {
        Answer answer = HandMade.answer(
                folder,
                "5s,none,20000,5,412,50,0.1214,0.0933,0.1565,0,0.94,11.9,1.4",
                "5s,replica-cap,20000,5,412,400,0.9709,0.9498,0.9833,900,0.91,11.2,2.1",
                "10s,none,20000,5,412,50,0.1214,0.0933,0.1565,0,0.94,11.9,1.4",
                "10s,replica-cap,20000,5,412,300,0.7282,0.6832,0.7689,100,0.93,11.6,1.6",
                "10s,climatik-shipped,20000,5,412,169,0.4102,0.3638,0.4583,0,0.7,9.5,3");

        Answer.Group group = answer.groups().get(0);
        assertThat(plain(group.heading())).isEqualTo("At a cap of 20 kW");
        assertThat(plain(group.lead()))
                .isEqualTo("replica-cap with a 5 s interval brought power back under 20 kW within 15 s"
                        + " in 97 % [95, 98] of 412 disturbances.");
        assertThat(sentences(group))
                .containsExactly(
                        "The price, against no capping at the same point: SLO attainment 91 % instead of 94 %,"
                                + " goodput 11.2 requests/s instead of 11.9 requests/s, p99 TTFT 2.1 s instead of 1.4 s.",
                        "climatik-shipped reached 41 % [36, 46] at its best, with a 10 s interval,"
                                + " at a goodput of 9.5 requests/s.",
                        "Left alone (none), 12 % [9, 16] of the disturbances ended within that time by themselves.");
        assertThat(plain(group.rows().get(1).worst())).isEqualTo("73 % at interval 10 s");
    }

    @Test
    void choosesBySuccessThenByServiceLevelThenByStrandedPower() {
        Answer answer = HandMade.answer(
                folder,
                // The higher share wins over the higher lower bound, which more disturbances of its own would raise.
                "5s,replica-cap,18000,5,200,190,0.95,0.910,0.973,400,0.99,9,1",
                "10s,replica-cap,18000,5,50,48,0.96,0.865,0.989,500,0.9,9,1",
                // Equal success: the higher service level wins.
                "5s,replica-cap,19000,5,100,95,0.95,0.888,0.978,400,0.9,9,1",
                "10s,replica-cap,19000,5,100,95,0.95,0.888,0.978,500,0.99,9,1",
                // Equal in that too: less stranded power wins.
                "5s,replica-cap,20000,5,100,95,0.95,0.888,0.978,500,0.9,9,1",
                "10s,replica-cap,20000,5,100,95,0.95,0.888,0.978,400,0.9,9,1");

        assertThat(answer.groups())
                .allSatisfy(group -> assertThat(plain(group.lead())).contains("a 10 s interval"));
    }

    @Test
    void doesNotCrownAPolicyThatOnlyRefusesService() {
        Answer answer = HandMade.answer(
                folder,
                "5s,none,20000,5,100,10,0.1,0.055,0.174,0,0.94,11.9,1.4",
                "5s,static-floor,20000,5,100,100,1,0.963,1,0,0.2,2.1,9",
                "5s,replica-cap,20000,5,100,80,0.8,0.711,0.867,0,0.9,11,2");

        Answer.Group group = answer.groups().get(0);
        assertThat(plain(group.lead())).startsWith("replica-cap").contains("80 % [71, 87]");
        assertThat(sentences(group))
                .contains("static-floor with a 5 s interval reached 100 % [96, 100], but only by refusing service:"
                        + " goodput 2.1 requests/s, less than half of the 11.9 requests/s without capping.");
    }

    /**
     * Chat keeps 10 of its 11 requests/s. Batch, whose targets are as long as the run of an hour, has a fiftieth of its own, and
     * in the sum of both goodput falls to less than a tenth.
     */
    @Test
    void doesNotCallItRefusingWhenWorkWithoutADeadlineWaits() {
        Answer.Group group = twoServices("3600", "10s,replica-cap,20000,chat,3,10,0.99,2.5,400");

        assertThat(plain(group.lead())).startsWith("replica-cap").contains("100 % [96, 100]");
        assertThat(sentences(group).get(0))
                .isEqualTo("The price, against no capping at the same point: chat SLO attainment 99 % instead of 90 %,"
                        + " goodput 10 requests/s instead of 11 requests/s, p99 TTFT 2.5 s instead of 2 s;"
                        + " batch 90 instead of 4500 tokens/s.");
    }

    @Test
    void namesTheServiceThatIsRefused() {
        assertThat(sentences(twoServices("3600", "10s,replica-cap,20000,chat,3,5,0.99,2.5,400")))
                .contains("replica-cap with a 10 s interval reached 100 % [96, 100], but only by refusing service:"
                        + " goodput of chat 5 requests/s, less than half of the 11 requests/s without capping.");
        // With targets that it can miss batch is asked too.
        assertThat(sentences(twoServices("3599", "10s,replica-cap,20000,chat,3,10,0.99,2.5,400")))
                .contains("replica-cap with a 10 s interval reached 100 % [96, 100], but only by refusing service:"
                        + " goodput of batch 2 requests/s, less than half of the 100 requests/s without capping.");
    }

    /** An axis gives batch targets that it can miss at 10 s, where the base experiment has none. */
    @Test
    void asksByTheTargetsOfThePoint() {
        twoServices("3600", "10s,replica-cap,20000,chat,3,10,0.99,2.5,400");
        FixtureFolder.replace(folder.resolve("manifest.json"), "\"traces\"", """
                "conditions": [
                  {"axes": ["5s"], "services": [
                    {"name": "chat", "ttft_slo_seconds": 2, "tpot_slo_seconds": 0.2},
                    {"name": "batch", "ttft_slo_seconds": 3600, "tpot_slo_seconds": 3600}]},
                  {"axes": ["10s"], "services": [
                    {"name": "chat", "ttft_slo_seconds": 2, "tpot_slo_seconds": 0.2},
                    {"name": "batch", "ttft_slo_seconds": 60, "tpot_slo_seconds": 3600}]}],
                "traces\"""");

        assertThat(sentences(Answer.of(ResultsFolder.read(folder)).groups().get(0)))
                .contains("replica-cap with a 10 s interval reached 100 % [96, 100], but only by refusing service:"
                        + " goodput of batch 2 requests/s, less than half of the 100 requests/s without capping.");
    }

    private Answer.Group twoServices(String batchTargetSeconds, String chatUnderTheCap) {
        FixtureFolder.ofPoints(
                folder,
                HandMade.manifest("q", "replica-cap").replace("\"traces\"", """
                        "duration_seconds": 3600,
                        "services": [{"name": "chat", "ttft_slo_seconds": 2, "tpot_slo_seconds": 0.2},
                                     {"name": "batch", "ttft_slo_seconds": %s, "tpot_slo_seconds": 3600}],
                        "traces\"""".formatted(batchTargetSeconds)),
                HandMade.POINT_HEADER
                        + "10s,none,20000,3,100,10,0.1,0.055,0.174,0,0.94,111,1.4\n"
                        + "10s,replica-cap,20000,3,100,100,1,0.963,1,0,0.2,7,9\n",
                HandMade.RUN_HEADER + "10s,r0,none,20000,0,0.1\n");
        FixtureFolder.write(
                folder.resolve("service-points.csv"),
                "control.interval,policy,cap_watts,service,replications,goodput_requests_per_second_mean,"
                        + "slo_attainment_mean,ttft_p99_seconds_mean,generated_tokens_per_second_mean\n"
                        + "10s,none,20000,chat,3,11,0.9,2,450\n"
                        + "10s,none,20000,batch,3,100,0.95,600,4500\n"
                        + chatUnderTheCap + "\n"
                        + "10s,replica-cap,20000,batch,3,2,0.01,3000,90\n");
        return Answer.of(ResultsFolder.read(folder)).groups().get(0);
    }

    /** Eight policies: the leader, the best four of the others by their success, and three folded away. */
    @Test
    void tellsTheBestOthersFirstAndFoldsTheRest() {
        String[] points = new String[8];
        for (int i = 0; i < points.length; i++) {
            points[i] = "5s,policy-" + i + ",20000,5,100," + (60 + i) + ",0." + (60 + i) + ",0.50,0.75,0,0.9,11,2";
        }

        Answer.Group group = HandMade.answer(folder, points).groups().get(0);

        assertThat(group.lead()).startsWith("policy-7");
        assertThat(sentences(group))
                .filteredOn(sentence -> sentence.contains(" reached "))
                .extracting(sentence -> sentence.substring(0, 8))
                .containsExactly("policy-6", "policy-5", "policy-4", "policy-3");
        assertThat(group.rest())
                .extracting(sentence -> sentence.substring(0, 8))
                .containsExactly("policy-2", "policy-1", "policy-0");
        assertThat(sentences(group))
                .contains("The intervals overlap: these runs do not tell policy-7 from policy-0, policy-1, policy-2 or"
                        + " 4 others. More replications would.");
    }

    @Test
    void saysThatThereWasNoDisturbanceInsteadOfCallingItASuccess() {
        Answer answer = HandMade.answer(
                folder, "5s,none,30000,5,0,0,,,,0,0.94,11.9,1.4", "5s,replica-cap,30000,5,0,0,,,,0,0.94,11.9,1.4");

        Answer.Group group = answer.groups().get(0);
        assertThat(group.lead()).startsWith("There was no disturbance");
        assertThat(group.rows()).allSatisfy(row -> assertThat(row.success()).isEqualTo("no disturbance"));
        assertThat(group.rows()).noneMatch(Answer.Row::leads);
    }

    @Test
    void saysThatTheCostIsUnknownWithoutAnUncappedRun() {
        Answer answer = HandMade.answer(folder, "5s,replica-cap,20000,1,10,9,0.9,0.596,0.982,0,0.9,11,2");

        assertThat(answer.groups().get(0).sentences())
                .containsExactly("What that costs users cannot be told: the policy none, which never acts,"
                        + " was not run at this point.");
    }

    @Test
    void admitsThatOverlappingIntervalsDoNotTellPoliciesApart() {
        Answer answer = HandMade.answer(
                folder,
                "5s,replica-cap,20000,5,100,95,0.95,0.888,0.978,0,0.9,11,2",
                "5s,three-band,20000,5,100,93,0.93,0.863,0.966,0,0.9,11,2");

        assertThat(answer.groups().get(0).sentences())
                .contains("The intervals overlap: these runs do not tell replica-cap from three-band."
                        + " More replications would.");
    }

    @Test
    void tellsCapsApartThatAreCloseTogether() {
        Answer answer = HandMade.answer(
                folder,
                "5s,replica-cap,19010,5,100,95,0.95,0.888,0.978,0,0.9,11,2",
                "5s,replica-cap,19020,5,100,93,0.93,0.863,0.966,0,0.9,11,2");

        assertThat(answer.groups())
                .extracting(group -> plain(group.heading()))
                .containsExactly("At a cap of 19.01 kW", "At a cap of 19.02 kW");
    }

    @Test
    void keepsConditionsApartInsteadOfPickingTheEasiestOne() {
        String manifest = HandMade.manifest("q", "replica-cap").replace("control.interval", "workload.rate_scale");
        FixtureFolder.ofPoints(
                folder,
                manifest,
                HandMade.POINT_HEADER.replace("control.interval", "workload.rate_scale")
                        + "1.0,replica-cap,20000,5,100,95,0.95,0.888,0.978,0,0.9,11,2\n"
                        + "2.0,replica-cap,20000,5,100,15,0.15,0.093,0.233,0,0.9,11,2\n",
                HandMade.RUN_HEADER.replace("control.interval", "workload.rate_scale")
                        + "1.0,r0,replica-cap,20000,0,0.95\n2.0,r1,replica-cap,20000,0,0.15\n");

        assertThat(Answer.of(ResultsFolder.read(folder)).groups())
                .extracting(group -> plain(group.heading()))
                .containsExactly(
                        "At a cap of 20 kW, workload.rate_scale 1.0", "At a cap of 20 kW, workload.rate_scale 2.0");
    }
}
