package dev.capstan.sim.validation;

import static dev.capstan.sim.validation.Check.Layer.REPRODUCTION;
import static dev.capstan.sim.validation.Check.Layer.VERIFICATION;

import dev.capstan.capping.BreakerCurve;
import dev.capstan.sim.results.Interval;
import dev.capstan.sim.run.Figure;
import dev.capstan.sim.run.RunResult;
import dev.capstan.sim.serving.ModelProfile;
import dev.capstan.sim.serving.ModelProfiles;
import dev.capstan.sim.validation.SmallCluster.Policies;
import dev.capstan.sim.validation.SmallCluster.Timers;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * R4: Facebook's Dynamo acts within the time that a breaker takes to trip, and needs a period longer than what limits take
 * to settle.
 */
final class ThreeBandSuite implements Suite {

    private static final String SOURCE = "Wu et al., Dynamo, ISCA 2016 (second-hand accounts)";
    private static final double CAP_WATTS = 1000;
    private static final int STEP_AT_SECONDS = 20;

    /** From here on a run has had the time to settle, were it to. */
    private static final int SETTLED_SECONDS = 60;

    private static final int RUN_SECONDS = 200;
    private static final int STEP_SEEDS = 15;

    private static final double PERIOD_SECONDS = 3;
    private static final double SETTLE_SECONDS = 2;

    /** The agent reads the server when it is asked: 0.1 s of exporter and of scrape stand for that. */
    private static final double FRESH_SECONDS = 0.1;

    private static final String LONGER = "limits after 3.5, 4.5 and 6.5 s, longer than the period: runs that oscillate";

    private final Policies policies;

    ThreeBandSuite() {
        this(Policies.named("three-band"));
    }

    /** With other policies in its place. */
    ThreeBandSuite(Policies policies) {
        this.policies = policies;
    }

    @Override
    public String name() {
        return "three-band";
    }

    @Override
    public String about() {
        return "R4: the three bands of Facebook's Dynamo with its period of 3 s and limits that are in force after 2 s: whether steps"
                + " of load are over before a rack's breaker trips, and whether a period shorter than what limits take to settle"
                + " makes it oscillate. GPU limits of metered replicas, one root domain behind a breaker rated at the cap. The"
                + " controllers above the leaves (9 s) and the share of silent servers at which Dynamo gives up are not part"
                + " of the policy. A run oscillates if limits change ten times or more between 60 and 200 s under a constant"
                + " demand of 120 % of the cap.";
    }

    @Override
    public Set<String> knownMisses() {
        return Set.of(LONGER);
    }

    @Override
    public List<Check> run(Optional<Path> traces) {
        List<Check> checks = new ArrayList<>();
        steps(checks);
        stability(checks);
        checks.add(slowDown());
        return checks;
    }

    private void steps(List<Check> checks) {
        Timers timers = fresh(0, SETTLE_SECONDS);
        double latest = 0;
        double trips = 0;
        int runs = 0;
        double hottest = 0;
        double expectedHeat = 0;
        for (double ratio : new double[] {1.1, 1.4, 1.7, 1.9}) {
            for (int seed = 0; seed < STEP_SEEDS; seed++) {
                RunResult result = run(timers, 19, ratio, seed, Map.of());
                double over = result.figure(Figure.OVER_CAP_SECONDS);
                latest = Math.max(latest, over);
                trips += result.figure(Figure.BREAKER_TRIPS);
                runs++;
                double heat = 1 - result.figure(Figure.MIN_BREAKER_MARGIN);
                if (heat > hottest) {
                    hottest = heat;
                    expectedHeat = over / BreakerCurve.RACK.tripSeconds(ratio);
                }
            }
        }
        checks.add(Check.atMost(
                "steps to 110, 140, 170 and 190 % of the cap, " + STEP_SEEDS
                        + " seeds each: longest time to be under it",
                REPRODUCTION,
                SOURCE + ": a real event under its limit in about 6 s",
                "s",
                6,
                latest));
        checks.add(Check.atMost(
                "the same " + runs + " runs: breakers that trip",
                REPRODUCTION,
                SOURCE + ": control within one trip time",
                "",
                0,
                trips));
        checks.add(Check.near(
                "the same: highest heat of a breaker, 1 trips",
                VERIFICATION,
                "time over the cap / trip time of that step",
                "",
                expectedHeat,
                hottest,
                1e-6));
        double slow = 0;
        for (int seed = 0; seed < STEP_SEEDS; seed++) {
            slow += run(new Timers(1, 15, 300, PERIOD_SECONDS, 15, SETTLE_SECONDS, 60), 19, 1.4, seed, Map.of())
                    .figure(Figure.BREAKER_TRIPS);
        }
        checks.add(Check.within(
                "step to 140 % seen through rate() over 5 min: share of runs whose breaker trips",
                REPRODUCTION,
                "ramp crosses after 300 s (1 - 0.7) / (1.4 - 0.7) = 129 s, breaker trips after 60 s",
                "",
                1,
                slow / STEP_SEEDS,
                0));
    }

    private void stability(List<Check> checks) {
        checks.add(Check.atMost(
                "limits after 2 s: runs of 10 that oscillate",
                REPRODUCTION,
                SOURCE + ": period longer than settling",
                "",
                0,
                oscillating(fresh(0, SETTLE_SECONDS), 10, Map.of())));
        int longer = 0;
        for (double limitSeconds : new double[] {3.5, 4.5, 6.5}) {
            longer += oscillating(fresh(0, limitSeconds), 10, Map.of());
        }
        checks.add(Check.within(LONGER, REPRODUCTION, SOURCE + ": period longer than settling", "of 30", 30, longer, 0)
                .asMissed("limits are absolute, so a cut that is decided again before it is in force is the same cut;"
                        + " what makes the policy oscillate is a reading from before a limit that is judged by it"));
        // A cut is doubled if its limit comes into force between a reading and the step that uses it.
        checks.add(Check.within(
                "limits after 2.7 to 3 s: shortest at which a run of 5 oscillates, over the period",
                VERIFICATION,
                "(period - age of the reading, 0 to 0.2 s) / period",
                "",
                (PERIOD_SECONDS - FRESH_SECONDS) / PERIOD_SECONDS,
                firstOscillating(2.7, 3, limit -> fresh(0, limit)) / PERIOD_SECONDS,
                FRESH_SECONDS / PERIOD_SECONDS));
        int seeds = 40;
        Timers aged = new Timers(1, 1, 0, PERIOD_SECONDS, 15, SETTLE_SECONDS, 60);
        checks.add(Check.covers(
                "exporter and scrape every 1 s, limits after 2 s: share of runs that oscillate",
                VERIFICATION,
                "share of phases with a reading older than 3 s - 2 s",
                "",
                0.5,
                Interval.ofShare(oscillating(aged, seeds, Map.of()), seeds),
                0.3));
        checks.add(Check.atMost(
                "the same with settle_seconds 4, the age of readings included: runs that oscillate",
                VERIFICATION,
                "readings from before a limit are not used",
                "",
                0,
                oscillating(aged, seeds, Map.of("settle_seconds", 4.0))));
        // After a cut from 1.2 to 0.95, rate() still shows 0.95 + 0.25 (1 - (T - age) / W); a second cut by what is
        // over 0.95
        // ends under 0.90, where limits are lifted, as soon as that is 0.05 or more.
        checks.add(Check.within(
                "rate() over 3 to 4 s, limits at once: shortest window at which a run of 5 oscillates, over the period",
                VERIFICATION,
                "(1 - age / period) / (1 - 0.05/0.25), age 0 to 0.2 s",
                "",
                (1 - FRESH_SECONDS / PERIOD_SECONDS) / 0.8,
                firstOscillating(3, 4, window -> fresh(window, 0)) / PERIOD_SECONDS,
                FRESH_SECONDS / PERIOD_SECONDS / 0.8));
    }

    private interface Varied {
        Timers at(double seconds);
    }

    /** The first of steps of 0.05 s at which one of 5 runs oscillates; infinite where none does. */
    private double firstOscillating(double fromSeconds, double toSeconds, Varied timers) {
        for (int step = 0; fromSeconds + 0.05 * step <= toSeconds; step++) {
            double seconds = fromSeconds + 0.05 * step;
            if (oscillating(timers.at(seconds), 5, Map.of()) > 0) {
                return seconds;
            }
        }
        return Double.POSITIVE_INFINITY;
    }

    private int oscillating(Timers timers, int seeds, Map<String, Double> parameters) {
        int oscillating = 0;
        for (int seed = 0; seed < seeds; seed++) {
            long changes = run(timers, 13, 1.2, seed, parameters).detail().orElseThrow().decisions().stream()
                    .filter(decision -> decision.atNanos() > SETTLED_SECONDS * 1_000_000_000L
                            && !decision.actions().isEmpty())
                    .count();
            oscillating += changes >= 10 ? 1 : 0;
        }
        return oscillating;
    }

    /** A step of demand from 70 % to this ratio of the cap, over 200 s. */
    private RunResult run(Timers timers, int replicas, double ratio, int seed, Map<String, Double> parameters) {
        return new SmallCluster(1, replicas, replicas, 0, CAP_WATTS, true, timers, 0, RUN_SECONDS)
                .run(policies.make(parameters, seed), 0.7 * CAP_WATTS, ratio * CAP_WATTS, STEP_AT_SECONDS, seed);
    }

    private static Timers fresh(double windowSeconds, double limitSeconds) {
        return new Timers(FRESH_SECONDS, FRESH_SECONDS, windowSeconds, PERIOD_SECONDS, 15, limitSeconds, 60);
    }

    private static Check slowDown() {
        ModelProfile model = ModelProfiles.find("llama-3.1-70b-h100x4").orElseThrow();
        int sequences = 64;
        double natural = model.decodeWatts(sequences);
        double clock = model.clock(natural, 0.8 * natural / model.gpus());
        double slower = ModelProfile.Response.stretch(model.kappaDecode(sequences), clock) - 1;
        Check reported = Check.reported(
                "llama-3.1-70b-h100x4, 64 sequences, boards 20 % lower: decode slower by",
                REPRODUCTION, SOURCE + ": slow-down is small below a cut of 20 %", "%", 100 * slower);
        return reported.withNote("Facebook's is of web servers, and the response of an H100 is an assumption");
    }
}
