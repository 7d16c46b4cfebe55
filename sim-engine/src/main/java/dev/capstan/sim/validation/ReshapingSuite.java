package dev.capstan.sim.validation;

import static dev.capstan.sim.validation.Check.Layer.REPRODUCTION;
import static dev.capstan.sim.validation.Check.Layer.VERIFICATION;

import dev.capstan.sim.run.Figure;
import dev.capstan.sim.run.RunResult;
import dev.capstan.sim.validation.SmallCluster.Policies;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/** Batch takes the watts that users leave in the valley of their day, and gives them back before the peak. */
final class ReshapingSuite implements Suite {

    private static final String SOURCE =
            "Hsu et al., SmoothOperator, ASPLOS 2018: throughput +15 and +11 % (abstract), of another fleet";

    private static final int PHASES = 3;
    private static final double CAP_WATTS = 1000;
    private static final int REPLICAS = 8;
    private static final double PEAK_WATTS = REPLICAS * SmallCluster.REPLICA_WATTS;
    private static final double VALLEY_WATTS = PEAK_WATTS / 4;
    private static final int DAY_SECONDS = 4 * 3600;
    private static final int STEP_SECONDS = 60;
    private static final int WARMUP_SECONDS = 600;

    private static final SmallCluster CLUSTER = new SmallCluster(
            2,
            2,
            REPLICAS,
            0,
            CAP_WATTS,
            false,
            new SmallCluster.Timers(1, 5, 0, 5, 15, 0.5, 60),
            WARMUP_SECONDS,
            DAY_SECONDS);

    private static final int BATCH = 0;
    private static final int INTERACTIVE = 1;

    private final Policies limiting;

    ReshapingSuite() {
        this(Policies.named("capmaestro"));
    }

    /** With other policies in the place of {@code capmaestro}. */
    ReshapingSuite(Policies limiting) {
        this.limiting = limiting;
    }

    @Override
    public String name() {
        return "reshaping";
    }

    @Override
    public String about() {
        return "An interactive service, whose demand follows a cosine from a quarter of its eight replicas to all of them and"
                + " back within 4 h, goes before batch of eight replicas that always has more to do, under a cap for ten."
                + " static-floor is the static split, eight and two. Means of "
                + PHASES
                + " phases of all clocks.";
    }

    @Override
    public List<Check> run(Optional<Path> traces) {
        int[] fromSeconds = IntStream.range(0, (WARMUP_SECONDS + DAY_SECONDS) / STEP_SECONDS)
                .map(step -> step * STEP_SECONDS)
                .toArray();
        double[] interactive =
                Arrays.stream(fromSeconds).mapToDouble(ReshapingSuite::watts).toArray();
        double[] batch = new double[interactive.length];
        Arrays.fill(batch, PEAK_WATTS);
        List<double[]> demand = List.of(batch, interactive);

        List<Check> checks = new ArrayList<>();
        List<RunResult> split = runs(Policies.named("static-floor"), fromSeconds, demand);
        checks.add(Check.near(
                "static-floor, batch is served with",
                VERIFICATION,
                "replicas that fit beside the peak",
                "W",
                CAP_WATTS - PEAK_WATTS,
                servedWatts(split, BATCH),
                0.01));
        List<RunResult> limited = runs(limiting, fromSeconds, demand);
        checks.add(Check.near(
                "capmaestro, batch is served with",
                VERIFICATION,
                "cap less the mean of interactive demand",
                "W",
                CAP_WATTS - (PEAK_WATTS + VALLEY_WATTS) / 2,
                servedWatts(limited, BATCH),
                0.1));
        compare("capmaestro", limited, split, checks);
        compare("capstan", runs(Policies.named("capstan"), fromSeconds, demand), split, checks);
        compare("replica-cap", runs(Policies.named("replica-cap"), fromSeconds, demand), split, checks);
        return checks;
    }

    private static void compare(String policy, List<RunResult> runs, List<RunResult> split, List<Check> checks) {
        checks.add(Check.reported(
                policy + ", batch over the static split",
                REPRODUCTION,
                SOURCE,
                "%",
                100 * (servedWatts(runs, BATCH) / servedWatts(split, BATCH) - 1)));
        checks.add(Check.near(
                policy + ", interactive: share of what it is served with in the static split",
                REPRODUCTION,
                "interactive goes first",
                "",
                1,
                servedWatts(runs, INTERACTIVE) / servedWatts(split, INTERACTIVE),
                0.01));
        checks.add(Check.reported(
                policy + ", longest time over the cap, worst phase",
                REPRODUCTION,
                SOURCE,
                "s",
                runs.stream()
                        .mapToDouble(run -> run.figure(Figure.LONGEST_EXCURSION_SECONDS))
                        .max()
                        .orElseThrow()));
    }

    private static List<RunResult> runs(Policies policies, int[] fromSeconds, List<double[]> demand) {
        return IntStream.range(0, PHASES)
                .mapToObj(seed -> CLUSTER.run(policies.make(Map.of(), seed), fromSeconds, demand, seed))
                .toList();
    }

    /** A valley at the beginning and at the end of the day. */
    private static double watts(int second) {
        double day = (double) Math.max(0, second - WARMUP_SECONDS) / DAY_SECONDS;
        return VALLEY_WATTS + (PEAK_WATTS - VALLEY_WATTS) * (1 - StrictMath.cos(2 * Math.PI * day)) / 2;
    }

    /** What the replicas of a service draw is what they serve; mean of all runs. */
    private static double servedWatts(List<RunResult> runs, int service) {
        return runs.stream()
                .flatMap(run -> run.detail().orElseThrow().samples().stream())
                .filter(sample -> sample.atNanos() > WARMUP_SECONDS * PlainExperiment.SECOND)
                .mapToDouble(sample -> sample.services().get(service).powerWatts())
                .average()
                .orElseThrow();
    }
}
