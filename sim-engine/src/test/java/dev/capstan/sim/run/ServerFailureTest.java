package dev.capstan.sim.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.capstan.sim.experiment.Experiment.Failing;
import dev.capstan.sim.experiment.Experiment.Failure;
import dev.capstan.sim.experiment.Experiment.Failures;
import dev.capstan.sim.kernel.CheckLevel;
import dev.capstan.sim.run.RunResult.LoggedEvent;
import dev.capstan.sim.run.RunResult.Sample;
import dev.capstan.sim.serving.ModelProfiles;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Ten replicas of one board, one to a server, that draw 100 W all the time on servers of 50 W; the cluster has a hundred
 * servers in two racks, and the replicas fill the first rack. Invariants are checked after every event.
 */
class ServerFailureTest {

    private static final long SECOND = TinyExperiment.SECOND;
    private static final double EMPTY_WATTS = 100 * 50;

    private final TinyExperiment tiny = new TinyExperiment();

    ServerFailureTest() {
        tiny.domains = List.of(
                TinyExperiment.domain("root", -1, 0),
                TinyExperiment.domain("a", 0, 10),
                TinyExperiment.domain("b", 0, 90));
        tiny.serverBaseWatts = 50;
        tiny.initialReplicas = 10;
        tiny.maxReplicas = 10;
        tiny.autoscaled = false;
        tiny.capWatts = 1e6;
        tiny.startSeconds = 60;
        tiny.startShare = 0.5;
    }

    @Test
    void podsOfAFailedServerCountUntilTheyAreEvictedAndThenStartElsewhere() {
        tiny.failing = failing(new Failure(100 * SECOND, 3600 * SECOND, 1, 3));
        RunResult result = run();

        // 3 of 10 replicas and 3 of 100 servers are gone; evicted 200 s later, others start at half the power for 60 s.
        assertThat(watts(result, 99)).isEqualTo(EMPTY_WATTS + 1000, within(1e-6));
        assertThat(watts(result, 150)).isEqualTo(EMPTY_WATTS - 150 + 700, within(1e-6));
        assertThat(watts(result, 299)).isEqualTo(EMPTY_WATTS - 150 + 700, within(1e-6));
        assertThat(watts(result, 330)).isEqualTo(EMPTY_WATTS - 150 + 700 + 150, within(1e-6));
        assertThat(watts(result, 361)).isEqualTo(EMPTY_WATTS - 150 + 1000, within(1e-6));
        assertThat(ready(result, 150)).isEqualTo(7);
        assertThat(ready(result, 361)).isEqualTo(10);
        assertThat(result.figure(Figure.REPLICA_CHANGES)).isZero();
        assertThat(events(result)).containsExactly("server-failed", "server-failed", "server-failed");
    }

    @Test
    void podsOfAServerThatIsBackBeforeTheyAreEvictedStartAgain() {
        tiny.failing = failing(new Failure(100 * SECOND, 50 * SECOND, 1, 1));
        RunResult result = run();

        assertThat(watts(result, 149)).isEqualTo(EMPTY_WATTS - 50 + 900, within(1e-6));
        assertThat(watts(result, 180)).isEqualTo(EMPTY_WATTS + 950, within(1e-6));
        assertThat(watts(result, 211)).isEqualTo(EMPTY_WATTS + 1000, within(1e-6));
        assertThat(events(result)).containsExactly("server-failed", "server-repaired");
    }

    @Test
    void aDomainThatFailsTakesAllItsServersWithIt() {
        tiny.failing = failing(new Failure(100 * SECOND, 3600 * SECOND, 0, 1_000_000));
        RunResult result = run();

        assertThat(watts(result, 99)).isEqualTo(EMPTY_WATTS + 1000, within(1e-6));
        assertThat(watts(result, 101)).isZero();
        assertThat(watts(result, 590)).isZero();
        assertThat(events(result)).hasSize(100);
    }

    /**
     * Up for 500 s in the mean, down for 100 s: 10 failures of each of 100 servers in 6000 s. By renewal theory their sum
     * has a standard deviation of 10 sqrt(6000 * 500^2 / 600^3) = 26; how a span begins and ends moves it by up to 50.
     */
    @Test
    void serversFailAtRandomAsOftenAsTheirMeanTimeSays() {
        tiny.durationSeconds = 6000;
        tiny.failing = new Failing(new Failures(List.of(), 500, 100 * SECOND), Failures.NONE, 200 * SECOND);
        RunResult result = run();

        long failed = events(result).stream()
                .filter(event -> event.equals("server-failed"))
                .count();
        assertThat((double) failed).isCloseTo(1000, within(4 * 26.0 + 50));
    }

    @Test
    void requestsOfAFailedServerAreLostAndTheOthersAccountedFor() {
        tiny.model = ModelProfiles.find("llama-3.1-8b-h100").orElseThrow();
        tiny.failing = failing(new Failure(100 * SECOND, 3600 * SECOND, 1, 5));
        RunResult result = tiny.run(
                TinyExperiment.policy("none"),
                List.of(TinyExperiment.requests(1, 50, 300, 500, 200)),
                1,
                CheckLevel.FULL);

        assertThat(result.figure(Figure.REQUESTS_LOST)).isPositive();
        assertThat(result.figure(Figure.REQUESTS_COMPLETED) + result.figure(Figure.REQUESTS_LOST))
                .isEqualTo(result.figure(Figure.REQUESTS_ARRIVED));
    }

    private static Failing failing(Failure failure) {
        return new Failing(new Failures(List.of(failure), Double.POSITIVE_INFINITY, 0), Failures.NONE, 200 * SECOND);
    }

    private RunResult run() {
        return tiny.run(TinyExperiment.policy("none"), List.of(TinyExperiment.saturating()), 1, CheckLevel.FULL);
    }

    /** The mean of the second that begins then. */
    private static double watts(RunResult result, int second) {
        return result.detail().orElseThrow().domainWatts().get(0)[second];
    }

    private static int ready(RunResult result, int second) {
        return result.detail().orElseThrow().samples().stream()
                .filter(sample -> sample.atNanos() == second * SECOND)
                .map(Sample::services)
                .findFirst()
                .orElseThrow()
                .get(0)
                .ready();
    }

    private static List<String> events(RunResult result) {
        return result.detail().orElseThrow().events().stream()
                .map(LoggedEvent::event)
                .filter(event -> event.startsWith("server-"))
                .toList();
    }
}
