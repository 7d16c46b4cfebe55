package dev.capstan.sim.validation;

import dev.capstan.sim.serving.ModelProfile;
import dev.capstan.sim.serving.ModelProfiles;
import dev.capstan.sim.validation.MeasuredBoard.Point;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import org.apache.commons.csv.CSVRecord;

/** C8: step time, power and clocks of an H200 and an H100 that we measured ourselves. */
final class MeasuredGpuSuite extends DataSuite {

    private static final String H200 = "traces-sample/h200-measured";
    private static final String H100 = "traces-sample/h100-measured";
    private static final String SMALL = "llama-3.1-8b";
    private static final String LARGE = "llama-3.1-70b-quarter";
    private static final double BOARD_WATTS = 700;
    private static final double BELOW_LIMIT_WATTS = 0.97 * BOARD_WATTS;
    private static final double MAX_MEGAHERTZ = 1980;
    /** Of the workload of S-MLE3. */
    private static final double CHAT_TOKENS = 440;

    MeasuredGpuSuite() {
        super(
                "h200",
                "C8: our own measurements of one H200 and one H100 (traces-sample/h200-measured and h100-measured):"
                        + " decoders of Llama-3.1 shape with random weights at steady loads, and a mixed load of requests."
                        + " The laws are fitted on every second point and must predict the others within 5 %; so must the"
                        + " profile llama-3.1-8b-h200 through what it says of a step.",
                Map.of(
                        "mean draw of the mixed load, requests replayed",
                        "at 602 prompts the host worked out, for 47 ms in the median, how to run a length that it had not"
                                + " seen before; the board was idle for 28 of 166 s, and the model knows of no such wait"));
    }

    @Override
    List<Check> checks(Path data) throws IOException {
        MeasuredBoard h200 = MeasuredBoard.of("h200-measured");
        MeasuredBoard h100 = MeasuredBoard.of("h100-measured");
        List<Check> checks = new ArrayList<>();
        heldOut(h200, SMALL, "8B on H200", H200, checks);
        heldOut(h200, LARGE, "20 layers of 70B on H200", H200, checks);
        heldOut(h100, SMALL, "8B on H100", H100, checks);
        checks.add(heldOutPrompts(h200, "8B on H200", H200));
        checks.add(heldOutPrompts(h100, "8B on H100", H100));
        ModelProfile profile = ModelProfiles.find("llama-3.1-8b-h200").orElseThrow();
        shipped(profile, Fit.half(h200.steady("decode", SMALL), true), checks);
        states(h200, "H200", H200, checks);
        states(h100, "H100", H100, checks);
        otherEngine(h100, checks);
        mixed(profile, h200, checks);
        return checks;
    }

    private static void heldOut(MeasuredBoard board, String model, String what, String source, List<Check> checks) {
        List<Point> decode = board.steady("decode", model);
        Fit time = Fit.of(
                Fit.half(decode, false).stream().map(point -> time(point)).toList());
        List<Fit.Point> others =
                Fit.half(decode, true).stream().map(point -> time(point)).toList();
        checks.add(error("mean error of step time, held-out half, " + what, source, time.meanError(others), 0.05));
        checks.add(reported(
                "worst error of step time, held-out half, " + what, source, "%", 100 * time.worstError(others)));
        double[] withContext = powerErrors(decode, time, true);
        checks.add(error("mean error of decode power, held-out half, " + what, source, withContext[0], 0.05));
        checks.add(reported("worst error of decode power, held-out half, " + what, source, "%", 100 * withContext[1]));
        checks.add(reported(
                "the same mean error without energy of reading context, " + what,
                source,
                "%",
                100 * powerErrors(decode, time, false)[0]));
    }

    private static Check heldOutPrompts(MeasuredBoard board, String what, String source) {
        List<Fit.Point> prompts = board.steady("prefill", SMALL).stream()
                .map(point -> new Fit.Point(
                        new double[] {1, point.contextTokens(), Math.pow(point.contextTokens(), 2)},
                        point.stepMillis()))
                .toList();
        return error(
                "mean error of prefill time, held-out half, " + what,
                source,
                Fit.of(Fit.half(prompts, false)).meanError(Fit.half(prompts, true)),
                0.05);
    }

    private static Fit.Point time(Point point) {
        return new Fit.Point(
                new double[] {1, point.batch(), (double) point.batch() * point.contextTokens()}, point.stepMillis());
    }

    /** Mean and worst error over the held-out half, from predicted step times; the law is fitted below the board's limit. */
    private static double[] powerErrors(List<Point> decode, Fit time, boolean context) {
        Fit power = Fit.of(Fit.half(decode, false).stream()
                .filter(point -> point.watts() < BELOW_LIMIT_WATTS)
                .map(point -> new Fit.Point(powerTerms(point, point.stepMillis(), context), point.watts()))
                .toList());
        double sum = 0;
        double worst = 0;
        List<Point> others = Fit.half(decode, true);
        for (Point point : others) {
            double watts = Math.min(
                    BOARD_WATTS, power.at(powerTerms(point, time.at(time(point).terms()), context)));
            double error = Math.abs(watts / point.watts() - 1);
            sum += error;
            worst = Math.max(worst, error);
        }
        return new double[] {sum / others.size(), worst};
    }

    private static double[] powerTerms(Point point, double stepMillis, boolean context) {
        double perSecond = point.batch() / stepMillis * 1e3;
        return context ? new double[] {1, perSecond, perSecond * point.contextTokens()} : new double[] {1, perSecond};
    }

    private static void shipped(ModelProfile profile, List<Point> others, List<Check> checks) {
        double time = 0;
        double power = 0;
        double fixed = Objects.requireNonNull(profile.power().fixedWatts());
        double perToken = Objects.requireNonNull(profile.power().joulesPerToken());
        double perContextToken = Objects.requireNonNull(profile.power().joulesPerContextToken());
        for (Point point : others) {
            double beyond =
                    point.batch() * (point.contextTokens() - profile.context().workloadTokens());
            double millis =
                    (profile.decodeStepNanos(point.batch()) + profile.context().perTokenNs() * beyond) * 1e-6;
            double joules = perToken * point.batch() + perContextToken * beyond;
            double watts = Math.min(BOARD_WATTS, fixed + joules / millis * 1e3);
            time += Math.abs(millis / point.stepMillis() - 1);
            power += Math.abs(watts / point.watts() - 1);
        }
        checks.add(
                error("mean error of step time, held-out half, llama-3.1-8b-h200", H200, time / others.size(), 0.05));
        checks.add(error(
                "mean error of decode power, held-out half, llama-3.1-8b-h200", H200, power / others.size(), 0.05));
    }

    private static void states(MeasuredBoard board, String name, String source, List<Check> checks) {
        checks.add(reported(
                "idle without a context, " + name,
                source,
                "W",
                board.phase("idle-no-context").watts()));
        checks.add(Check.between(
                "idle with a context, " + name + ", in the band of the profiles",
                Check.Layer.CALIBRATION,
                source,
                "W",
                110,
                146,
                board.phase("idle-context").watts()));
        checks.add(reported(
                "copying weights from page-locked memory, " + name,
                source,
                "W",
                board.phase("weight-load").watts()));
        List<Point> prompts = board.steady("prefill", SMALL);
        double limited = prompts.stream().mapToDouble(Point::watts).average().orElseThrow();
        double clock = prompts.stream().mapToDouble(Point::megahertz).average().orElseThrow();
        checks.add(Check.near(
                "draw of prompts at the board's own limit, " + name,
                Check.Layer.CALIBRATION,
                source,
                "W",
                BOARD_WATTS,
                limited,
                0.05));
        checks.add(reported(
                "clock of prompts at the board's own limit, " + name, source, "%", 100 * clock / MAX_MEGAHERTZ));
        checks.add(reported(
                "highest reading over the board's limit, " + name, source, "", board.highestWatts() / BOARD_WATTS));
    }

    /** Against vLLM on the same board and model: what the engine adds. */
    private static void otherEngine(MeasuredBoard board, List<Check> checks) throws IOException {
        List<Point> decode = board.steady("decode", SMALL);
        Fit time = Fit.of(decode.stream().map(point -> time(point)).toList());
        Fit power = Fit.of(decode.stream()
                .filter(point -> point.watts() < BELOW_LIMIT_WATTS)
                .map(point -> new Fit.Point(powerTerms(point, point.stepMillis(), true), point.watts()))
                .toList());
        double timeError = 0;
        double powerError = 0;
        int count = 0;
        for (CSVRecord row : Csv.resource("s-mle3-points.csv")) {
            double b = Csv.number(row, "sequences");
            if (row.get("series").equals("llama-3.1-8b-h100") && b <= 256) {
                timeError += Math.abs(time.at(1, b, b * CHAT_TOKENS) / Csv.number(row, "itl_ms") - 1);
                double rate = Csv.number(row, "tokens_per_second");
                double watts = Math.min(BOARD_WATTS, power.at(1, rate, rate * CHAT_TOKENS));
                powerError += Math.abs(watts / Csv.number(row, "watts") - 1);
                count++;
            }
        }
        String source = H100 + "; S-MLE3 ml-energy/leaderboard @0cd52da";
        checks.add(reported(
                "mean difference of step time to vLLM, 8 to 256 sequences, 8B on H100",
                source,
                "%",
                100 * timeError / count));
        checks.add(reported(
                "mean difference of decode power at vLLM's own rate, 8B on H100",
                source,
                "%",
                100 * powerError / count));
    }

    /** The requests of the mixed load through the plant, and what the board drew meanwhile. */
    private static void mixed(ModelProfile profile, MeasuredBoard board, List<Check> checks) throws IOException {
        Point span = board.phase("mixed");
        List<CSVRecord> requests = board.requests();
        long[] arrivals = requests.stream()
                .mapToLong(row -> Math.round((Csv.number(row, "arrival_seconds") - span.beginSeconds()) * 1e9))
                .toArray();
        ServedTrace served =
                new ServedTrace(profile, 1, arrivals, ints(requests, "input_tokens"), ints(requests, "output_tokens"));
        long end = Math.round((span.endSeconds() - span.beginSeconds()) * 1e9);
        served.kernel.runUntil(end);
        served.power.settle(end);
        double modelled = served.power.meter(0).energyJoules() / (end * 1e-9);
        checks.add(Check.near(
                "mean draw of the mixed load, requests replayed",
                Check.Layer.CALIBRATION,
                H200,
                "W",
                span.watts(),
                modelled,
                0.05));
    }

    private static int[] ints(List<CSVRecord> rows, String column) {
        return IntStream.range(0, rows.size())
                .map(i -> (int) Csv.number(rows.get(i), column))
                .toArray();
    }
}
