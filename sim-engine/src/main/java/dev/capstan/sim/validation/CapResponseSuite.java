package dev.capstan.sim.validation;

import dev.capstan.sim.serving.Basis;
import dev.capstan.sim.serving.Gpu;
import dev.capstan.sim.serving.Hardware;
import dev.capstan.sim.serving.ModelProfile.Response;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.commons.csv.CSVRecord;

/** C5: clock, throughput and power under a limit. */
final class CapResponseSuite extends DataSuite {

    private static final String SWEEP = "MMBT-Messy-Model-Bench-Tests @ec660c1, RTX PRO 6000, dense 27B";
    private static final String MLPERF = "S-MLP mlcommons/inference_results_v4.1 @198fc46, 8x H200, Llama-2-70B";
    private static final int[] CAPS = {600, 550, 500, 450, 400, 350, 300};
    /** Idle power and highest clock of the workstation card: assumed, and the highest mean clock seen is 2779 MHz. */
    private static final double IDLE_WATTS = 100;

    private static final double MAX_CLOCK_MHZ = 2790;

    private static final Basis FITTED = new Basis(Basis.Status.FITTED, SWEEP, null, null, null, null);

    /** Means of one run of the sweep. */
    private record Run(int capWatts, double watts, double clockMhz, double tokensPerSecond) {}

    /** A response, the natural draw, and the throughput without a limit. */
    private record Fitted(Response response, double naturalWatts, double tokensPerSecond) {

        double clock(int capWatts) {
            return response.clock((capWatts - IDLE_WATTS) / (naturalWatts - IDLE_WATTS));
        }

        double tokensPerSecond(int capWatts) {
            return tokensPerSecond / Response.stretch(response.kappaDecodeTo(), clock(capWatts));
        }
    }

    CapResponseSuite() {
        super(
                "cap-response",
                "C5: clock, throughput and power under a limit. On one RTX PRO 6000 (600 W) the "
                        + "response is fitted on the caps of 600, 500, 400 and 300 W and must predict 550, 450 "
                        + "and 350 W within 5 % in the mean. The defaults must give within 5 % by how much a cap of "
                        + "500 W lowers the throughput of eight H200 in MLPerf Inference v4.1; their frequency "
                        + "elasticity at saturation, 0.9, was set with these ratios in view, so this is no blind "
                        + "prediction.",
                Map.of());
    }

    @Override
    List<Check> checks(Path data) throws IOException {
        List<Check> checks = new ArrayList<>();
        Path sweep = data.resolve("vllm-power-cap-sweep-rtxpro6000");
        if (Files.isDirectory(sweep)) {
            sweep(sweep.resolve("phase1-dense-27b-n32"), "32 streams", checks);
            sweep(sweep.resolve("phase1b-dense-27b-n1"), "1 stream", checks);
        } else {
            checks.add(skipped("clock, throughput and power, held-out caps", sweep));
        }
        Path mlperf = data.resolve("mlperf-v4.1-h200x8");
        if (Files.isDirectory(mlperf)) {
            for (String scenario : List.of("Server", "Offline")) {
                double measured = tokensPerSecond(
                                mlperf.resolve("maxq/llama2-70b-99").resolve(scenario))
                        / tokensPerSecond(mlperf.resolve("maxp/llama2-70b-99").resolve(scenario));
                checks.add(within(
                        "throughput at 500 W over that at 700 W, defaults, " + scenario,
                        MLPERF,
                        "",
                        measured,
                        ratio(2, 0.9),
                        0.05 * measured));
                double low = ratio(1.5, 1);
                double high = ratio(3, 0.4);
                checks.add(within(
                        "throughput at 500 W over that at 700 W, middle of the band and its half width, " + scenario,
                        MLPERF,
                        "",
                        measured,
                        (low + high) / 2,
                        (high - low) / 2));
            }
        } else {
            checks.add(skipped("throughput of 8x H200 at 500 W", mlperf));
        }
        return checks;
    }

    private void sweep(Path folder, String streams, List<Check> checks) throws IOException {
        List<Run> runs = new ArrayList<>();
        for (int cap : CAPS) {
            runs.add(run(folder, cap));
        }
        Fitted fitted = fit(Fit.half(runs, false));
        double clock = 0;
        double tokens = 0;
        double watts = 0;
        List<Run> held = Fit.half(runs, true);
        for (Run run : held) {
            clock += Math.abs(fitted.clock(run.capWatts()) * MAX_CLOCK_MHZ / run.clockMhz() - 1) / held.size();
            tokens += Math.abs(fitted.tokensPerSecond(run.capWatts()) / run.tokensPerSecond() - 1) / held.size();
            watts += Math.abs(Math.min(run.capWatts(), fitted.naturalWatts()) / run.watts() - 1) / held.size();
        }
        checks.add(error("mean error of clock, held-out caps, " + streams, SWEEP, clock, 0.05));
        checks.add(error("mean error of tokens/s, held-out caps, " + streams, SWEEP, tokens, 0.05));
        checks.add(error("mean error of watts, held-out caps, " + streams, SWEEP, watts, 0.05));
        checks.add(reported("kappa, " + streams, SWEEP, "", fitted.response().kappaDecodeTo()));
        checks.add(reported(
                "gamma above the knee, " + streams, SWEEP, "", fitted.response().gamma()));
        checks.add(reported(
                "gamma below the knee, " + streams, SWEEP, "", fitted.response().gammaBelowKnee()));
        checks.add(reported(
                "knee, share of the clock, " + streams,
                SWEEP,
                "",
                fitted.response().knee()));
    }

    /** The best of a grid: four figures on four points, so nothing finer is known. */
    private static Fitted fit(List<Run> runs) {
        Fitted best = null;
        double least = Double.POSITIVE_INFINITY;
        for (int natural = 510; natural <= 700; natural += 10) {
            for (int gamma = 6; gamma <= 24; gamma++) {
                for (int below = 6; below <= 15; below++) {
                    for (int knee = 10; knee <= 19; knee++) {
                        Fitted tried = new Fitted(response(0, gamma / 4.0, below / 10.0, knee / 20.0), natural, 0);
                        double error = 0;
                        for (Run run : runs) {
                            double off = tried.clock(run.capWatts()) * MAX_CLOCK_MHZ / run.clockMhz() - 1;
                            error += off * off;
                        }
                        if (error < least) {
                            least = error;
                            best = tried;
                        }
                    }
                }
            }
        }
        if (best == null) {
            throw new IllegalStateException("the grid is not empty");
        }
        return withKappa(best, runs);
    }

    private static Fitted withKappa(Fitted clocks, List<Run> runs) {
        Fitted best = clocks;
        double least = Double.POSITIVE_INFINITY;
        for (int hundredths = 0; hundredths <= 100; hundredths++) {
            double kappa = hundredths / 100.0;
            // Relative least squares for the throughput without a limit.
            double sum = 0;
            double squares = 0;
            for (Run run : runs) {
                double term = 1 / (Response.stretch(kappa, clocks.clock(run.capWatts())) * run.tokensPerSecond());
                sum += term;
                squares += term * term;
            }
            double tokensPerSecond = sum / squares;
            double error = runs.size() - sum * tokensPerSecond;
            if (error < least) {
                least = error;
                Response r = clocks.response();
                best = new Fitted(
                        response(kappa, r.gamma(), r.gammaBelowKnee(), r.knee()),
                        clocks.naturalWatts(),
                        tokensPerSecond);
            }
        }
        return best;
    }

    private static Response response(double kappa, double gamma, double gammaBelowKnee, double knee) {
        return new Response(kappa, kappa, kappa, gamma, gammaBelowKnee, knee, 0, FITTED);
    }

    private static Run run(Path folder, int cap) throws IOException {
        double watts = 0;
        double clock = 0;
        List<CSVRecord> samples = Csv.bare(folder.resolve("power_" + cap + "w.csv"));
        for (CSVRecord sample : samples) {
            watts += Csv.number(sample, 2) / samples.size();
            clock += Csv.number(sample, 4) / samples.size();
        }
        double first = Double.POSITIVE_INFINITY;
        double last = 0;
        double tokens = 0;
        for (CSVRecord request : Csv.bare(folder.resolve("load_" + cap + "w.csv"))) {
            first = Math.min(first, Csv.number(request, 1));
            last = Math.max(last, Csv.number(request, 2));
            tokens += Csv.number(request, 3);
        }
        return new Run(cap, watts, clock, tokens / (last - first));
    }

    private static double tokensPerSecond(Path run) throws IOException {
        String text = Files.readString(run.resolve("mlperf_log_summary.txt"));
        Matcher line = Pattern.compile("(?i)(?:completed )?tokens per second\\s*:\\s*([0-9.]+)")
                .matcher(text);
        if (!line.find()) {
            throw new IOException(run + ": the summary has no tokens per second");
        }
        return Double.parseDouble(line.group(1));
    }

    /**
     * At saturation every step, decode or prefill, draws the board limit without a cap and follows the clock with the kappa
     * of saturation: the batches of these runs hold thousands of sequences. A ratio of the response law alone.
     */
    private static double ratio(double gamma, double kappa) {
        Gpu board = Hardware.gpu("H200");
        double idle = board.contextIdleWatts();
        double clock = response(kappa, gamma, 1, 0.75).clock((500 - idle) / (board.boardWatts() - idle));
        return 1 / Response.stretch(kappa, clock);
    }
}
