package dev.capstan.sim.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.capstan.sim.experiment.Experiment;
import dev.capstan.sim.experiment.Experiment.Failing;
import dev.capstan.sim.experiment.Experiment.Failure;
import dev.capstan.sim.experiment.Experiment.Failures;
import dev.capstan.sim.kernel.CheckLevel;
import dev.capstan.sim.run.RunResult.LoggedEvent;
import dev.capstan.sim.serving.ModelProfile;
import dev.capstan.sim.serving.ModelProfiles;
import dev.capstan.sim.validation.PlainProfile;
import dev.capstan.trace.RequestTrace;
import dev.capstan.trace.TraceOrigin;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Replicas of one board that draw 100 W all the time, on servers of four that draw 50 W and 10 W for each board that no
 * replica has: 90 W empty, and 90 W more for each replica. A start takes 60 s at 50 W, 40 W more than empty. Pods of a
 * failed server are evicted after 200 s. Invariants are checked after every event.
 */
class GpuFailureTest {

    private static final long SECOND = TinyExperiment.SECOND;
    private static final double NONE = Double.POSITIVE_INFINITY;

    private final TinyExperiment tiny = new TinyExperiment();

    GpuFailureTest() {
        tiny.gpusPerServer = 4;
        tiny.serverBaseWatts = 50;
        tiny.unallocatedGpuWatts = 10;
        tiny.autoscaled = false;
        tiny.capWatts = 1e6;
        tiny.startSeconds = 60;
        tiny.startShare = 0.5;
    }

    /** Ten replicas fill two servers of rack a and half of the first of rack b. */
    @Test
    void replicasOfFailedGpusStartAtOnceWhereOthersWork() {
        replicas(10, rack("a", 2), rack("b", 3));
        gpusFail(new Failure(100 * SECOND, 200 * SECOND, 0, 2));
        RunResult result = run();

        assertThat(watts(result, 0, 99)).isEqualTo(5 * 90 + 10 * 90, within(1e-6));
        assertThat(watts(result, 1, 100)).isEqualTo(2 * 90 + 6 * 90, within(1e-6));
        assertThat(watts(result, 2, 100)).isEqualTo(3 * 90 + 2 * 90 + 2 * 40, within(1e-6));
        assertThat(watts(result, 0, 159)).isEqualTo(5 * 90 + 8 * 90 + 2 * 40, within(1e-6));
        assertThat(watts(result, 0, 160)).isEqualTo(5 * 90 + 10 * 90, within(1e-6));
        // Repaired at 300 s and left empty.
        assertThat(watts(result, 1, 301)).isEqualTo(2 * 90 + 6 * 90, within(1e-6));
        assertThat(result.figure(Figure.ENERGY_JOULES)).isEqualTo(600 * 1350 - 60 * 2 * 50, within(1e-3));
        assertThat(result.figure(Figure.REPLICA_CHANGES)).isZero();
        assertThat(events(result))
                .containsExactly(
                        "100 gpu-failed server-0/gpu-0",
                        "100 gpu-failed server-0/gpu-1",
                        "300 gpu-repaired server-0/gpu-0",
                        "300 gpu-repaired server-0/gpu-1");
    }

    @Test
    void onlyGpusUnderTheNamedDomainFail() {
        replicas(10, rack("a", 2), rack("b", 3));
        gpusFail(new Failure(100 * SECOND, 3600 * SECOND, 2, 1_000_000));
        RunResult result = run();

        assertThat(watts(result, 1, 500)).isEqualTo(2 * 90 + 8 * 90, within(1e-6));
        assertThat(watts(result, 2, 99)).isEqualTo(3 * 90 + 2 * 90, within(1e-6));
        assertThat(watts(result, 2, 500)).isEqualTo(3 * 90, within(1e-6));
        assertThat(events(result)).hasSize(12);
    }

    /** A failed GPU draws what one does that no replica has, and its replica waits for the repair. */
    @Test
    void aReplicaThatFindsNoGpuWaitsUntilOneIsRepaired() {
        replicas(8, rack("a", 2));
        gpusFail(new Failure(100 * SECOND, 200 * SECOND, 0, 1));
        RunResult result = run();

        assertThat(watts(result, 0, 99)).isEqualTo(2 * 90 + 8 * 90, within(1e-6));
        assertThat(watts(result, 0, 100)).isEqualTo(2 * 90 + 7 * 90, within(1e-6));
        assertThat(watts(result, 0, 299)).isEqualTo(2 * 90 + 7 * 90, within(1e-6));
        assertThat(watts(result, 0, 300)).isEqualTo(2 * 90 + 7 * 90 + 40, within(1e-6));
        assertThat(watts(result, 0, 360)).isEqualTo(2 * 90 + 8 * 90, within(1e-6));
        assertThat(result.figure(Figure.ENERGY_JOULES)).isEqualTo(600 * 900 - 200 * 90 - 60 * 50, within(1e-3));
    }

    @Test
    void everyGpuIsRepairedAfterItsOwnTime() {
        replicas(8, rack("a", 2));
        gpusFail(new Failure(100 * SECOND, 100 * SECOND, 0, 1), new Failure(150 * SECOND, 300 * SECOND, 0, 1));
        RunResult result = run();

        assertThat(watts(result, 0, 160)).isEqualTo(2 * 90 + 6 * 90, within(1e-6));
        assertThat(watts(result, 0, 210)).isEqualTo(2 * 90 + 6 * 90 + 40, within(1e-6));
        assertThat(watts(result, 0, 300)).isEqualTo(2 * 90 + 7 * 90, within(1e-6));
        assertThat(watts(result, 0, 511)).isEqualTo(2 * 90 + 8 * 90, within(1e-6));
    }

    /**
     * Three replicas of two boards that draw 200 W, 180 W more than the boards empty, on two servers. One board of each
     * server fails: the first replica moves to the room that the third leaves, the third waits, with one good board left on
     * each server.
     */
    @Test
    void aReplicaOfSeveralGpusIsLostWholeAndNeedsThatManyInOneServer() {
        tiny.model = meter(2);
        replicas(3, rack("a", 1), rack("b", 1));
        gpusFail(new Failure(100 * SECOND, 300 * SECOND, 1, 1), new Failure(200 * SECOND, 300 * SECOND, 2, 1));
        RunResult result = run();

        assertThat(watts(result, 0, 99)).isEqualTo(2 * 90 + 3 * 180, within(1e-6));
        // From a, where one good board is free, to b, at 100 W: 80 W more than empty.
        assertThat(watts(result, 1, 120)).isEqualTo(90 + 180, within(1e-6));
        assertThat(watts(result, 2, 120)).isEqualTo(90 + 180 + 80, within(1e-6));
        assertThat(watts(result, 2, 161)).isEqualTo(90 + 2 * 180, within(1e-6));
        // b loses one of its two, which waits until a has two good boards again at 400 s.
        assertThat(watts(result, 2, 300)).isEqualTo(90 + 180, within(1e-6));
        assertThat(watts(result, 1, 399)).isEqualTo(90 + 180, within(1e-6));
        assertThat(watts(result, 1, 400)).isEqualTo(90 + 180 + 80, within(1e-6));
        assertThat(watts(result, 1, 460)).isEqualTo(90 + 2 * 180, within(1e-6));
    }

    /** Server 0 is down from 150 s to 250 s; its GPU 0 is broken until 350 s, so only three replicas start there. */
    @Test
    void aGpuStaysBrokenWhenItsServerFailsAndIsRepaired() {
        replicas(8, rack("a", 1), rack("b", 1));
        fail(server(150, 100), new Failure(50 * SECOND, 300 * SECOND, 0, 1));
        RunResult result = run();

        assertThat(watts(result, 1, 60)).isEqualTo(90 + 3 * 90, within(1e-6));
        assertThat(watts(result, 1, 200)).isZero();
        assertThat(watts(result, 1, 260)).isEqualTo(90 + 3 * 40, within(1e-6));
        assertThat(watts(result, 1, 311)).isEqualTo(90 + 3 * 90, within(1e-6));
        assertThat(watts(result, 1, 360)).isEqualTo(90 + 3 * 90 + 40, within(1e-6));
        assertThat(watts(result, 1, 411)).isEqualTo(90 + 4 * 90, within(1e-6));
        assertThat(events(result))
                .containsExactly(
                        "50 gpu-failed server-0/gpu-0",
                        "150 server-failed server-0",
                        "250 server-repaired server-0",
                        "350 gpu-repaired server-0/gpu-0");
    }

    @Test
    void aGpuThatIsRepairedWhileItsServerIsDownServesOnceThatIsBack() {
        replicas(8, rack("a", 1), rack("b", 1));
        fail(server(150, 100), new Failure(50 * SECOND, 150 * SECOND, 0, 1));
        RunResult result = run();

        assertThat(watts(result, 1, 210)).isZero();
        assertThat(watts(result, 1, 260)).isEqualTo(90 + 4 * 40, within(1e-6));
        assertThat(watts(result, 1, 311)).isEqualTo(90 + 4 * 90, within(1e-6));
    }

    /** Of two GPUs that shall fail while server 0 is down, the first that work are those of server 1. */
    @Test
    void noGpuFailsWhoseServerIsDown() {
        replicas(8, rack("a", 1), rack("b", 1));
        fail(server(150, 100), new Failure(200 * SECOND, 1000 * SECOND, 0, 2));
        RunResult result = run();

        assertThat(watts(result, 2, 210)).isEqualTo(90 + 2 * 90, within(1e-6));
        assertThat(watts(result, 1, 311)).isEqualTo(90 + 4 * 90, within(1e-6));
        assertThat(events(result)).contains("200 gpu-failed server-1/gpu-0", "200 gpu-failed server-1/gpu-1");
    }

    /** The rack draws 360 W with one GPU broken, 1.4 times its rating: dark from 60 s to 160 s; repaired at 100 s. */
    @Test
    void aGpuThatIsRepairedInTheDarkServesOnceThePowerIsBack() {
        tiny.durationSeconds = 230;
        replicas(8, new Experiment.Domain("a", 0, 1, NONE, 360 / 1.4, NONE, 100 * SECOND), rack("b", 1));
        gpusFail(new Failure(0, 100 * SECOND, 1, 1), new Failure(120 * SECOND, 100 * SECOND, 1, 1));
        RunResult result = run();

        assertThat(watts(result, 1, 50)).isEqualTo(90 + 3 * 90, within(1e-6));
        assertThat(watts(result, 1, 130)).isZero();
        assertThat(watts(result, 1, 170)).isEqualTo(90 + 4 * 40, within(1e-6));
        assertThat(watts(result, 1, 222)).isEqualTo(90 + 4 * 90, within(1e-6));
        assertThat(events(result)).containsExactly("0 gpu-failed server-0/gpu-0", "100 gpu-repaired server-0/gpu-0");
    }

    /** 30 requests that arrive at once are ten for each of three replicas of four boards; one board fails before any ends. */
    @Test
    void aReplicaOfSeveralGpusLosesAllItsRequestsWithOneOfThem() {
        tiny.model = ModelProfiles.find("llama-3.1-70b-h100x4").orElseThrow();
        tiny.gpusPerServer = 8;
        replicas(3, rack("a", 2));
        gpusFail(new Failure(10 * SECOND, 3600 * SECOND, 0, 1));
        int[] input = new int[30];
        int[] output = new int[30];
        Arrays.fill(input, 100);
        Arrays.fill(output, 2000);
        Load load = new Load.Requests(
                new RequestTrace(new long[30], input, output, Optional.empty(), new TraceOrigin("test", "", "")));
        RunResult result = run("none", load, 1);

        assertThat(result.figure(Figure.REQUESTS_LOST)).isEqualTo(10);
        assertThat(result.figure(Figure.REQUESTS_COMPLETED)).isEqualTo(20);
        assertThat(result.figure(Figure.WASTED_OUTPUT_TOKENS)).isPositive();
        assertThat(result.figure(Figure.WASTED_JOULES)).isPositive();
    }

    /**
     * Up for 500 s in the mean, down for 100 s: 40 GPUs fail 40 (6100/600 - 0.153) = 400.6 times in 6000 s, with a standard
     * deviation of sqrt(40 * 6000 * 500^2 / 600^3) = 17.
     */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void gpusFailAtRandomAsOftenAsTheirMeanTimeSays(long seed) {
        tiny.durationSeconds = 6000;
        replicas(20, rack("a", 10));
        tiny.failing = new Failing(Failures.NONE, new Failures(List.of(), 500, 100 * SECOND), 200 * SECOND);
        RunResult result = run("none", TinyExperiment.saturating(), seed);

        assertThat((double) count(result, "gpu-failed")).isEqualTo(400.6, within(4 * 17.0));
    }

    @Test
    void serversFailAtTheSameInstantsWhetherGpusFailOrNot() {
        tiny.durationSeconds = 6000;
        replicas(20, rack("a", 10));
        Failures servers = new Failures(List.of(), 500, 100 * SECOND);
        tiny.failing = new Failing(servers, Failures.NONE, 200 * SECOND);
        List<String> without = events(run());
        tiny.failing = new Failing(servers, new Failures(List.of(), 500, 100 * SECOND), 200 * SECOND);
        List<String> with = events(run());

        assertThat(with).hasSizeGreaterThan(without.size());
        assertThat(with.stream()
                        .filter(event -> event.contains(" server-failed ") || event.contains(" server-repaired ")))
                .containsExactlyElementsOf(without);
    }

    /** Breakers trip, servers and GPUs fail under replicas of two boards that come and go; each run twice. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void keepsTheInvariantsAndRepeatsWhereEverythingFails(long seed) {
        tiny.model = PlainProfile.of(
                "plain", 2, 20e6, 0.2e6, 50e3, 2048, 32, 20_000, 400, 1, 100, 400, 200, 0.5, 1, 2, List.of());
        tiny.wallWattsPerGpuWatt = 1.2;
        tiny.autoscaled = true;
        tiny.targetPerReplica = 10;
        tiny.startSeconds = 5;
        tiny.startupJitter = 0.5;
        tiny.graceSeconds = 2;
        tiny.services = 2;
        replicas(
                4,
                new Experiment.Domain("a", 0, 3, NONE, 1800, 60, 10 * SECOND),
                new Experiment.Domain("b", 1, 2, NONE, 1300, 60, 20 * SECOND),
                rack("c", 3));
        tiny.maxReplicas = 8;
        tiny.failing = new Failing(
                new Failures(List.of(), 200, 30 * SECOND), new Failures(List.of(), 100, 40 * SECOND), 20 * SECOND);
        RunResult first = runBoth(seed);
        RunResult second = runBoth(seed);

        assertThat(count(first, "gpu-failed")).isGreaterThan(30);
        assertThat(count(first, "server-failed")).isGreaterThan(3);
        assertThat(first.figure(Figure.BREAKER_TRIPS)).isPositive();
        assertThat(first.figure(Figure.REQUESTS_LOST)).isPositive();
        assertThat(second.figures()).containsExactly(first.figures());
        assertThat(events(second)).isEqualTo(events(first));
        assertThat(second.detail().orElseThrow().powerWatts())
                .containsExactly(first.detail().orElseThrow().powerWatts());
    }

    /** Replicas of that many boards, each of which draws 100 W. */
    private static ModelProfile meter(int gpus) {
        return PlainProfile.of("meter", gpus, 1e6, 0, 0, 1, 1, 1, gpus * 100, 0, 0, 100, 10, 0.2, 0.9, 2, List.of());
    }

    private static Experiment.Domain rack(String name, int servers) {
        return TinyExperiment.domain(name, 0, servers);
    }

    private void replicas(int replicas, Experiment.Domain... racks) {
        tiny.initialReplicas = replicas;
        tiny.maxReplicas = replicas;
        Experiment.Domain[] domains = new Experiment.Domain[racks.length + 1];
        domains[0] = TinyExperiment.domain("root", -1, 0);
        System.arraycopy(racks, 0, domains, 1, racks.length);
        tiny.domains = List.of(domains);
    }

    private void gpusFail(Failure... failures) {
        tiny.failing = new Failing(Failures.NONE, new Failures(List.of(failures), NONE, 0), 200 * SECOND);
    }

    private void fail(Failure ofServer, Failure ofGpus) {
        tiny.failing = new Failing(
                new Failures(List.of(ofServer), NONE, 0), new Failures(List.of(ofGpus), NONE, 0), 200 * SECOND);
    }

    /** The first server fails. */
    private static Failure server(long atSeconds, long lastingSeconds) {
        return new Failure(atSeconds * SECOND, lastingSeconds * SECOND, 0, 1);
    }

    private RunResult run() {
        return run("none", TinyExperiment.saturating(), 1);
    }

    private RunResult runBoth(long seed) {
        return run(
                "replica-cap",
                List.of(
                        TinyExperiment.requests(seed, 3, 500, 300, 200),
                        TinyExperiment.requests(seed + 100, 3, 500, 300, 200)),
                seed);
    }

    private RunResult run(String policy, Load load, long seed) {
        return run(policy, List.of(load), seed);
    }

    private RunResult run(String policy, List<Load> loads, long seed) {
        return tiny.run(TinyExperiment.policy(policy), loads, seed, CheckLevel.FULL);
    }

    /** The mean of the second that begins then. */
    private static double watts(RunResult result, int domain, int second) {
        return result.detail().orElseThrow().domainWatts().get(domain)[second];
    }

    private static long count(RunResult result, String event) {
        return result.detail().orElseThrow().events().stream()
                .filter(one -> one.event().equals(event))
                .count();
    }

    /** Time in whole seconds, event and subject of what befell GPUs and servers. */
    private static List<String> events(RunResult result) {
        return result.detail().orElseThrow().events().stream()
                .filter(one -> one.event().matches("(gpu|server)-.*"))
                .map(GpuFailureTest::words)
                .toList();
    }

    private static String words(LoggedEvent one) {
        return one.atNanos() / SECOND + " " + one.event() + " " + one.subject();
    }
}
