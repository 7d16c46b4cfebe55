package dev.capstan.sim.validation;

import static dev.capstan.sim.validation.Check.Layer.VERIFICATION;

import dev.capstan.capping.Decision;
import dev.capstan.capping.Observation;
import dev.capstan.capping.ServiceAction;
import dev.capstan.capping.StatelessPolicy;
import dev.capstan.sim.control.LoopLatency;
import dev.capstan.sim.results.Interval;
import dev.capstan.sim.run.RunResult;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** The whole loop, from a step of power to replicas that are gone, against the sum of its delays. */
final class LoopSuite implements Suite {

    private static final int SEEDS = 300;
    private static final int STEP_AT_SECONDS = 400;

    /** Lowers the ceiling once it sees power over the cap. */
    private record ShedOnce(int ceiling) implements StatelessPolicy {

        @Override
        public Decision decide(Observation seen) {
            List<ServiceAction> actions = seen.rootPower().watts() > seen.capWatts()
                    ? List.of(ServiceAction.ceiling("service-0", ceiling))
                    : List.of();
            return new Decision(actions, "shed", "");
        }
    }

    @Override
    public String name() {
        return "loop";
    }

    @Override
    public String about() {
        return "How long the loop needs from a step of power, 70 % to 110 % of the cap, to its decision and to power under"
                + " the cap, over the phases of all its clocks: exporter, scrape every 15 s, operator, HPA every 15 s."
                + " Replicas of this suite are gone as soon as the HPA asks, so the usual grace of 30 s comes on top.";
    }

    @Override
    public List<Check> run(Optional<Path> traces) {
        List<Check> checks = new ArrayList<>();
        shed("Climatik's timers: exporter 5 s, rate over 5 min, operator 10 s", 5, 300, 10, checks);
        shed("exporter 5 s, rate over 1 min, operator 5 s", 5, 60, 5, checks);
        return checks;
    }

    /**
     * A step from a = 0.7 to b = 1.1 crosses the cap at (1-a)/(b-a) = 0.75 of its height. The HPA adds one more interval
     * until replicas are gone.
     */
    private static void shed(String timers, int exporter, int window, int operator, List<Check> checks) {
        double[] decided = new double[SEEDS];
        double[] under = new double[SEEDS];
        SmallCluster cluster = new SmallCluster(1, 11, 11, 0, 1000, exporter, window, operator, 0, 900);
        for (int seed = 0; seed < SEEDS; seed++) {
            RunResult result = cluster.run(new ShedOnce(7), 700, 1100, STEP_AT_SECONDS, seed);
            RunResult.Detail detail = result.detail().orElseThrow();
            decided[seed] = detail.decisions().stream()
                                    .filter(decision -> !decision.actions().isEmpty())
                                    .findFirst()
                                    .orElseThrow()
                                    .atNanos()
                            * 1e-9
                    - STEP_AT_SECONDS;
            int second = STEP_AT_SECONDS + 1;
            while (detail.domainWatts().get(0)[second] > 1000) {
                second++;
            }
            under[seed] = second - STEP_AT_SECONDS;
        }
        double scrape = 15;
        LoopLatency decision = LoopLatency.ofCounter(exporter, scrape, window, 0.75, operator);
        String source = "exporter + rate ramp at the scrapes + operator";
        checks.add(Check.liesIn(
                timers + ": decided, earliest to latest",
                VERIFICATION,
                source,
                "s",
                decision.earliestSeconds(),
                decision.worstSeconds(),
                range(decided)));
        // Where in its interval the scrape falls does not enter the mean evenly: samples at the window's edges come in
        // pairs. Hence a fifth of a scrape.
        checks.add(Check.within(
                timers + ": decided, mean",
                VERIFICATION,
                source + ", half of each interval",
                "s",
                decision.meanSeconds(),
                Arrays.stream(decided).average().orElseThrow(),
                0.2 * scrape));
        checks.add(Check.liesIn(
                timers + ": under the cap, earliest to latest",
                VERIFICATION,
                source + " + HPA",
                "s",
                decision.earliestSeconds(),
                decision.worstSeconds() + 15 + 1,
                range(under)));
        checks.add(Check.within(
                timers + ": from the decision to under the cap, mean",
                VERIFICATION,
                "half of the HPA's interval, in whole seconds",
                "s",
                8,
                Arrays.stream(under).average().orElseThrow()
                        - Arrays.stream(decided).average().orElseThrow(),
                4 * 15 / Math.sqrt(12.0 * SEEDS)));
    }

    private static Interval range(double[] values) {
        double low = Arrays.stream(values).min().orElseThrow();
        double high = Arrays.stream(values).max().orElseThrow();
        return new Interval((low + high) / 2, low, high);
    }
}
