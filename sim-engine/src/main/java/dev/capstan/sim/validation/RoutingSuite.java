package dev.capstan.sim.validation;

import static dev.capstan.sim.validation.Check.Layer.REPRODUCTION;

import dev.capstan.capping.LoadSplit;
import dev.capstan.capping.LoadSplit.Pool;
import dev.capstan.sim.serving.ModelProfile;
import dev.capstan.sim.serving.ModelProfiles;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.apache.commons.math3.stat.StatUtils;

/** R12: splitting a load by marginal energy, and by average tokens per watt as the negative control. */
final class RoutingSuite implements Suite {

    private static final String MARGINAL = "linear relaxation of the fixed-charge problem and one rounding";
    private static final String AVERAGE = "Climatik README, section 10.1: send to the most tokens per watt";
    private static final double SLO_MS = 200;

    /** Splits a load over pools. */
    interface Splitting {
        double[] split(List<Pool> pools, double tokensPerSecond);
    }

    private final Splitting splitting;

    RoutingSuite() {
        this(LoadSplit::byMarginalEnergy);
    }

    /** With another way of splitting. */
    RoutingSuite(Splitting splitting) {
        this.splitting = splitting;
    }

    @Override
    public String name() {
        return "routing";
    }

    @Override
    public String about() {
        return "R12: the power of ten replicas of Llama-3.1-70B, four on H100 of 2025's engine, three on H100 and three on A100"
                + " of 2024's, that are on or off and serve 5, 10 ... 95 % of what all can within 200 ms per token, split by"
                + " marginal energy; and the same load sent to the replica with the most tokens per watt, over 100 intervals in"
                + " which a replica serves up to that much and the rest waits. Closed forms over the profiles, without"
                + " queues; the experiment pools.yaml puts both rules before simulated ones.";
    }

    @Override
    public List<Check> run(Optional<Path> traces) {
        List<Pool> pools = new ArrayList<>();
        pools.addAll(Collections.nCopies(4, pool("llama-3.1-70b-h100x4")));
        pools.addAll(Collections.nCopies(3, pool("llama-3.1-70b-h100x4-vllm2024")));
        pools.addAll(Collections.nCopies(3, pool("llama-3.1-70b-a100-40x8-vllm2024")));
        double capacity = pools.stream().mapToDouble(Pool::mostTokensPerSecond).sum();
        double largestFixed = pools.stream().mapToDouble(Pool::fixedWatts).max().orElseThrow();
        double overBound = 0;
        double overOptimum = 0;
        int worstPercent = 0;
        double evenOverOptimum = 0;
        int partlyFilled = 0;
        double unserved = 0;
        double overMost = 0;
        for (int percent = 5; percent < 100; percent += 5) {
            double load = percent * 1e-2 * capacity;
            double[] split = splitting.split(pools, load);
            double watts = LoadSplit.watts(pools, split);
            double optimum = optimumWatts(pools, load);
            overBound = Math.max(overBound, watts - LoadSplit.leastWatts(pools, load));
            if (watts / optimum - 1 > overOptimum) {
                overOptimum = watts / optimum - 1;
                worstPercent = percent;
            }
            evenOverOptimum = Math.max(evenOverOptimum, LoadSplit.watts(pools, even(pools, load)) / optimum - 1);
            unserved = Math.max(unserved, Math.abs(StatUtils.sum(split) - load));
            int partly = 0;
            for (int i = 0; i < split.length; i++) {
                double most = pools.get(i).mostTokensPerSecond();
                partly += split[i] > 0 && split[i] < most ? 1 : 0;
                overMost = Math.max(overMost, split[i] - most);
            }
            partlyFilled = Math.max(partlyFilled, partly);
        }
        List<Check> checks = new ArrayList<>();
        checks.add(Check.atMost(
                "marginal energy: most watts over the linear bound",
                REPRODUCTION,
                MARGINAL,
                "W",
                largestFixed,
                overBound));
        checks.add(Check.atMost(
                "marginal energy: most replicas that are partly filled", REPRODUCTION, MARGINAL, "", 1, partlyFilled));
        checks.add(Check.atMost(
                "marginal energy: tokens a second beyond a replica's SLO, or unserved",
                REPRODUCTION,
                "every load is under what all can serve",
                "",
                1e-6,
                Math.max(overMost, unserved)));
        checks.add(Check.reported(
                        "marginal energy: most power over the exact optimum of 1024 choices",
                        REPRODUCTION,
                        MARGINAL,
                        "%",
                        100 * overOptimum)
                .withNote("at " + worstPercent + " % load"));
        checks.add(Check.reported(
                "split in proportion to what each can serve: most power over the exact optimum",
                REPRODUCTION,
                "what a load balancer does",
                "%",
                100 * evenOverOptimum));
        average(pools, 0.4 * capacity, checks);
        return checks;
    }

    private static void average(List<Pool> pools, double load, List<Check> checks) {
        int intervals = 100;
        double[] served = even(pools, load);
        double[] waiting = new double[served.length];
        int flips = 0;
        int broken = 0;
        int before = -1;
        for (int interval = 0; interval < intervals; interval++) {
            double[] watts = new double[served.length];
            for (int i = 0; i < watts.length; i++) {
                watts[i] = pools.get(i).watts(served[i]);
            }
            int chosen = LoadSplit.byAverageTokensPerWatt(served, watts);
            flips += before >= 0 && chosen != before ? 1 : 0;
            before = chosen;
            waiting[chosen] += load;
            for (int i = 0; i < served.length; i++) {
                served[i] = Math.min(waiting[i], pools.get(i).mostTokensPerSecond());
                waiting[i] -= served[i];
            }
            broken += Arrays.stream(waiting).sum() > 0 ? 1 : 0;
        }
        checks.add(Check.within(
                "tokens per watt at 40 % load: share of intervals in which the SLO is broken",
                REPRODUCTION, AVERAGE, "", 1, (double) broken / intervals, 0));
        checks.add(Check.reported(
                        "tokens per watt at 40 % load: changes of the replica that all is sent to",
                        REPRODUCTION, AVERAGE, "", flips)
                .withNote("it concentrates, and a full replica stays the most efficient: nothing makes it flip"));
    }

    /** In proportion to what each can serve. */
    private static double[] even(List<Pool> pools, double load) {
        double capacity = pools.stream().mapToDouble(Pool::mostTokensPerSecond).sum();
        return pools.stream()
                .mapToDouble(pool -> load * pool.mostTokensPerSecond() / capacity)
                .toArray();
    }

    /** Over all choices of what is on: those that are share the load by joules per token alone. */
    private static double optimumWatts(List<Pool> pools, double load) {
        double best = Double.POSITIVE_INFINITY;
        for (int on = 1; on < 1 << pools.size(); on++) {
            List<Pool> running = new ArrayList<>();
            double watts = 0;
            for (int i = 0; i < pools.size(); i++) {
                if ((on >> i & 1) == 1) {
                    Pool pool = pools.get(i);
                    running.add(new Pool(0, pool.joulesPerToken(), pool.mostTokensPerSecond()));
                    watts += pool.fixedWatts();
                }
            }
            double[] split = LoadSplit.byMarginalEnergy(running, load);
            if (StatUtils.sum(split) > load - 1e-6) {
                best = Math.min(best, watts + LoadSplit.watts(running, split));
            }
        }
        return best;
    }

    /** The affine laws of a profile, over the closed loop that its power was measured in. */
    private static Pool pool(String profile) {
        ModelProfile model = ModelProfiles.find(profile).orElseThrow();
        ModelProfile.Power power = model.power();
        double base = Objects.requireNonNull(power.closedLoopBaseMs());
        double perSequence = Objects.requireNonNull(power.closedLoopPerSequenceMs());
        double sequences = Math.min(model.maxSequences(), (SLO_MS - base) / perSequence);
        double most = sequences / ((base + perSequence * sequences) * 1e-3);
        return new Pool(
                Objects.requireNonNull(power.fixedWatts()), Objects.requireNonNull(power.joulesPerToken()), most);
    }
}
