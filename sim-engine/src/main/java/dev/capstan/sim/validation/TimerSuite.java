package dev.capstan.sim.validation;

import static dev.capstan.sim.validation.Check.Layer.REPRODUCTION;
import static dev.capstan.sim.validation.Check.Layer.VERIFICATION;

import dev.capstan.capping.CappingPolicy;
import dev.capstan.sim.results.Interval;
import dev.capstan.sim.run.Figure;
import dev.capstan.sim.run.RunResult;
import dev.capstan.sim.validation.SmallCluster.Policies;
import dev.capstan.sim.validation.SmallCluster.Timers;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * R10: the share of disturbances that are contained, over the timers of the loop. A step from a to b of the cap shows in
 * {@code rate()} over W after W (1 - a)/(b - a), seen at the scrapes from 0.75 of their interval early to 0.25 late;
 * exporter, operator and HPA add up to an interval each.
 */
final class TimerSuite implements Suite {

    private static final String SOURCE = "Climatik roadmap 8.1; closed form exporter + rate ramp + operator + HPA";

    /** One watt more than ten replicas draw, so that rounding costs none of them. */
    private static final double CAP_WATTS = 1001;

    private static final double BEFORE_WATTS = 700;
    private static final double AFTER_WATTS = 1100;
    private static final int REPLICAS = 11;
    private static final int STEP_AT_SECONDS = 130;
    private static final int END_SECONDS = 260;

    /** Long after the step: power of deleted replicas that the window still holds sheds another one, which must be back. */
    private static final int FALL_AT_SECONDS = 700;

    private static final int SEEDS = 60;

    private static final double EXPORTER = 1;
    private static final double SCRAPE = 15;
    private static final double WINDOW = 60;
    private static final double OPERATOR = 5;
    private static final double HPA = 15;
    private static final double START = 60;

    /** Where in its window the ramp crosses the cap, about (1 - 0.7) / (1.1 - 0.7). */
    private static final double CROSSING = (CAP_WATTS - BEFORE_WATTS) / (AFTER_WATTS - BEFORE_WATTS);

    private final Policies policies;

    TimerSuite() {
        this(Policies.named("replica-cap"));
    }

    /** With other policies in the place of {@code replica-cap}. */
    TimerSuite(Policies policies) {
        this.policies = policies;
    }

    @Override
    public String name() {
        return "timers";
    }

    @Override
    public String about() {
        return "R10: which timers contain a step from 70 % to 110 % of the cap within 60 s. replica-cap sheds by what it"
                + " measures (theta 0.01, margin 0, smoothing 1): exporter 1 s, scrape 15 s, window 60 s, operator 5 s, HPA"
                + " 15 s, replicas that start for 60 s and are gone as soon as the HPA asks; one or more of these varied,"
                + " over the phases of all clocks. The cliff, where half of the steps are contained, must lie where the closed"
                + " form puts it, to one interval of the operator.";
    }

    @Override
    public List<Check> run(Optional<Path> traces) {
        List<Check> checks = new ArrayList<>();
        surface(checks);
        // The mean delay is 60 s: CROSSING W - SCRAPE/4 + (EXPORTER + OPERATOR + HPA)/2.
        double rest = PlainExperiment.CONTAIN_SECONDS + SCRAPE / 4 - EXPORTER / 2;
        double window = (rest - OPERATOR / 2 - HPA / 2) / CROSSING;
        double operator = 2 * (rest - CROSSING * WINDOW - HPA / 2);
        double hpa = 2 * (rest - CROSSING * WINDOW - OPERATOR / 2);
        cliff("window", window, OPERATOR / CROSSING, new double[] {50, 60, 70, 80, 90}, TimerSuite::window, checks);
        cliff(
                "operator interval",
                operator,
                2 * OPERATOR,
                new double[] {5, 10, 20, 30, 60},
                TimerSuite::operator,
                checks);
        cliff("HPA sync", hpa, 2 * OPERATOR, new double[] {10, 20, 30, 40, 60}, TimerSuite::hpa, checks);
        coldStart(checks);
        limits(checks);
        return checks;
    }

    private interface Varied {
        Timers at(double seconds);
    }

    private static Timers window(double seconds) {
        return new Timers(EXPORTER, SCRAPE, seconds, OPERATOR, HPA, 0, START);
    }

    private static Timers operator(double seconds) {
        return new Timers(EXPORTER, SCRAPE, WINDOW, seconds, HPA, 0, START);
    }

    private static Timers hpa(double seconds) {
        return new Timers(EXPORTER, SCRAPE, WINDOW, OPERATOR, seconds, 0, START);
    }

    /** Where even the slowest phases fit all is contained, and nothing where not even the fastest do. */
    private void surface(List<Check> checks) {
        int wrong = 0;
        int certain = 0;
        int settings = 0;
        for (double window : new double[] {30, 60, 75, 90, 120}) {
            for (double scrape : new double[] {5, 15}) {
                for (double operator : new double[] {5, 30}) {
                    for (double hpa : new double[] {15, 30}) {
                        double ramp = CROSSING * window;
                        double earliest = ramp - 0.75 * scrape;
                        double latest = ramp + 0.25 * scrape + EXPORTER + operator + hpa;
                        settings++;
                        if (earliest <= PlainExperiment.CONTAIN_SECONDS && latest > PlainExperiment.CONTAIN_SECONDS) {
                            continue;
                        }
                        certain++;
                        int expected = latest <= PlainExperiment.CONTAIN_SECONDS ? 10 : 0;
                        Timers timers = new Timers(EXPORTER, scrape, window, operator, hpa, 0, START);
                        wrong += contained(timers, 10) == expected ? 0 : 1;
                    }
                }
            }
        }
        checks.add(Check.atMost(
                certain + " of " + settings
                        + " settings of window, scrape, operator and HPA that leave nothing to the phases:"
                        + " those with another share of 10 runs than all or none",
                REPRODUCTION,
                SOURCE,
                "",
                0,
                wrong));
    }

    private void cliff(
            String timer, double closedForm, double tolerance, double[] values, Varied varied, List<Check> checks) {
        double cliff = Double.NaN;
        double before = Double.NaN;
        for (int i = 0; i < values.length; i++) {
            int contained = contained(varied.at(values[i]), SEEDS);
            double share = (double) contained / SEEDS;
            checks.add(Check.reported(
                    timer + " " + (int) values[i] + " s: share contained",
                    REPRODUCTION,
                    SOURCE,
                    "",
                    Interval.ofShare(contained, SEEDS)));
            if (before >= 0.5 && share < 0.5) {
                cliff = values[i] - (values[i] - values[i - 1]) * (0.5 - share) / (before - share);
            }
            before = share;
        }
        checks.add(Check.within(timer + ": at the cliff", REPRODUCTION, SOURCE, "s", closedForm, cliff, tolerance));
    }

    /** Starting does not enter shedding; it does enter recovery, once the load is back at 70 %. */
    private void coldStart(List<Check> checks) {
        int seeds = 20;
        double[] shed = new double[3];
        double[] starts = {0, 60, 300};
        for (int i = 0; i < starts.length; i++) {
            double back = 0;
            for (int seed = 0; seed < seeds; seed++) {
                RunResult result = shed(new Timers(EXPORTER, SCRAPE, WINDOW, OPERATOR, HPA, 0, starts[i]), seed, true);
                shed[i] += result.figure(Figure.OVER_CAP_SECONDS) / seeds;
                back += recoverySeconds(result) / seeds;
            }
            // Ten full replicas fall to 700 W; an eleventh fits once each reads an eleventh of the cap. A raise takes
            // three
            // equal wishes. rate() over whole scrapes spans one less than its window, and waits for half a scrape.
            double full = (REPLICAS - 1) * SmallCluster.REPLICA_WATTS;
            double fits = (REPLICAS - 1) * CAP_WATTS / REPLICAS;
            double expected = EXPORTER / 2
                    + (WINDOW - SCRAPE) * (full - fits) / (full - BEFORE_WATTS)
                    + SCRAPE / 2
                    + 2.5 * OPERATOR
                    + HPA / 2
                    + starts[i];
            checks.add(Check.within(
                    "start of " + (int) starts[i] + " s: from the fall of the load to all replicas, mean",
                    VERIFICATION,
                    "exporter + rate ramp + 3 steps of the operator + HPA + start, half of each clock",
                    "s",
                    expected,
                    back,
                    OPERATOR));
        }
        checks.add(Check.within(
                "start of 300 s and of 0 s: difference of the mean time over the cap",
                REPRODUCTION,
                "starting replicas do not enter shedding",
                "s",
                0,
                shed[2] - shed[0],
                0));
    }

    private static double recoverySeconds(RunResult result) {
        return result.detail().orElseThrow().samples().stream()
                .filter(sample -> sample.atNanos() > FALL_AT_SECONDS * 1_000_000_000L
                        && sample.services().get(0).ready() == REPLICAS)
                .findFirst()
                .map(sample -> sample.atNanos() * 1e-9 - FALL_AT_SECONDS)
                .orElse(Double.POSITIVE_INFINITY);
    }

    /** The fast lever: GPU limits in force after 0.1 s, by a gauge. */
    private static void limits(List<Check> checks) {
        double[] over = new double[SEEDS];
        for (int seed = 0; seed < SEEDS; seed++) {
            CappingPolicy<?> bands = Policies.named("three-band").make(Map.of(), seed);
            over[seed] = new SmallCluster(
                            1, REPLICAS, REPLICAS, 0, CAP_WATTS, false, new Timers(1, 5, 0, 5, HPA, 0.1, START), 0, 200)
                    .run(bands, BEFORE_WATTS, AFTER_WATTS, STEP_AT_SECONDS, seed)
                    .figure(Figure.OVER_CAP_SECONDS);
        }
        checks.add(Check.within(
                "three-band, exporter 1 s, gauge scraped every 5 s, operator 5 s, limits after 0.1 s: mean time over the cap",
                REPRODUCTION,
                "half of each interval + lever",
                "s",
                5.6,
                Arrays.stream(over).average().orElseThrow(),
                4 * Math.sqrt((1 + 25 + 25) / 12.0 / SEEDS)));
        checks.add(Check.atMost(
                "the same: longest",
                REPRODUCTION,
                "sum of all intervals + lever",
                "s",
                11.1,
                Arrays.stream(over).max().orElseThrow()));
    }

    private int contained(Timers timers, int seeds) {
        int contained = 0;
        for (int seed = 0; seed < seeds; seed++) {
            contained += (int) shed(timers, seed, false).figure(Figure.SUCCESS_RATE);
        }
        return contained;
    }

    /** A step of demand up, and down again where asked for. */
    private RunResult shed(Timers timers, int seed, boolean recovers) {
        CappingPolicy<?> capping = policies.make(Map.of("theta", 0.01, "margin", 0.0, "smoothing", 1.0), seed);
        SmallCluster cluster = new SmallCluster(
                1, REPLICAS, REPLICAS, 0, CAP_WATTS, false, timers, 0, recovers ? FALL_AT_SECONDS + 400 : END_SECONDS);
        return recovers
                ? cluster.run(
                        capping,
                        new int[] {0, STEP_AT_SECONDS, FALL_AT_SECONDS},
                        new double[] {BEFORE_WATTS, AFTER_WATTS, BEFORE_WATTS},
                        seed)
                : cluster.run(capping, BEFORE_WATTS, AFTER_WATTS, STEP_AT_SECONDS, seed);
    }
}
