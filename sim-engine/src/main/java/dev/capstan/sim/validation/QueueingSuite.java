package dev.capstan.sim.validation;

import static dev.capstan.sim.validation.Check.Layer.VERIFICATION;

import dev.capstan.sim.results.Interval;
import dev.capstan.sim.serving.RequestLog;
import dev.capstan.trace.RandomStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.ToDoubleFunction;

/**
 * The request service as a queue with c servers of rate 1: one sequence for each replica, so that a request of k output
 * tokens occupies it for k steps of 1 us. And as processor sharing: steps whose time is proportional to the batch.
 *
 * <p>Each figure is the mean of 20 independent replications, each without its first tenth.
 */
final class QueueingSuite implements Suite {

    private static final int REPLICATIONS = 20;
    private static final double STEP_SECONDS = 1e-6;

    private static final int FIGURES = 53;

    /** Of each figure's interval: all of them cover the truth in 95 of 100 cases (Bonferroni). */
    private static final double CONFIDENCE = 1 - 0.05 / FIGURES;

    /** A law of service times of mean 1 s. */
    private enum Law {
        EXPONENTIAL("M", 2),
        CONSTANT("D", 1),
        /** A fifth of the requests take 3 s, the others 0.5 s: E[S^2] = 0.2 * 9 + 0.8 * 0.25 = 2. */
        TWO_POINT("G", 2);

        final String kendall;
        final double secondMoment;

        Law(String kendall, double secondMoment) {
            this.kendall = kendall;
            this.secondMoment = secondMoment;
        }

        double seconds(RandomStream random) {
            return switch (this) {
                case EXPONENTIAL -> random.nextExponential();
                case CONSTANT -> 1;
                case TWO_POINT -> random.nextDouble() < 0.2 ? 3 : 0.5;
            };
        }
    }

    /** A load, and how narrow the interval must be of the mean sojourn, and of the wait where service is constant. */
    private record SingleServer(double rho, int requests, double narrow, double narrowConstant) {}

    private static final List<SingleServer> SINGLE = List.of(
            new SingleServer(0.3, 100_000, 0.01, 0.01),
            new SingleServer(0.6, 200_000, 0.015, 0.01),
            new SingleServer(0.8, 300_000, 0.02, 0.02),
            new SingleServer(0.9, 400_000, 0.045, 0.045));

    /** Of 32 servers at 0.6 or less next to nobody waits. */
    private record ManyServers(int servers, double rho, int requests, double narrowShare, double narrowWait) {}

    private static final List<ManyServers> MANY = List.of(
            new ManyServers(8, 0.3, 200_000, 0.25, 0.4),
            new ManyServers(8, 0.6, 300_000, 0.03, 0.04),
            new ManyServers(8, 0.8, 300_000, 0.02, 0.035),
            new ManyServers(8, 0.9, 400_000, 0.02, 0.06),
            new ManyServers(16, 0.3, 200_000, 1, 1),
            new ManyServers(16, 0.6, 300_000, 0.07, 0.08),
            new ManyServers(16, 0.8, 300_000, 0.025, 0.045),
            new ManyServers(16, 0.9, 400_000, 0.025, 0.06),
            new ManyServers(32, 0.8, 300_000, 0.03, 0.05),
            new ManyServers(32, 0.9, 400_000, 0.04, 0.1));

    /** Means of one replication. */
    private record Waiting(double queueingSeconds, double sojournSeconds, double share, double p99SojournSeconds) {}

    @Override
    public String name() {
        return "queueing";
    }

    @Override
    public String about() {
        return "Waiting in queues of one and of many servers, and processor sharing, against their closed forms. Every"
                + " interval is wide enough for all of them to hold together in 95 of 100 cases.";
    }

    @Override
    public List<Check> run(Optional<Path> traces) {
        List<Check> checks = new ArrayList<>();
        for (SingleServer queue : SINGLE) {
            for (Law law : Law.values()) {
                singleServer(queue, law, checks);
            }
        }
        for (ManyServers queue : MANY) {
            manyServers(queue, checks);
        }
        for (Law law : Law.values()) {
            processorSharing(law, 0.3, 0.01, checks);
            processorSharing(law, 0.6, 0.02, checks);
            processorSharing(law, 0.8, 0.05, checks);
        }
        if (checks.size() != FIGURES) {
            throw new IllegalStateException(checks.size() + " figures share intervals that are made for " + FIGURES);
        }
        return checks;
    }

    private static void singleServer(SingleServer queue, Law law, List<Check> checks) {
        double rho = queue.rho();
        double narrow = queue.narrow();
        Waiting[] runs = replications(law, 1, rho, queue.requests());
        String at = "M/" + law.kendall + "/1 at " + rho + ": ";
        checks.add(covers(
                at + "mean wait",
                "lambda E[S^2] / (2 (1 - rho))",
                "s",
                rho * law.secondMoment / (2 * (1 - rho)),
                runs,
                Waiting::queueingSeconds,
                law == Law.CONSTANT ? queue.narrowConstant() : 1.6 * narrow));
        if (law != Law.EXPONENTIAL) {
            return;
        }
        checks.add(covers(at + "share that waits", "rho", "", rho, runs, Waiting::share, narrow));
        checks.add(covers(
                at + "mean sojourn", "1 / (mu - lambda)", "s", 1 / (1 - rho), runs, Waiting::sojournSeconds, narrow));
        checks.add(covers(
                at + "p99 sojourn",
                "ln 100 / (mu - lambda)",
                "s",
                StrictMath.log(100) / (1 - rho),
                runs,
                Waiting::p99SojournSeconds,
                2 * narrow));
    }

    private static void manyServers(ManyServers queue, List<Check> checks) {
        int servers = queue.servers();
        double rho = queue.rho();
        Waiting[] runs = replications(Law.EXPONENTIAL, servers, rho, queue.requests());
        double share = erlangC(servers, rho);
        String at = "M/M/" + servers + " at " + rho + ": ";
        checks.add(covers(at + "share that waits", "Erlang C", "", share, runs, Waiting::share, queue.narrowShare()));
        checks.add(covers(
                at + "mean wait",
                "Erlang C / (c mu - lambda)",
                "s",
                share / (servers * (1 - rho)),
                runs,
                Waiting::queueingSeconds,
                queue.narrowWait()));
    }

    /** A batch of b takes steps of b units: each request has 1/b of the server. A thousand steps stand for 1 s alone. */
    private static void processorSharing(Law law, double rho, double narrow, List<Check> checks) {
        int steps = 1000;
        int requests = 30_000;
        double[] slowdowns = new double[REPLICATIONS];
        for (int replication = 0; replication < REPLICATIONS; replication++) {
            long[] arrivals = new long[requests];
            int[] lengths = new int[requests];
            draw(law, rho, replication, steps, arrivals, lengths);
            ServedTrace served = new ServedTrace(ServedTrace.decodeOnly(1, 1e9 / steps, 10_000), 1, arrivals, lengths);
            served.playToTheEnd();
            double sojourn = 0;
            double alone = 0;
            for (int request = requests / 10; request < requests; request++) {
                sojourn += served.service.log().e2eNanos(request) * 1e-9;
                alone += (double) lengths[request] / steps;
            }
            slowdowns[replication] = sojourn / alone;
        }
        // A request joins at the end of a step: that is the granularity of the comparison.
        Interval interval = Interval.ofMean(slowdowns, CONFIDENCE);
        double closed = 1 / (1 - rho);
        checks.add(Check.meets(
                "M/" + law.kendall + "/1 processor sharing at " + rho + ": slowdown",
                VERIFICATION,
                "E[T | x] = x / (1 - rho), to a step of 1/1000",
                "",
                closed * 0.998,
                closed * 1.002,
                interval,
                narrow));
    }

    private static Check covers(
            String name,
            String source,
            String unit,
            double closedForm,
            Waiting[] runs,
            ToDoubleFunction<Waiting> figure,
            double narrow) {
        double[] values = Arrays.stream(runs).mapToDouble(figure).toArray();
        return Check.covers(name, VERIFICATION, source, unit, closedForm, Interval.ofMean(values, CONFIDENCE), narrow);
    }

    private static Waiting[] replications(Law law, int servers, double rho, int requests) {
        Waiting[] runs = new Waiting[REPLICATIONS];
        for (int replication = 0; replication < REPLICATIONS; replication++) {
            runs[replication] = waiting(law, servers, rho, requests, replication);
        }
        return runs;
    }

    private static void draw(Law law, double rate, long seed, int stepsPerSecond, long[] arrivals, int[] lengths) {
        // Streams of its own for each case: with common ones all cases would be off together.
        String name = String.format(Locale.ROOT, "%s.%s.%d", law, rate, stepsPerSecond);
        RandomStream arrivalStream = RandomStream.named(seed, "arrivals." + name);
        RandomStream lengthStream = RandomStream.named(seed, "lengths." + name);
        double at = 0;
        for (int i = 0; i < arrivals.length; i++) {
            at += arrivalStream.nextExponential() / rate;
            arrivals[i] = Math.round(at * 1e9);
            lengths[i] = (int) Math.max(1, Math.round(law.seconds(lengthStream) * stepsPerSecond));
        }
    }

    private static Waiting waiting(Law law, int servers, double rho, int requests, long seed) {
        long[] arrivals = new long[requests];
        int[] lengths = new int[requests];
        draw(law, rho * servers, seed, (int) Math.round(1 / STEP_SECONDS), arrivals, lengths);
        ServedTrace served =
                new ServedTrace(ServedTrace.decodeOnly(STEP_SECONDS * 1e9, 0, 1), servers, arrivals, lengths);
        served.playToTheEnd();
        RequestLog log = served.service.log();
        int warmup = requests / 10;
        int scored = requests - warmup;
        double queueing = 0;
        double waited = 0;
        double sojourn = 0;
        double[] sojourns = new double[scored];
        for (int request = warmup; request < requests; request++) {
            // The first token comes one step after the request has found its server.
            double wait = log.ttftNanos(request) * 1e-9 - STEP_SECONDS;
            queueing += wait;
            waited += wait > STEP_SECONDS / 2 ? 1 : 0;
            sojourns[request - warmup] = log.e2eNanos(request) * 1e-9;
            sojourn += sojourns[request - warmup];
        }
        Arrays.sort(sojourns);
        return new Waiting(
                queueing / scored, sojourn / scored, waited / scored, sojourns[(int) Math.ceil(0.99 * scored) - 1]);
    }

    /** P(wait) by the recursion of Erlang B. */
    static double erlangC(int servers, double rho) {
        double load = servers * rho;
        double blocked = 1;
        for (int k = 1; k <= servers; k++) {
            blocked = load * blocked / (k + load * blocked);
        }
        return blocked / (1 - rho * (1 - blocked));
    }
}
