package dev.capstan.sim.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.capstan.sim.experiment.Experiment;
import dev.capstan.sim.kernel.CheckLevel;
import dev.capstan.sim.serving.ModelProfiles;
import dev.capstan.sim.serving.RequestLog;
import dev.capstan.sim.serving.RequestRoute;
import dev.capstan.sim.validation.PlainProfile;
import dev.capstan.trace.RequestTrace;
import dev.capstan.trace.TraceOrigin;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What each service got: by hand, and against the figures of the whole run. */
class ServiceFiguresTest {

    /** Figures of the whole run that are the sums of those of the same names of its services. */
    private static final List<Figure> SUMS = List.of(
            Figure.REQUESTS_ARRIVED,
            Figure.REQUESTS_COMPLETED,
            Figure.REQUESTS_REJECTED,
            Figure.REQUESTS_REFUSED,
            Figure.REQUESTS_LOST,
            Figure.REQUESTS_TIMED_OUT,
            Figure.REQUESTS_ABANDONED,
            Figure.REQUESTS_UNFINISHED,
            Figure.INPUT_TOKENS,
            Figure.OUTPUT_TOKENS,
            Figure.GOODPUT_REQUESTS_PER_SECOND,
            Figure.REPLICA_CHANGES,
            Figure.WASTED_OUTPUT_TOKENS,
            Figure.WASTED_JOULES,
            Figure.PREEMPTIONS,
            Figure.RECOMPUTED_TOKENS,
            Figure.PREFIX_CACHED_TOKENS);

    /**
     * One replica each, which serves one request at a time: the ten tokens of a prompt in 20 ms with the first token, each other
     * token in 10 ms. Over the 120 W of an idle board that is 9 J and 3 J. A watt of a board is 1.5 W at the wall, and a GPU
     * without a pod draws 50 W. The scored span is from 1 s to 11 s.
     */
    @Test
    void tellTwoServicesApartByHand() {
        TinyExperiment tiny = new TinyExperiment();
        tiny.model =
                PlainProfile.of("plain", 1, 1e7, 0, 1e6, 10, 1, 10_000, 420, 0, 120, 720, 100, 0.2, 0.9, 2, List.of());
        tiny.services = 2;
        tiny.autoscaled = false;
        tiny.domains = List.of(TinyExperiment.domain("root", -1, 2));
        tiny.serverBaseWatts = 100;
        tiny.unallocatedGpuWatts = 50;
        tiny.wallWattsPerGpuWatt = 1.5;
        tiny.capWatts = 10_000;
        tiny.warmupSeconds = 1;
        tiny.durationSeconds = 10;
        // One request before the scored span, and one in it: first token at 20 ms, the fifth at 60 ms.
        Load chat = requests(new double[] {0.5, 2}, 5, 5);
        // The first ends at 6.02 s, so that the second has its first token at 6.04 s, 3.04 s late, and its sixth at
        // 6.09 s.
        // The third has its first token at 9.525 s and 147 and a half steps until the run ends.
        Load batch = requests(new double[] {3, 3, 9.505}, 301, 6, 1000);

        RunResult run = tiny.run(TinyExperiment.policy("none"), List.of(chat, batch), 1, CheckLevel.FULL);

        check(run, ServiceFigure.REQUESTS_ARRIVED, 1, 3);
        check(run, ServiceFigure.REQUESTS_COMPLETED, 1, 2);
        check(run, ServiceFigure.REQUESTS_UNFINISHED, 0, 1);
        check(run, ServiceFigure.REQUESTS_REFUSED, 0, 0);
        check(run, ServiceFigure.REFUSED_SHARE, 0, 0);
        check(run, ServiceFigure.INPUT_TOKENS, 10, 20);
        check(run, ServiceFigure.OUTPUT_TOKENS, 5, 307);
        check(run, ServiceFigure.GENERATED_TOKENS, 5, 307 + 148);
        check(run, ServiceFigure.GENERATED_TOKENS_PER_SECOND, 0.5, 45.5);
        check(run, ServiceFigure.TTFT_P50_SECONDS, 0.02, 0.02);
        check(run, ServiceFigure.TTFT_P90_SECONDS, 0.02, 3.04);
        check(run, ServiceFigure.TTFT_P99_SECONDS, 0.02, 3.04);
        check(run, ServiceFigure.TPOT_P50_SECONDS, 0.01, 0.01);
        check(run, ServiceFigure.TPOT_P99_SECONDS, 0.01, 0.01);
        check(run, ServiceFigure.E2E_P50_SECONDS, 0.06, 3.02);
        check(run, ServiceFigure.E2E_P99_SECONDS, 0.06, 3.09);
        // The targets are 2 s and 0.2 s.
        check(run, ServiceFigure.SLO_ATTAINMENT, 1, 1.0 / 3);
        check(run, ServiceFigure.GOODPUT_REQUESTS_PER_SECOND, 0.1, 0.1);
        double idle = 1.5 * (120 - 50) * 10;
        double chatJoules = idle + 1.5 * (9 + 4 * 3);
        double batchJoules = idle + 1.5 * (9 + 300 * 3 + 9 + 5 * 3 + 9 + 147.5 * 3);
        check(run, ServiceFigure.ACTIVE_ENERGY_JOULES, chatJoules, batchJoules);
        check(run, ServiceFigure.ACTIVE_JOULES_PER_GENERATED_TOKEN, chatJoules / 5, batchJoules / 455);
        check(run, ServiceFigure.MEAN_READY_REPLICAS, 1, 1);
        check(run, ServiceFigure.REPLICA_CHANGES, 0, 0);
        double empty = 2 * (100 + 1.5 * 50) * 10;
        assertThat(run.figure(Figure.ENERGY_JOULES)).isCloseTo(empty + chatJoules + batchJoules, within(1e-6));
        assertThat(run.figure(Figure.SLO_ATTAINMENT)).isEqualTo(0.5);
        assertThat(run.figure(Figure.TTFT_P90_SECONDS)).isCloseTo(3.04, within(1e-9));
    }

    /** 800 W and 300 W of demand from the first second on, each served by ten replicas of 100 W. */
    @Test
    void haveEnergyAndReplicasInPowerMode() {
        TinyExperiment tiny = new TinyExperiment();
        tiny.services = 2;
        tiny.autoscaled = false;
        tiny.initialReplicas = 10;
        tiny.warmupSeconds = 100;
        RunResult run = tiny.run(
                TinyExperiment.policy("none"),
                List.of(TinyExperiment.step(800, 800, 1), TinyExperiment.step(300, 300, 1)),
                1,
                CheckLevel.FULL);

        check(run, ServiceFigure.ACTIVE_ENERGY_JOULES, 800 * 600, 300 * 600);
        check(run, ServiceFigure.MEAN_READY_REPLICAS, 10, 10);
        for (double[] service : run.services()) {
            assertThat(Arrays.stream(service).filter(Double::isNaN)).hasSize(ServiceFigure.values().length - 3);
        }
    }

    /** Services of one model under load, with replicas that come and go, requests lost in drains and requests refused. */
    @ParameterizedTest
    @ValueSource(strings = {"none", "capstan", "climatik-shipped", "concurrency-limit", "polca", "three-band"})
    void addUpToThoseOfTheRun(String policy) {
        TinyExperiment tiny = serving();
        RunResult run = tiny.run(
                TinyExperiment.policy(policy),
                List.of(TinyExperiment.requests(1, 12, 280, 500, 200), TinyExperiment.requests(2, 5, 280, 900, 300)),
                1,
                CheckLevel.LIGHT);

        for (Figure figure : SUMS) {
            assertThat(sum(run, ServiceFigure.valueOf(figure.name())))
                    .as(figure.column())
                    .isCloseTo(run.figure(figure), within(1e-9 * Math.max(1, run.figure(figure))));
        }
        // Of these policies capstan alone turns requests away.
        assertThat(sum(run, ServiceFigure.REQUESTS_REFUSED) > 0).isEqualTo(policy.equals("capstan"));
        double met = 0;
        double refused = 0;
        for (int service = 0; service < 2; service++) {
            met += run.figure(service, ServiceFigure.SLO_ATTAINMENT)
                    * run.figure(service, ServiceFigure.REQUESTS_ARRIVED);
            refused += run.figure(service, ServiceFigure.REFUSED_SHARE)
                    * run.figure(service, ServiceFigure.REQUESTS_ARRIVED);
        }
        assertThat(refused).isCloseTo(run.figure(Figure.REQUESTS_REFUSED), within(1e-9));
        assertThat(met / run.figure(Figure.REQUESTS_ARRIVED))
                .isCloseTo(run.figure(Figure.SLO_ATTAINMENT), within(1e-12));
        double empty = 3 * (100 + 1.2 * 8 * 25) * 240;
        assertThat(sum(run, ServiceFigure.ACTIVE_ENERGY_JOULES) + empty)
                .isCloseTo(run.figure(Figure.ENERGY_JOULES), within(1e-9 * run.figure(Figure.ENERGY_JOULES)));
        // Of all completed requests at most 99 % are no slower than the slower service's 99 %.
        double fast =
                Math.min(run.figure(0, ServiceFigure.TTFT_P99_SECONDS), run.figure(1, ServiceFigure.TTFT_P99_SECONDS));
        double slow =
                Math.max(run.figure(0, ServiceFigure.TTFT_P99_SECONDS), run.figure(1, ServiceFigure.TTFT_P99_SECONDS));
        assertThat(run.figure(Figure.TTFT_P99_SECONDS)).isBetween(fast, slow);
    }

    /** The same by another way: the samples of the timeline and what the log holds of each request. */
    @Test
    void agreeWithTheCourseOfTheRun() {
        TinyExperiment tiny = serving();
        RunResult run = tiny.run(
                TinyExperiment.policy("three-band"),
                List.of(TinyExperiment.requests(1, 12, 280, 500, 200), TinyExperiment.requests(2, 5, 280, 900, 300)),
                1,
                CheckLevel.LIGHT);

        RunResult.Detail detail = run.detail().orElseThrow();
        for (int service = 0; service < 2; service++) {
            RequestLog log = detail.logs().get(service);
            int late = 0;
            for (int request = 0; request < log.trace().size(); request++) {
                late += log.trace().arrivalNanos()[request] >= 60 * TinyExperiment.SECOND ? 1 : 0;
            }
            assertThat(run.figure(service, ServiceFigure.REQUESTS_ARRIVED)).isEqualTo(late);
            int place = service;
            double ready = detail.samples().stream()
                    .filter(sample -> sample.atNanos() > 60 * TinyExperiment.SECOND)
                    .mapToInt(sample -> sample.services().get(place).ready())
                    .average()
                    .orElseThrow();
            // A change lies anywhere between two samples, a second apart.
            double changes = run.figure(service, ServiceFigure.REPLICA_CHANGES);
            assertThat(changes).isPositive();
            assertThat(run.figure(service, ServiceFigure.MEAN_READY_REPLICAS))
                    .isCloseTo(ready, within(2 * changes / 240));
        }
    }

    /** Of a route each request counts at the pool that has taken it, and at no other. */
    @Test
    void countARequestOfARouteAtThePoolThatTookIt() {
        TinyExperiment tiny = serving();
        tiny.warmupSeconds = 0;
        tiny.autoscaled = false;
        tiny.capWatts = 100_000;
        tiny.routes = List.of(new Experiment.Route(
                "route",
                RequestRoute.Choice.WEIGHTED,
                List.of(new Experiment.Pool("service-0", 0.75), new Experiment.Pool("service-1", 0.25))));
        Load load = TinyExperiment.requests(1, 8, 200, 300, 100);
        RunResult run = tiny.run(TinyExperiment.policy("none"), List.of(load, load), 1, CheckLevel.FULL);

        int all = load.size();
        assertThat(sum(run, ServiceFigure.REQUESTS_ARRIVED)).isEqualTo(all);
        assertThat(run.figure(Figure.REQUESTS_ARRIVED)).isEqualTo(all);
        assertThat(run.figure(0, ServiceFigure.REQUESTS_ARRIVED)).isCloseTo(0.75 * all, within(1.0));
        assertThat(sum(run, ServiceFigure.GENERATED_TOKENS))
                .isEqualTo(Arrays.stream(((Load.Requests) load).trace().outputTokens())
                        .sum());
    }

    private static TinyExperiment serving() {
        TinyExperiment tiny = new TinyExperiment();
        tiny.model = ModelProfiles.find("llama-3.1-8b-h100").orElseThrow();
        tiny.services = 2;
        tiny.initialReplicas = 2;
        tiny.maxReplicas = 10;
        tiny.targetPerReplica = 3;
        tiny.warmupSeconds = 60;
        tiny.durationSeconds = 240;
        tiny.serverBaseWatts = 100;
        tiny.wallWattsPerGpuWatt = 1.2;
        tiny.unallocatedGpuWatts = 25;
        tiny.gpusPerServer = 8;
        tiny.domains = List.of(TinyExperiment.domain("root", -1, 3));
        tiny.capWatts = 2200;
        tiny.startSeconds = 20;
        tiny.startupJitter = 0.2;
        tiny.graceSeconds = 3;
        tiny.windowSeconds = 60;
        tiny.exporterSeconds = 1;
        return tiny;
    }

    private static void check(RunResult run, ServiceFigure figure, double first, double second) {
        assertThat(run.figure(0, figure)).as("%s of the first", figure.column()).isCloseTo(first, within(1e-6));
        assertThat(run.figure(1, figure))
                .as("%s of the second", figure.column())
                .isCloseTo(second, within(1e-6));
    }

    private static double sum(RunResult run, ServiceFigure figure) {
        return run.figure(0, figure) + run.figure(1, figure);
    }

    /** Prompts of ten tokens. */
    private static Load requests(double[] seconds, int... outputTokens) {
        return new Load.Requests(new RequestTrace(
                Arrays.stream(seconds).mapToLong(at -> Math.round(at * 1e9)).toArray(),
                Arrays.stream(outputTokens).map(tokens -> 10).toArray(),
                outputTokens,
                Optional.empty(),
                new TraceOrigin("test", "", "")));
    }
}
