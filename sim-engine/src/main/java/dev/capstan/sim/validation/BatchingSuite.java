package dev.capstan.sim.validation;

import static dev.capstan.sim.validation.Check.Layer.VERIFICATION;

import dev.capstan.sim.results.Interval;
import dev.capstan.sim.serving.ModelProfile;
import dev.capstan.trace.RandomStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Continuous batching as load-dependent processor sharing: Poisson arrivals of rate lambda, L output tokens each, steps
 * of alpha + beta b, at most B sequences. A replica that works in whole steps lies between the fluid limit, whose step
 * for b = n + 1 is that of n, and the birth-death process with at most one step more for each request, which waits for
 * the end of the step that it arrives in.
 */
final class BatchingSuite implements Suite {

    private static final int REPLICATIONS = 12;

    /** Of each figure's interval: 21 figures, all of them cover the truth in 95 of 100 cases (Bonferroni). */
    private static final double CONFIDENCE = 1 - 0.05 / 21;

    /** A published row: the model and its closed forms without a limit, which fix the formulas below. */
    private record Row(String model, double alpha, double beta, int tokens, double rate, double batch) {}

    private static final List<Row> ROWS = List.of(
            new Row("8B", 6.67e-3, 0.0895e-3, 396, 5, 16.266),
            new Row("8B", 6.67e-3, 0.0895e-3, 396, 10, 41.463),
            new Row("8B", 6.67e-3, 0.0895e-3, 396, 15, 85.726),
            new Row("8B", 6.67e-3, 0.0895e-3, 396, 20, 183.869),
            new Row("70B TP4", 16.47e-3, 0.1352e-3, 352, 2, 12.920),
            new Row("70B TP4", 16.47e-3, 0.1352e-3, 352, 5, 38.351),
            new Row("70B TP4", 16.47e-3, 0.1352e-3, 352, 8, 75.508),
            new Row("70B TP4", 16.47e-3, 0.1352e-3, 352, 10, 111.526),
            new Row("70B TP4", 16.47e-3, 0.1352e-3, 352, 12, 163.530));

    private static final int LIMIT = 256;

    /** Power of Llama 3.1 8B on H100. */
    private static final double FIXED_WATTS = 454;

    private static final double JOULES_PER_TOKEN = 0.0305;
    private static final double IDLE_WATTS = 120;

    @Override
    public String name() {
        return "batching";
    }

    @Override
    public String about() {
        return "Sequences in the batch, time per output token and mean power of a replica with Poisson arrivals,"
                + " between the fluid limit and the birth-death process with at most 256 sequences.";
    }

    @Override
    public List<Check> run(Optional<Path> traces) {
        List<Check> checks = new ArrayList<>();
        for (Row row : ROWS) {
            String at = row.model() + " at " + row.rate() + " req/s: ";
            double rho = row.rate() * row.tokens() * row.beta();
            double unlimited = row.rate() * row.tokens() * (row.alpha() + row.beta()) / (1 - rho);
            checks.add(Check.within(
                    at + "closed form of the mean batch, no limit",
                    VERIFICATION,
                    "lambda L (alpha + beta) / (1 - lambda L beta), published row",
                    "",
                    row.batch(),
                    unlimited,
                    5e-4));
            double limited = birthDeath(row);
            double fluid = row.alpha() / (row.alpha() + row.beta());
            double oneStepMore = 1 + 1.0 / row.tokens();
            double[][] runs = runs(row);
            checks.add(Check.meets(
                    at + "mean batch",
                    VERIFICATION,
                    "fluid limit to birth-death process and a step",
                    "",
                    fluid * limited,
                    limited * oneStepMore,
                    Interval.ofMean(runs[0], CONFIDENCE),
                    0.02));
            double tpot = limited / (row.rate() * row.tokens()) * 1e3;
            checks.add(Check.meets(
                    at + "time per output token",
                    VERIFICATION,
                    "Little's law on both",
                    "ms",
                    fluid * tpot,
                    tpot * oneStepMore,
                    Interval.ofMean(runs[1], CONFIDENCE),
                    0.02));
        }
        for (double rate : new double[] {0.2, 1, 5}) {
            checks.add(power(new Row("8B", 6.67e-3, 0.0895e-3, 396, rate, 0)));
        }
        return checks;
    }

    /**
     * E[P] = (1 - pi0) P_fix + pi0 P_idle + e lambda L with pi0 = (1 - rho)^(1 + alpha/beta). The energy of a token is
     * drawn by the step after the one that gives the first, so a request pays for L - 1 to L of them.
     */
    private static Check power(Row row) {
        double idle = StrictMath.pow(1 - row.rate() * row.tokens() * row.beta(), 1 + row.alpha() / row.beta());
        double without = (1 - idle) * FIXED_WATTS + idle * IDLE_WATTS;
        double[] watts = new double[REPLICATIONS];
        for (int replication = 0; replication < REPLICATIONS; replication++) {
            long[] arrivals = arrivals(row, 16_000, replication);
            ServedTrace served = new ServedTrace(model(row), 1, arrivals, lengths(row, arrivals.length));
            long from = arrivals[arrivals.length / 10];
            long to = arrivals[arrivals.length - 1];
            served.kernel.runUntil(from);
            served.power.settle(from);
            double before = served.power.meter(0).energyJoules();
            served.kernel.runUntil(to);
            served.power.settle(to);
            watts[replication] = (served.power.meter(0).energyJoules() - before) / ((to - from) * 1e-9);
        }
        return Check.meets(
                row.model() + " at " + row.rate() + " req/s: mean power",
                VERIFICATION,
                "(1 - pi0) P_fix + pi0 P_idle + e lambda L, for L - 1 to L tokens",
                "W",
                without + JOULES_PER_TOKEN * row.rate() * (row.tokens() - 1),
                without + JOULES_PER_TOKEN * row.rate() * row.tokens(),
                Interval.ofMean(watts, CONFIDENCE),
                0.02);
    }

    private static ModelProfile model(Row row) {
        return ServedTrace.decodeOnly(
                row.alpha() * 1e9, row.beta() * 1e9, LIMIT, FIXED_WATTS, JOULES_PER_TOKEN, IDLE_WATTS);
    }

    private static long[] arrivals(Row row, double seconds, long seed) {
        RandomStream random = RandomStream.named(seed, "arrivals." + row.model() + row.rate());
        long[] arrivals = new long[(int) (row.rate() * seconds)];
        double at = 0;
        for (int i = 0; i < arrivals.length; i++) {
            at += random.nextExponential() / row.rate();
            arrivals[i] = Math.round(at * 1e9);
        }
        return arrivals;
    }

    private static int[] lengths(Row row, int requests) {
        int[] lengths = new int[requests];
        Arrays.fill(lengths, row.tokens());
        return lengths;
    }

    /** Mean number in the system with death rate min(n, B) / (L (alpha + beta min(n, B))). */
    private static double birthDeath(Row row) {
        double probability = 1;
        double total = 1;
        double weighted = 0;
        for (int n = 1; n < 100_000; n++) {
            int b = Math.min(n, LIMIT);
            probability *= row.rate() * row.tokens() * (row.alpha() + row.beta() * b) / b;
            total += probability;
            weighted += n * probability;
        }
        return weighted / total;
    }

    /** Mean number in the system, and time per output token counted from the arrival, in ms; one of each a replication. */
    private static double[][] runs(Row row) {
        double[] batches = new double[REPLICATIONS];
        double[] tpots = new double[REPLICATIONS];
        for (int replication = 0; replication < REPLICATIONS; replication++) {
            long[] arrivals = arrivals(row, 4000, replication);
            int requests = arrivals.length;
            ServedTrace served = new ServedTrace(model(row), 1, arrivals, lengths(row, requests));
            int warmup = requests / 10;
            served.kernel.runUntil(arrivals[warmup]);
            Presence presence = new Presence(served, arrivals[warmup]);
            served.kernel.checkAfterEvents(presence::settle);
            served.kernel.runUntil(arrivals[requests - 1]);
            batches[replication] = presence.area / (arrivals[requests - 1] - arrivals[warmup]);
            served.playToTheEnd();
            double sojourn = 0;
            for (int request = warmup; request < requests; request++) {
                sojourn += served.service.log().e2eNanos(request) * 1e-6;
            }
            tpots[replication] = sojourn / (requests - warmup) / row.tokens();
        }
        return new double[][] {batches, tpots};
    }

    /** Integrates the number of requests in the system. */
    private static final class Presence {

        private final ServedTrace served;
        private long lastNanos;
        private double present;
        private double area;

        Presence(ServedTrace served, long fromNanos) {
            this.served = served;
            lastNanos = fromNanos;
            present = served.service.running() + served.service.waiting();
        }

        void settle() {
            long now = served.kernel.nowNanos();
            area += present * (now - lastNanos);
            lastNanos = now;
            present = served.service.running() + served.service.waiting();
        }
    }
}
