package dev.capstan.cli;

import dev.capstan.bridge.prometheus.PrometheusClient;
import dev.capstan.bridge.record.Pacing;
import dev.capstan.bridge.record.Recording;
import dev.capstan.bridge.record.RecordingPlan;
import dev.capstan.bridge.record.RecordingReport;
import dev.capstan.bridge.record.TraceRecorder;
import dev.capstan.trace.Quantity;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "record",
        description = {
            "Records power, requests and tokens from a Prometheus into trace files.",
            "Goes on after a broken connection; the same command with the same --from and --to goes on after a broken"
                    + " recording. What is missing is named on standard error.",
        },
        mixinStandardHelpOptions = true)
final class TracesRecordCommand implements Callable<Integer> {

    private static final Duration PAUSE = Duration.ofSeconds(5);
    private static final Duration LIVE_PIECE = Duration.ofMinutes(1);

    private final Console console;

    @Parameters(paramLabel = "URL", description = "Of the Prometheus, such as http://localhost:9090.")
    private URI address;

    @Option(names = "--out", required = true, paramLabel = "DIR", description = "Folder for the trace files.")
    @SuppressWarnings("NullAway.Init") // Required, so picocli sets it.
    private Path out;

    @Option(names = "--dcgm-nodes", paramLabel = "REGEX", description = "Power of all GPUs of these nodes by DCGM.")
    private @Nullable String dcgmNodes;

    @Option(
            names = "--kepler-nodes",
            paramLabel = "REGEX",
            description = "Power of these nodes by Kepler 0.10 or later.")
    private @Nullable String keplerNodes;

    @Option(
            names = "--vllm",
            paramLabel = "SELECTOR",
            description = "Request and token rates of the engines that these label matchers choose, such as"
                    + " model_name=\"llama\".")
    private @Nullable String vllm;

    @Option(names = "--power", paramLabel = "NAME=PROMQL", description = "Power in watts by an own query. Repeatable.")
    private List<String> power = List.of();

    @Option(
            names = "--from",
            paramLabel = "INSTANT",
            description = "Start, such as 2026-01-31T12:00:00Z. Default: now.")
    private @Nullable String from;

    @Option(names = "--to", paramLabel = "INSTANT", description = "End; may lie ahead.")
    private @Nullable String to;

    @Option(names = "--for", paramLabel = "TIME", description = "Length, such as 1h, in place of --to.")
    private @Nullable String length;

    @Option(names = "--step", paramLabel = "TIME", description = "Between values. Default: 5s.")
    private String step = "5s";

    @Option(names = "--rate-window", paramLabel = "TIME", description = "Of rates, in PromQL's form. Default: 1m.")
    private String rateWindow = "1m";

    @Mixin
    @SuppressWarnings("NullAway.Init") // Picocli sets it.
    private PrometheusLogin login;

    TracesRecordCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws IOException {
        Clock clock = Clock.systemUTC();
        PrometheusClient prometheus = login.client(address);
        RecordingPlan plan;
        try {
            plan = plan(clock.instant().truncatedTo(ChronoUnit.SECONDS));
        } catch (IllegalArgumentException | DateTimeException e) {
            throw new InvalidArgument(String.valueOf(e.getMessage()));
        }
        console.err().println("recording " + plan.start() + " to " + plan.end());
        RecordingReport report = new TraceRecorder(prometheus, Pacing.of(clock), PAUSE, LIVE_PIECE).record(plan, out);
        report.remarks().forEach(remark -> console.err().println("capstan: " + remark));
        report.missing().forEach(missing -> console.err().println("capstan: missing " + missing));
        report.files().forEach(console.out()::println);
        return ExitCodes.DONE;
    }

    private RecordingPlan plan(Instant now) {
        List<Recording> recordings = new ArrayList<>();
        if (dcgmNodes != null) {
            recordings.add(Recording.dcgmNodes("power-dcgm", dcgmNodes));
        }
        if (keplerNodes != null) {
            recordings.add(Recording.keplerNodes("power-kepler", keplerNodes));
        }
        for (String query : power) {
            int equals = query.indexOf('=');
            if (equals < 1) {
                throw new IllegalArgumentException("--power must be NAME=PROMQL, was '" + query + "'");
            }
            recordings.add(
                    Recording.of(query.substring(0, equals), Recording.Quantity.POWER, query.substring(equals + 1)));
        }
        if (vllm != null) {
            recordings.add(Recording.vllmRequests("requests", vllm, rateWindow));
            recordings.add(Recording.vllmPromptTokens("prompt-tokens", vllm, rateWindow));
            recordings.add(Recording.vllmGeneratedTokens("generated-tokens", vllm, rateWindow));
        }
        if (recordings.isEmpty()) {
            throw new IllegalArgumentException(
                    "nothing to record: give --dcgm-nodes, --kepler-nodes, --vllm or --power NAME=PROMQL");
        }
        if ((to == null) == (length == null)) {
            throw new IllegalArgumentException("the span needs either --to or --for");
        }
        Instant start = from == null ? now : Instant.parse(from);
        Instant end =
                to != null ? Instant.parse(to) : start.plusNanos(Quantity.durationNanos(length == null ? "" : length));
        return new RecordingPlan(recordings, start, end, Duration.ofNanos(Quantity.durationNanos(step)));
    }
}
