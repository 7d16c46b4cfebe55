package dev.capstan.cli;

import dev.capstan.trace.ArrivalLaw;
import dev.capstan.trace.Bursts;
import dev.capstan.trace.Quantity;
import dev.capstan.trace.RateProfile;
import dev.capstan.trace.RequestGenerator;
import dev.capstan.trace.RequestTrace;
import dev.capstan.trace.TokenLengths;
import dev.capstan.trace.TraceFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "generate",
        description = {
            "Makes a request trace from a rate profile and quantiles of token lengths.",
            "One seed gives the same file on every machine; the file tells its recipe.",
        },
        mixinStandardHelpOptions = true)
final class TracesGenerateCommand implements Callable<Integer> {

    private final Console console;

    @Parameters(paramLabel = "PROFILE", description = "CSV of offset_seconds,requests_per_second.")
    private Path profile;

    @Option(
            names = "--lengths",
            required = true,
            paramLabel = "FILE",
            description = "CSV of quantile,input_tokens,output_tokens.")
    @SuppressWarnings("NullAway.Init") // Required, so picocli sets it.
    private Path lengths;

    @Option(names = "--out", required = true, paramLabel = "FILE", description = "Where to write: .csv or .csv.gz.")
    @SuppressWarnings("NullAway.Init") // Required, so picocli sets it.
    private Path out;

    @Option(
            names = "--from",
            paramLabel = "TIME",
            defaultValue = "0s",
            description = "Time in the profile to begin at, such as 9h. Default: ${DEFAULT-VALUE}.")
    private String from = "0s";

    @Option(
            names = "--duration",
            paramLabel = "TIME",
            description = "How much of the profile to use, such as 90min. Default: the rest of it.")
    private @Nullable String duration;

    @Option(
            names = "--scale",
            paramLabel = "FACTOR",
            defaultValue = "1",
            description = "What every rate is multiplied by. Default: ${DEFAULT-VALUE}.")
    private double scale;

    @Option(
            names = "--cv",
            paramLabel = "CV",
            defaultValue = "1",
            description = "Coefficient of variation of the times between requests, from 0.001 to 500: 1 is a Poisson"
                    + " process, more is burstier. Default: ${DEFAULT-VALUE}.")
    private double cv;

    @Option(
            names = "--bursts",
            paramLabel = "EVERY,LASTING,FACTOR",
            description = "Bursts on top: mean quiet time, length, and what the rate is multiplied by, such as"
                    + " 10min,30s,3. Default: none.")
    private @Nullable String bursts;

    @Option(
            names = "--seed",
            paramLabel = "N",
            defaultValue = "1",
            description = "Seed of all that is random. Default: ${DEFAULT-VALUE}.")
    private long seed;

    @Option(names = "--force", description = "Replaces the file if it is there.")
    private boolean force;

    TracesGenerateCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws IOException {
        TraceFiles.Target target = TraceTarget.of(out, null, force);
        RequestTrace trace = generator().generate(seed);
        if (trace.size() == 0) {
            throw new InvalidArgument("the recipe gave no requests. Maybe a longer --duration or a larger --scale");
        }
        TraceFiles.write(new TraceFiles.Requests(trace), trace.origin().path(), target, out);
        console.out().println(out);
        console.err()
                .println("capstan: " + trace.size() + " requests; "
                        + trace.origin().path());
        return ExitCodes.DONE;
    }

    private RequestGenerator generator() {
        RateProfile rates = RateProfile.read(profile);
        TokenLengths tokens = TokenLengths.read(lengths);
        try {
            long fromNanos = Quantity.durationNanos(from);
            long durationNanos = duration == null ? rates.endNanos() - fromNanos : Quantity.durationNanos(duration);
            return new RequestGenerator(
                    rates,
                    fromNanos,
                    durationNanos,
                    scale,
                    tokens,
                    ArrivalLaw.gamma(cv),
                    Optional.ofNullable(bursts).map(TracesGenerateCommand::bursts));
        } catch (IllegalArgumentException e) {
            throw new InvalidArgument(e);
        }
    }

    private static Bursts bursts(String text) {
        String[] parts = text.split(",", -1);
        if (parts.length != 3) {
            throw new InvalidArgument(
                    "--bursts takes mean quiet time, length and factor, was '" + text + "'. Maybe 10min,30s,3");
        }
        return new Bursts(Quantity.durationNanos(parts[0]), Quantity.durationNanos(parts[1]), Quantity.ratio(parts[2]));
    }
}
