package dev.capstan.sim.validation;

import static dev.capstan.sim.validation.Check.Layer.REPRODUCTION;

import dev.capstan.sim.results.Interval;
import dev.capstan.trace.RandomStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.commons.math3.stat.StatUtils;
import org.apache.commons.math3.stat.regression.SimpleRegression;

/**
 * R5: the more domains share a feed, the less of it must be spare. Domains of four replicas of the plant; in the correlated
 * case one of the four is the same in every domain, so that two domains correlate by 1/4.
 */
final class PoolingSuite implements Suite {

    private static final String SOURCE = "pooling law of Google's medium-voltage plane, ASPLOS 2020, closed form";
    private static final int DOUBLINGS = 6;
    private static final int DOMAINS = 1 << DOUBLINGS;
    private static final int REPLICAS = 4;
    private static final int WARMUP_SECONDS = 60;
    private static final int SECONDS = 1800;
    private static final int REPLICATIONS = 8;
    private static final double QUANTILE = 99;

    private static final String HEADROOM_BUSY =
            "0.5 req/s, independent: slope of the headroom (99 % quantile over mean, less 1)";

    /** Draws the requests of a replica: a seed for the run and a number for the replica. */
    private final Streams streams;

    interface Streams {
        RandomStream of(long seed, int replica);
    }

    PoolingSuite() {
        this((seed, replica) -> RandomStream.named(seed, "pooling." + replica));
    }

    /** With other chance. */
    PoolingSuite(Streams streams) {
        this.streams = streams;
    }

    @Override
    public String name() {
        return "pooling";
    }

    @Override
    public String about() {
        return "R5: pooling " + DOMAINS
                + " power domains, each of four replicas of Llama-3.1-8B on H100 with Poisson arrivals,"
                + " over half an hour of 1 s averages, 8 seeds. The spread of a pool of K independent domains falls as"
                + " 1/sqrt(K), and with correlation r as sqrt((1 + (K - 1) r)/K). Slopes are of the logarithm over that of K,"
                + " K = 1, 2, 4 ... " + DOMAINS
                + "; for the headroom, which follows the law only where sums are normal, ± 0.1"
                + " was set beforehand.";
    }

    @Override
    public Set<String> knownMisses() {
        return Set.of(HEADROOM_BUSY);
    }

    @Override
    public List<Check> run(Optional<Path> traces) {
        List<Check> checks = new ArrayList<>();
        double[] spreads = new double[REPLICATIONS];
        double[] sharedSpreads = new double[REPLICATIONS];
        double[] quiet = new double[REPLICATIONS];
        double[] busy = new double[REPLICATIONS];
        double[] peaks = new double[REPLICATIONS];
        double[] sharedPeaks = new double[REPLICATIONS];
        int notFalling = 0;
        for (int seed = 0; seed < REPLICATIONS; seed++) {
            double[][] independent = domains(0.2, seed, false);
            double[][] shared = domains(0.2, seed, true);
            spreads[seed] = slope(Pools.of(independent).spread);
            double[] sharedSpread = Pools.of(shared).spread;
            sharedSpreads[seed] = sharedSpread[DOUBLINGS] / sharedSpread[0];
            quiet[seed] = slope(Pools.of(independent).headroom);
            busy[seed] = slope(Pools.of(domains(0.5, seed, false)).headroom);
            double[] ratios = Pools.of(independent).peakOfSumOverSumOfPeaks;
            peaks[seed] = ratios[DOUBLINGS];
            sharedPeaks[seed] = Pools.of(shared).peakOfSumOverSumOfPeaks[DOUBLINGS];
            for (int doubling = 0; doubling < DOUBLINGS; doubling++) {
                notFalling += ratios[doubling + 1] < ratios[doubling] ? 0 : 1;
            }
        }
        checks.add(Check.atMost(
                "0.2 req/s, independent: doublings of the pool after which peak of sum over sum of peaks has not fallen",
                REPRODUCTION,
                SOURCE,
                "",
                0,
                notFalling));
        checks.add(reported("0.2 req/s, independent: peak of sum over sum of peaks, all domains", peaks));
        checks.add(reported("0.2 req/s, correlation 1/4: peak of sum over sum of peaks, all domains", sharedPeaks));
        checks.add(Check.covers(
                "0.2 req/s, independent: slope of the standard deviation over the mean",
                REPRODUCTION,
                "1/sqrt(K)",
                "",
                -0.5,
                Interval.ofMean(spreads),
                0.02));
        checks.add(Check.covers(
                "0.2 req/s, correlation 1/4: standard deviation over the mean, all domains over one",
                REPRODUCTION,
                "sqrt((1 + (K - 1) r)/K)",
                "",
                Math.sqrt((1 + (DOMAINS - 1) / (double) REPLICAS) / DOMAINS),
                Interval.ofMean(sharedSpreads),
                0.02));
        checks.add(headroom("0.2 req/s, independent: slope of the headroom (99 % quantile over mean, less 1)", quiet));
        checks.add(headroom(HEADROOM_BUSY, busy)
                .asMissed(
                        "a domain that is mostly busy has little room above its mean, so one alone needs less headroom than"
                                + " the law says; the law holds from about 8 domains on"));
        checks.add(Check.skipped(
                "the same on the 57 power units of Google's powerdata-2019",
                REPRODUCTION,
                "Sakalkar et al., ASPLOS 2020",
                "powerdata-2019 is not among the public traces here"));
        return checks;
    }

    private static Check headroom(String name, double[] slopes) {
        return Check.within(name, REPRODUCTION, SOURCE, "", -0.5, StatUtils.mean(slopes), 0.1);
    }

    private static Check reported(String name, double[] values) {
        return Check.reported(name, REPRODUCTION, SOURCE, "", Interval.ofMean(values));
    }

    /** Watts of each domain in each second. */
    private double[][] domains(double rate, long seed, boolean shared) {
        double[][] watts = new double[DOMAINS][SECONDS];
        double[] common = shared ? replica(rate, seed, DOMAINS * REPLICAS) : new double[SECONDS];
        for (int domain = 0; domain < DOMAINS; domain++) {
            add(watts[domain], common);
            for (int i = shared ? 1 : 0; i < REPLICAS; i++) {
                add(watts[domain], replica(rate, seed, domain * REPLICAS + i));
            }
        }
        return watts;
    }

    private double[] replica(double rate, long seed, int number) {
        RandomStream random = streams.of(seed, number);
        int end = WARMUP_SECONDS + SECONDS;
        List<Long> arrivals = new ArrayList<>();
        for (double at = random.nextExponential() / rate; at < end; at += random.nextExponential() / rate) {
            arrivals.add(Math.round(at * 1e9));
        }
        int[] lengths = new int[arrivals.size()];
        Arrays.fill(lengths, 396);
        ServedTrace served = new ServedTrace(
                ServedTrace.decodeOnly(6.67e6, 0.0895e6, 256, 454, 0.0305, 120),
                1,
                arrivals.stream().mapToLong(Long::longValue).toArray(),
                lengths);
        served.kernel.runUntil(end * 1_000_000_000L);
        served.power.settle(end * 1_000_000_000L);
        return Arrays.copyOfRange(served.power.meter(0).means().toArray(), WARMUP_SECONDS, end);
    }

    private static void add(double[] sum, double[] more) {
        for (int i = 0; i < sum.length; i++) {
            sum[i] += more[i];
        }
    }

    private static double slope(double[] byDoubling) {
        SimpleRegression line = new SimpleRegression();
        for (int doubling = 0; doubling < byDoubling.length; doubling++) {
            line.addData(doubling * StrictMath.log(2), StrictMath.log(byDoubling[doubling]));
        }
        return line.getSlope();
    }

    /** Figures of pools of 1, 2, 4 ... domains, each over all pools of that size that the domains make. */
    private static final class Pools {

        final double[] spread = new double[DOUBLINGS + 1];
        final double[] headroom = new double[DOUBLINGS + 1];
        final double[] peakOfSumOverSumOfPeaks = new double[DOUBLINGS + 1];

        static Pools of(double[][] domains) {
            Pools pools = new Pools();
            double peaks = Arrays.stream(domains).mapToDouble(StatUtils::max).sum();
            double[][] watts = domains;
            for (int doubling = 0; doubling <= DOUBLINGS; doubling++) {
                double variance = 0;
                double headroom = 0;
                double peak = 0;
                for (double[] pool : watts) {
                    double mean = StatUtils.mean(pool);
                    variance += StatUtils.variance(pool, mean) / (mean * mean);
                    headroom += StatUtils.percentile(pool, QUANTILE) / mean - 1;
                    peak += StatUtils.max(pool);
                }
                pools.spread[doubling] = Math.sqrt(variance / watts.length);
                pools.headroom[doubling] = headroom / watts.length;
                pools.peakOfSumOverSumOfPeaks[doubling] = peak / peaks;
                watts = doubled(watts);
            }
            return pools;
        }

        private static double[][] doubled(double[][] watts) {
            double[][] doubled = new double[watts.length / 2][];
            for (int i = 0; i < doubled.length; i++) {
                doubled[i] = watts[2 * i].clone();
                add(doubled[i], watts[2 * i + 1]);
            }
            return doubled;
        }
    }
}
