package dev.capstan.sim.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.capstan.capping.BreakerCurve;
import dev.capstan.sim.experiment.Experiment;
import dev.capstan.sim.experiment.Experiment.Failing;
import dev.capstan.sim.experiment.Experiment.Failure;
import dev.capstan.sim.experiment.Experiment.Failures;
import dev.capstan.sim.kernel.CheckLevel;
import dev.capstan.sim.run.RunResult.LoggedEvent;
import dev.capstan.sim.serving.ModelProfiles;
import dev.capstan.trace.PowerTrace;
import dev.capstan.trace.TraceOrigin;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Ten replicas of one board, one to a server, that draw 100 W all the time: 1000 W under the root, 500 W under each of two
 * racks. Empty servers draw nothing. A start takes 60 s at half the power. Invariants are checked after every event.
 */
class BreakerTripTest {

    private static final long SECOND = TinyExperiment.SECOND;
    private static final double NONE = Double.POSITIVE_INFINITY;

    private final TinyExperiment tiny = new TinyExperiment();

    BreakerTripTest() {
        tiny.initialReplicas = 10;
        tiny.maxReplicas = 10;
        tiny.autoscaled = false;
        tiny.capWatts = 1e6;
        tiny.startShare = 0.5;
        tiny.source = Experiment.Source.POWER_GAUGE;
        tiny.operatorSeconds = 1;
        tiny.scrapeSeconds = 1;
        tiny.exporterSeconds = 1;
    }

    /** Anchors of the curve: 10 % over for 1020 s, 40 % over for 60 s. */
    @ParameterizedTest
    @CsvSource({"1.10, 1020", "1.40, 60"})
    void cutsThePowerOfEveryServerAtTheInstantThatTheCurveSays(double ratio, double seconds) {
        tiny.durationSeconds = (long) seconds + 10;
        RunResult result = run(root(1000 / ratio, NONE, Long.MAX_VALUE));

        LoggedEvent trip = events(result).get(0);
        assertThat(trip.event()).isEqualTo("breaker-tripped");
        assertThat(trip.detail()).isEqualTo("10 servers");
        assertThat(trip.atNanos() * 1e-9).isEqualTo(seconds, within(1e-6 * seconds));
        // The last second over the rating holds 1000 W until the trip and nothing after it.
        int second = (int) (trip.atNanos() / SECOND);
        assertThat(watts(result, 0, second - 1)).isEqualTo(1000, within(1e-9));
        assertThat(watts(result, 0, second))
                .isEqualTo(1000 * ((trip.atNanos() - second * SECOND) * 1e-9), within(1e-6));
        assertThat(watts(result, 0, second + 1)).isZero();
    }

    @Test
    void servesAgainOnceSomebodyHasResetTheBreaker() {
        tiny.durationSeconds = 400;
        RunResult result = run(root(1000 / 1.4, NONE, 200 * SECOND));

        // Tripped at 60 s and reset at 260 s, when all ten start at 500 W for 60 s; the next trip is at 320 + 60 s.
        assertThat(watts(result, 0, 259)).isZero();
        assertThat(watts(result, 0, 300)).isEqualTo(500, within(1e-9));
        assertThat(watts(result, 0, 350)).isEqualTo(1000, within(1e-9));
        assertThat(watts(result, 0, 385)).isZero();
        assertThat(times(result, "breaker-tripped")).containsExactly(60L, 380L);
        assertThat(times(result, "breaker-reset")).containsExactly(260L);
        assertThat(result.figure(Figure.BREAKER_TRIPS)).isEqualTo(2);
        assertThat(result.figure(Figure.MIN_BREAKER_MARGIN)).isZero();
    }

    @Test
    void leavesTheReferenceRunAsItIs() {
        tiny.durationSeconds = 300;
        RunResult result = run(root(1000 / 1.4, NONE, Long.MAX_VALUE));

        assertThat(watts(result, 0, 200)).isZero();
        assertThat(result.detail().orElseThrow().referenceWatts()[200]).isEqualTo(1000, within(1e-9));
    }

    /** Boards without power have no series: from the next scrape on the policy sees the sum of nothing. */
    @Test
    void darkBoardsAreNotMeasured() {
        tiny.durationSeconds = 100;
        RunResult result = run(root(1000 / 1.4, NONE, Long.MAX_VALUE));

        assertThat(sensed(result, 55)).isEqualTo(1000, within(1e-9));
        assertThat(sensed(result, 65)).isZero();
    }

    /** 20 % over for 30 s of each 90 s: never trips where it cools in 120 s, in the 17th cycle where it takes 600 s. */
    @Test
    void remembersOverloadsThatComeAndGo() {
        tiny.initialReplicas = 20;
        tiny.maxReplicas = 20;
        tiny.durationSeconds = 30 * 90;
        long[] times = new long[60];
        double[] watts = new double[60];
        for (int i = 0; i < times.length; i++) {
            times[i] = (i / 2 * 90 + i % 2 * 30) * SECOND;
            watts[i] = i % 2 == 0 ? 1200 : 0;
        }
        Load load = new Load.Power(
                new PowerTrace(times, watts, 30 * 90 * SECOND, Optional.empty(), new TraceOrigin("test", "", "")));

        double gain = 30 / BreakerCurve.RACK.tripSeconds(1.2);
        // Each cycle keeps e^(-60/120) of the heat before it: after 30 of them a geometric sum.
        double coolPeak = gain * (1 - StrictMath.exp(-0.5 * 30)) / (1 - StrictMath.exp(-0.5));
        RunResult cool = run(load, root(1000, 120, Long.MAX_VALUE));
        assertThat(cool.figure(Figure.BREAKER_TRIPS)).isZero();
        assertThat(cool.figure(Figure.MIN_BREAKER_MARGIN)).isEqualTo(1 - coolPeak, within(1e-9));

        // The n-th overload ends at peak (1 - e^(-0.1 n)), over 1 from the 17th on.
        double heatAtThe17th =
                gain / (1 - StrictMath.exp(-60 / 600.0)) * (1 - StrictMath.exp(-1.6)) * StrictMath.exp(-0.1);
        RunResult warm = run(load, root(1000, 600, Long.MAX_VALUE));
        assertThat(events(warm)).hasSize(1);
        assertThat(events(warm).get(0).atNanos() * 1e-9)
                .isEqualTo(16 * 90 + 30 * (1 - heatAtThe17th) / gain, within(1e-6));
    }

    @Test
    void aBreakerAboveTakesTheDomainsBelowWithItAndTheirBreakersStayClosed() {
        tiny.durationSeconds = 200;
        // Racks at 1.1 of their rating would trip after 1020 s.
        RunResult result = run(
                root(1000 / 1.4, NONE, 50 * SECOND),
                rack("a", 5, 500 / 1.1, 1000 * SECOND),
                rack("b", 5, 500 / 1.1, 1000 * SECOND));

        assertThat(subjects(result, "breaker-tripped")).containsExactly("root");
        assertThat(watts(result, 1, 70)).isZero();
        assertThat(watts(result, 2, 70)).isZero();
        // Back at 110 s, at 500 W for 60 s.
        assertThat(watts(result, 0, 150)).isEqualTo(500, within(1e-9));
        assertThat(result.figure(Figure.BREAKER_TRIPS)).isOne();
    }

    @Test
    void aBreakerBelowSparesTheOneAboveAndThoseBesideIt() {
        tiny.durationSeconds = 300;
        // The root is over its rating until rack a is dark, and would trip 10 s later.
        double late = ratioThatTripsAfter(70);
        RunResult result = run(
                root(1000 / late, NONE, 1000 * SECOND),
                rack("a", 5, 500 / 1.4, 1000 * SECOND),
                rack("b", 5, 500, 1000 * SECOND));

        assertThat(subjects(result, "breaker-tripped")).containsExactly("a");
        assertThat(watts(result, 1, 70)).isZero();
        assertThat(watts(result, 2, 299)).isEqualTo(500, within(1e-9));
        assertThat(result.figure(Figure.MIN_BREAKER_MARGIN)).isZero();
    }

    @Test
    void anOpenBreakerBelowKeepsItsServersDarkWhenTheOneAboveIsReset() {
        tiny.durationSeconds = 400;
        // Rack a trips at 1 s; b alone overloads the root by 1.4, which opens for 50 s while a is dark for 150 s.
        RunResult result = run(
                root(500 / 1.4, NONE, 50 * SECOND),
                rack("a", 5, 500 / ratioThatTripsAfter(1), 150 * SECOND),
                rack("b", 5, NONE, 0));

        List<String> order = events(result).stream()
                .map(event -> event.event() + " " + event.subject())
                .toList();
        assertThat(order.subList(0, 4))
                .containsExactly("breaker-tripped a", "breaker-tripped root", "breaker-reset root", "breaker-reset a");
        long reset = events(result).get(2).atNanos() / SECOND;
        assertThat(watts(result, 2, (int) reset + 10)).isEqualTo(250, within(1e-9));
        assertThat(watts(result, 1, (int) reset + 10)).isZero();
        assertThat(watts(result, 1, 152)).isEqualTo(250, within(1e-9));
    }

    /** Fails at 50 s, is repaired at 80 s while the breaker is open from 60 s to 160 s, and serves again at 220 s. */
    @Test
    void aServerRepairedInTheDarkStaysDark() {
        tiny.durationSeconds = 250;
        tiny.serverBaseWatts = 10;
        tiny.failing = failing(new Failure(50 * SECOND, 30 * SECOND, 0, 1));
        RunResult result = run(root(1100 / ratioThatTripsAfter(50.5), NONE, 100 * SECOND));

        assertThat(watts(result, 0, 49)).isEqualTo(1100, within(1e-9));
        assertThat(times(result, "server-repaired")).containsExactly(80L);
        assertThat(watts(result, 0, 100)).isZero();
        long reset = times(result, "breaker-reset").get(0);
        assertThat(watts(result, 0, (int) reset + 30)).isEqualTo(100 + 500, within(1e-9));
        assertThat(watts(result, 0, (int) reset + 65)).isEqualTo(1100, within(1e-9));
    }

    @Test
    void aServerDoesNotFailInTheDark() {
        tiny.durationSeconds = 300;
        tiny.failing = failing(new Failure(100 * SECOND, 1000 * SECOND, 0, 3));
        RunResult result = run(root(1000 / 1.4, NONE, 100 * SECOND));

        assertThat(times(result, "server-failed")).isEmpty();
        assertThat(watts(result, 0, 230)).isEqualTo(1000, within(1e-9));
    }

    /** Tripped at 60 s, evicted 200 s later, when the five start on the servers of the other rack. */
    @Test
    void podsInTheDarkAreEvictedAndStartWhereThereIsPower() {
        tiny.durationSeconds = 400;
        tiny.failing = failing(new Failure(1000 * SECOND, SECOND, 0, 1));
        RunResult result =
                run(root(NONE, NONE, 0), rack("a", 5, 500 / 1.4, Long.MAX_VALUE), rack("b", 10, NONE, Long.MAX_VALUE));

        assertThat(watts(result, 0, 259)).isEqualTo(500, within(1e-9));
        assertThat(watts(result, 2, 300)).isEqualTo(500 + 250, within(1e-9));
        assertThat(watts(result, 2, 330)).isEqualTo(1000, within(1e-9));
        assertThat(watts(result, 1, 399)).isZero();
    }

    @Test
    void requestsOfADarkDomainAreLostAndTheOthersAccountedFor() {
        tiny.model = ModelProfiles.find("llama-3.1-8b-h100").orElseThrow();
        tiny.durationSeconds = 900;
        RunResult result = run(
                TinyExperiment.requests(1, 50, 600, 500, 200),
                root(NONE, NONE, 0),
                rack("a", 5, 1200, 100 * SECOND),
                rack("b", 5, NONE, 0));

        assertThat(result.figure(Figure.BREAKER_TRIPS)).isPositive();
        assertThat(result.figure(Figure.REQUESTS_LOST)).isPositive();
        assertThat(result.figure(Figure.REQUESTS_COMPLETED) + result.figure(Figure.REQUESTS_LOST))
                .isEqualTo(result.figure(Figure.REQUESTS_ARRIVED));
    }

    /** A run whose breakers never trip is that without breakers, also where they heat up. */
    @ParameterizedTest
    @ValueSource(doubles = {1e6, 1400})
    void aBreakerThatDoesNotTripChangesNothing(double rating) {
        tiny.model = ModelProfiles.find("llama-3.1-8b-h100").orElseThrow();
        tiny.autoscaled = true;
        tiny.initialReplicas = 2;
        tiny.targetPerReplica = 20;
        tiny.capWatts = 2500;
        Load load = TinyExperiment.requests(1, 20, 300, 500, 200);
        RunResult without = run("three-band", load, root(NONE, NONE, 0));
        RunResult with = run("three-band", load, root(rating, 600, 60 * SECOND));

        if (rating < 1e6) {
            assertThat(with.figure(Figure.MIN_BREAKER_MARGIN)).isLessThan(1);
        }
        assertThat(with.figure(Figure.BREAKER_TRIPS)).isZero();
        double[] figures = with.figures();
        figures[Figure.MIN_BREAKER_MARGIN.ordinal()] = Double.NaN;
        assertThat(figures).containsExactly(without.figures());
        assertThat(with.detail().orElseThrow().powerWatts())
                .containsExactly(without.detail().orElseThrow().powerWatts());
    }

    /** Small ratings, quick resets and servers that fail: trips all the time, on every level. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6})
    void keepsTheInvariantsWhereBreakersTripAllTheTime(long seed) {
        tiny.model = ModelProfiles.find("llama-3.1-8b-h100").orElseThrow();
        tiny.gpusPerServer = 2;
        tiny.serverBaseWatts = 100;
        tiny.wallWattsPerGpuWatt = 1.2;
        tiny.unallocatedGpuWatts = 25;
        tiny.autoscaled = true;
        tiny.targetPerReplica = 10;
        tiny.startSeconds = 5;
        tiny.startupJitter = 0.5;
        tiny.graceSeconds = 2;
        tiny.failing = new Failing(new Failures(List.of(), 200, 30 * SECOND), Failures.NONE, 40 * SECOND);
        RunResult result = run(
                "replica-cap",
                TinyExperiment.requests(seed, 20, 500, 500, 300),
                root(3000, 60, 20 * SECOND),
                rack("a", 5, 1500, 30 * SECOND),
                new Experiment.Domain("b", 1, 3, NONE, 900, 60, 50 * SECOND),
                rack("c", 5, NONE, 0));

        assertThat(result.figure(Figure.BREAKER_TRIPS)).isGreaterThan(3);
        assertThat(times(result, "breaker-tripped")).hasSize((int) result.figure(Figure.BREAKER_TRIPS));
    }

    private static double ratioThatTripsAfter(double seconds) {
        return BreakerCurve.RACK.survivableRatio(seconds);
    }

    private static Experiment.Domain root(double ratingWatts, double coolingSeconds, long resetNanos) {
        return new Experiment.Domain("root", -1, 10, NONE, ratingWatts, coolingSeconds, resetNanos);
    }

    private static Experiment.Domain rack(String name, int servers, double ratingWatts, long resetNanos) {
        return new Experiment.Domain(name, 0, servers, NONE, ratingWatts, NONE, resetNanos);
    }

    private static Failing failing(Failure failure) {
        return new Failing(new Failures(List.of(failure), NONE, 0), Failures.NONE, 200 * SECOND);
    }

    private RunResult run(Experiment.Domain... domains) {
        return run(TinyExperiment.saturating(), domains);
    }

    private RunResult run(Load load, Experiment.Domain... domains) {
        return run("none", load, domains);
    }

    /** The servers of the root are those of the racks where there are any. */
    private RunResult run(String policy, Load load, Experiment.Domain... domains) {
        if (domains.length == 1) {
            tiny.domains = List.of(withServers(domains[0], tiny.maxReplicas));
        } else {
            domains[0] = withServers(domains[0], 0);
            tiny.domains = List.of(domains);
        }
        return tiny.run(TinyExperiment.policy(policy), List.of(load), 1, CheckLevel.FULL);
    }

    private static Experiment.Domain withServers(Experiment.Domain domain, int servers) {
        return new Experiment.Domain(
                domain.name(),
                domain.parent(),
                servers,
                domain.limitWatts(),
                domain.breakerRatingWatts(),
                domain.breakerCoolingSeconds(),
                domain.breakerResetNanos());
    }

    /** The mean of the second that begins then. */
    private static double watts(RunResult result, int domain, int second) {
        return result.detail().orElseThrow().domainWatts().get(domain)[second];
    }

    private static double sensed(RunResult result, int second) {
        return result.detail().orElseThrow().samples().stream()
                .filter(sample -> sample.atNanos() == second * SECOND)
                .findFirst()
                .orElseThrow()
                .sensedWatts();
    }

    private static List<LoggedEvent> events(RunResult result) {
        return result.detail().orElseThrow().events().stream()
                .filter(event -> event.event().startsWith("breaker-"))
                .toList();
    }

    private static List<Long> times(RunResult result, String event) {
        return result.detail().orElseThrow().events().stream()
                .filter(one -> one.event().equals(event))
                .map(one -> Math.round(one.atNanos() * 1e-9))
                .toList();
    }

    private static List<String> subjects(RunResult result, String event) {
        return events(result).stream()
                .filter(one -> one.event().equals(event))
                .map(LoggedEvent::subject)
                .toList();
    }
}
