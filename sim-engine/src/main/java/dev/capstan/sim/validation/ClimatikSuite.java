package dev.capstan.sim.validation;

import static dev.capstan.sim.validation.Check.Layer.REPRODUCTION;

import dev.capstan.capping.GuardRails;
import dev.capstan.capping.PolicyRegistry;
import dev.capstan.sim.results.Interval;
import dev.capstan.sim.run.Figure;
import dev.capstan.sim.run.RunResult;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * R1: Climatik's shipped rule sets each ceiling to cap over the service's <em>total</em> power. With saturating demand and
 * p watts for each replica its fixed point is sqrt(C/p) replicas for each of N services: a single service wastes most of
 * the cap, and more than sqrt(C/p) services break it.
 */
final class ClimatikSuite implements Suite {

    private static final int SEEDS = 16;
    private static final double CONFIDENCE = 0.99;
    private static final String SOURCE = "law N sqrt(C/p), bands of two independent emulations";

    @Override
    public String name() {
        return "climatik";
    }

    @Override
    public String about() {
        return "R1: where the rule that Climatik ships settles, and that more than sqrt(C/p) services break the cap."
                + " Operator 10 s, window 5 min, scrape and HPA 15 s, pods 60 s to start; 16 seeds of five hours after one"
                + " of settling. Intervals of 99 %.";
    }

    @Override
    public List<Check> run(Optional<Path> traces) {
        List<Check> checks = new ArrayList<>();
        settles(20, 1, 4.0, 4.5, 0, 0, checks);
        settles(20, 4, 16, 18, 0, 0, checks);
        settles(20, 5, 20, 22.4, 0.05, 0.25, checks);
        settles(20, 6, 24, 27, 0.95, 1, checks);
        settles(100, 1, 9, 11, 0, 0, checks);
        double[] more = new double[SEEDS];
        for (int seed = 0; seed < SEEDS; seed++) {
            more[seed] = shareOver(run(20, 5, 1, seed)) - shareOver(run(20, 5, 0, seed));
        }
        checks.add(Check.liesIn(
                "C/p = 20, 5 services: more time over the cap once starting replicas draw",
                REPRODUCTION,
                "starting replicas draw power and serve nothing",
                "",
                0.05,
                0.4,
                Interval.ofMean(more, CONFIDENCE)));
        return checks;
    }

    private static void settles(
            int capReplicas,
            int services,
            double least,
            double most,
            double leastOver,
            double mostOver,
            List<Check> checks) {
        double[] replicas = new double[SEEDS];
        double[] over = new double[SEEDS];
        for (int seed = 0; seed < SEEDS; seed++) {
            RunResult result = run(capReplicas, services, 0, seed);
            replicas[seed] = result.figure(Figure.MEAN_POWER_WATTS) / SmallCluster.REPLICA_WATTS;
            over[seed] = shareOver(result);
        }
        String at = "C/p = " + capReplicas + ", " + services + (services == 1 ? " service: " : " services: ");
        checks.add(Check.liesIn(
                at + "power over p", REPRODUCTION, SOURCE, "", least, most, Interval.ofMean(replicas, CONFIDENCE)));
        checks.add(Check.liesIn(
                at + "share of time over the cap",
                REPRODUCTION,
                SOURCE,
                "",
                leastOver,
                mostOver,
                Interval.ofMean(over, CONFIDENCE)));
    }

    private static RunResult run(int capReplicas, int services, double startShare, int seed) {
        SmallCluster cluster = new SmallCluster(
                services, 1, 100, startShare, capReplicas * SmallCluster.REPLICA_WATTS, 1, 300, 10, 3600, 5 * 3600);
        return cluster.run(
                PolicyRegistry.build(PolicyRegistry.find("climatik-shipped"), Map.of(), 1, GuardRails.DEFAULTS),
                1e9,
                1e9,
                1,
                seed);
    }

    private static double shareOver(RunResult result) {
        return 1 - result.figure(Figure.TIME_UNDER_CAP_FRACTION);
    }
}
