package dev.capstan.cli;

import dev.capstan.trace.ArrivalLaw;
import dev.capstan.trace.Bursts;
import dev.capstan.trace.Disturbance;
import dev.capstan.trace.PowerRecording;
import dev.capstan.trace.PowerSeries;
import dev.capstan.trace.PowerTrace;
import dev.capstan.trace.Quantity;
import dev.capstan.trace.RateProfile;
import dev.capstan.trace.RequestGenerator;
import dev.capstan.trace.RequestTrace;
import dev.capstan.trace.RequestTraceTransforms;
import dev.capstan.trace.RequestTraces;
import dev.capstan.trace.ServeGenClients;
import dev.capstan.trace.TokenLengths;
import dev.capstan.trace.TraceFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

@Command(
        name = "generate",
        description = {
            "Makes a trace: of requests from a rate profile and quantiles of token lengths, or by one of the commands"
                    + " below.",
            "One seed gives the same file on every machine; the file tells its recipe.",
        },
        customSynopsis = {
            "capstan traces generate PROFILE --lengths=FILE --out=FILE [OPTION...]",
            "capstan traces generate COMMAND ... --out=FILE [OPTION...]",
        },
        mixinStandardHelpOptions = true)
final class TracesGenerateCommand implements Callable<Integer> {

    private static final String TIME = "TIME";
    private static final String LENGTHS = "CSV of quantile,input_tokens,output_tokens.";

    private final Console console;

    @Spec
    private CommandSpec spec;

    @Parameters(
            arity = "0..1",
            paramLabel = "PROFILE",
            description = "CSV of offset_seconds,requests_per_second. Required without a command.")
    private @Nullable Path profile;

    @Option(names = "--lengths", paramLabel = "FILE", description = LENGTHS + " Required without a command.")
    private @Nullable Path lengths;

    @Option(
            names = "--out",
            required = true,
            paramLabel = "FILE",
            scope = ScopeType.INHERIT,
            description = "Where to write. The end of its name tells the form: CSV (.csv, .csv.gz) or, for requests,"
                    + " Parquet (.parquet).")
    @SuppressWarnings("NullAway.Init") // Required, so picocli sets it.
    private Path out;

    @Option(
            names = "--seed",
            paramLabel = "N",
            defaultValue = "1",
            scope = ScopeType.INHERIT,
            description = "Seed of all that is random. Default: ${DEFAULT-VALUE}.")
    private long seed;

    @Option(names = "--force", scope = ScopeType.INHERIT, description = "Replaces the file if it is there.")
    private boolean force;

    @Option(
            names = "--from",
            paramLabel = TIME,
            defaultValue = "0s",
            description = "Time in the profile to begin at, such as 9h. Default: ${DEFAULT-VALUE}.")
    private String from = "0s";

    @Option(
            names = "--duration",
            paramLabel = TIME,
            description = "How much of the profile to use, such as 90min. Default: the rest of it.")
    private @Nullable String duration;

    @Option(
            names = "--scale",
            paramLabel = "FACTOR",
            defaultValue = "1",
            description = "What every rate is multiplied by. Default: ${DEFAULT-VALUE}.")
    private double scale;

    @Mixin
    private ArrivalOptions arrivals = new ArrivalOptions();

    @Option(
            names = "--bursts",
            paramLabel = "EVERY,LASTING,FACTOR",
            description = "Bursts on top: mean quiet time, length, and what the rate is multiplied by, such as"
                    + " 10min,30s,3. Default: none.")
    private @Nullable String bursts;

    TracesGenerateCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws IOException {
        if (profile == null || lengths == null) {
            throw new ParameterException(
                    spec.commandLine(),
                    (profile == null ? "a PROFILE or a command" : "--lengths=FILE") + " is missing");
        }
        Path rates = profile;
        Path tokens = lengths;
        return requests(() -> {
            RateProfile read = RateProfile.read(rates);
            long fromNanos = Quantity.durationNanos(from);
            return new RequestGenerator(
                            read,
                            fromNanos,
                            durationNanos(duration, read.endNanos() - fromNanos),
                            scale,
                            TokenLengths.read(tokens),
                            arrivals.law(),
                            Optional.ofNullable(bursts).map(TracesGenerateCommand::bursts))
                    .generate(seed);
        });
    }

    @Command(
            name = "servegen",
            description = {
                "Makes requests from a client set of alibaba/ServeGen, client by client.",
                "Clients without token lengths borrow those of others, unless --lengths gives some.",
            },
            mixinStandardHelpOptions = true)
    int servegen(
            @Parameters(paramLabel = "FOLDER", description = "Of one service, such as language/m-large.") Path folder,
            @Option(
                            names = "--rate",
                            paramLabel = "RATE",
                            description =
                                    "Mean requests/s of the whole set to thin to, by leaving clients out. Default:"
                                            + " all clients.")
                    @Nullable Double rate,
            @Option(
                            names = "--from",
                            paramLabel = TIME,
                            defaultValue = "0s",
                            description = "Time in the set to begin at, such as 1d 9h. Default: ${DEFAULT-VALUE}.")
                    String begin,
            @Option(
                            names = "--duration",
                            paramLabel = TIME,
                            description = "How much of the set to use. Default: the rest.")
                    @Nullable String length,
            @Option(names = "--lengths", paramLabel = "FILE", description = LENGTHS) @Nullable Path tokens)
            throws IOException {
        return requests(() -> {
            ServeGenClients all = ServeGenClients.read(folder);
            ServeGenClients clients = rate == null ? all : all.thinTo(rate, seed);
            long fromNanos = Quantity.durationNanos(begin);
            return clients.generate(
                    fromNanos,
                    durationNanos(length, clients.endNanos() - fromNanos),
                    Optional.ofNullable(tokens).map(TokenLengths::read),
                    seed);
        });
    }

    @Command(
            name = "disturbance",
            description = {
                "Makes a test signal: power, or with --lengths requests at its rates.",
                "It goes from a base to a peak: step (and stays), ramp (in a straight line, and stays), burst (and back),"
                        + " square (and back, for ever).",
            },
            mixinStandardHelpOptions = true)
    int disturbance(
            @Parameters(paramLabel = "SHAPE", description = "step, ramp, burst or square.") Disturbance.Shape shape,
            @Option(
                            names = "--base",
                            required = true,
                            paramLabel = "VALUE",
                            description = "Value at rest: power such as 20 kW; with --lengths requests/s.")
                    String base,
            @Option(
                            names = "--peak",
                            required = true,
                            paramLabel = "VALUE",
                            description = "Value of the disturbance; may lie below the base.")
                    String peak,
            @Option(names = "--at", required = true, paramLabel = TIME, description = "When it begins.") String at,
            @Option(
                            names = "--lasting",
                            paramLabel = TIME,
                            description = "Length of the ramp, of the burst, of half a square wave. Not for a step.")
                    @Nullable String lasting,
            @Option(names = "--duration", required = true, paramLabel = TIME, description = "Of the whole signal.")
                    String length,
            @Option(
                            names = "--every",
                            paramLabel = TIME,
                            defaultValue = "1s",
                            description = "Interval of the samples or rates. Default: ${DEFAULT-VALUE}.")
                    String every,
            @Option(names = "--lengths", paramLabel = "FILE", description = LENGTHS + " Makes requests.") @Nullable Path tokens,
            @Mixin ArrivalOptions scatter)
            throws IOException {
        boolean stays = shape == Disturbance.Shape.STEP;
        if (stays == (lasting != null)) {
            throw new InvalidArgument(
                    stays
                            ? "--lasting is not for a step, which stays. Maybe a burst"
                            : "--lasting is missing: how long is the "
                                    + shape.name().toLowerCase(Locale.ROOT) + "? Maybe --lasting 30s");
        }
        return write(() -> {
            long durationNanos = Quantity.durationNanos(length);
            Disturbance signal = new Disturbance(
                    shape,
                    tokens == null ? Quantity.powerWatts(base) : requestsPerSecond("--base", base),
                    tokens == null ? Quantity.powerWatts(peak) : requestsPerSecond("--peak", peak),
                    Quantity.durationNanos(at),
                    durationNanos(lasting, durationNanos),
                    durationNanos);
            long cellNanos = Quantity.durationNanos(every);
            if (tokens == null) {
                if (!scatter.law().equals(ArrivalLaw.POISSON)) {
                    throw new InvalidArgument("--law, --cv and --grid are for requests. Maybe add --lengths");
                }
                return power(signal.power(cellNanos));
            }
            return new TraceFiles.Requests(new RequestGenerator(
                            signal.rates(cellNanos),
                            0,
                            durationNanos,
                            1,
                            TokenLengths.read(tokens),
                            scatter.law(),
                            Optional.empty())
                    .generate(seed));
        });
    }

    @Command(
            name = "scale",
            description = {
                "Multiplies the load of a request trace.",
                "Lays copies over each other, shifted by up to 30 s; a fraction is one more copy, thinned at random.",
            },
            mixinStandardHelpOptions = true)
    int scale(
            @Parameters(paramLabel = "TRACE", description = "Of requests.") Path trace,
            @Option(names = "--by", required = true, paramLabel = "FACTOR", description = "Above 0; below 1 it thins.")
                    double factor)
            throws IOException {
        return requests(() -> RequestTraceTransforms.scale(RequestTraces.read(trace), factor, seed));
    }

    @Command(
            name = "window",
            description = "Cuts a span out of a request trace and lets it begin at 0.",
            mixinStandardHelpOptions = true)
    int window(
            @Parameters(paramLabel = "TRACE", description = "Of requests.") Path trace,
            @Option(names = "--from", required = true, paramLabel = TIME, description = "Where the span begins.")
                    String begin,
            @Option(names = "--duration", required = true, paramLabel = TIME, description = "Length of the span.")
                    String length)
            throws IOException {
        return requests(() -> RequestTraceTransforms.window(
                RequestTraces.read(trace), Quantity.durationNanos(begin), Quantity.durationNanos(length)));
    }

    @Command(
            name = "spread",
            description = "Moves requests that stand exactly on a grid to random times in their cell of it.",
            mixinStandardHelpOptions = true)
    int spread(
            @Parameters(paramLabel = "TRACE", description = "Of requests.") Path trace,
            @Option(names = "--grid", required = true, paramLabel = TIME, description = "Such as 3s.") String grid)
            throws IOException {
        return requests(
                () -> RequestTraceTransforms.spread(RequestTraces.read(trace), Quantity.durationNanos(grid), seed));
    }

    @Command(
            name = "clump",
            description = "Notes each request at the last point of a grid at or before it.",
            mixinStandardHelpOptions = true)
    int clump(
            @Parameters(paramLabel = "TRACE", description = "Of requests.") Path trace,
            @Option(names = "--grid", required = true, paramLabel = TIME, description = "Such as 3s.") String grid)
            throws IOException {
        return requests(() -> RequestTraceTransforms.clump(RequestTraces.read(trace), Quantity.durationNanos(grid)));
    }

    @Command(
            name = "merge",
            description =
                    "Lays request traces over each other, beginning on beginning, each labelled with its service.",
            mixinStandardHelpOptions = true)
    int merge(
            @Parameters(
                            arity = "1..*",
                            paramLabel = "SERVICE=TRACE",
                            description = "Such as chat=chat.csv code=code.csv.")
                    List<String> parts)
            throws IOException {
        return requests(() -> {
            List<RequestTraceTransforms.Service> services = new ArrayList<>();
            for (String part : parts) {
                int equals = part.indexOf('=');
                if (equals < 1) {
                    throw new InvalidArgument("merge takes SERVICE=TRACE, was '" + part + "'. Maybe chat=" + part);
                }
                services.add(new RequestTraceTransforms.Service(
                        part.substring(0, equals), RequestTraces.read(Path.of(part.substring(equals + 1)))));
            }
            return RequestTraceTransforms.merge(services);
        });
    }

    private int requests(Supplier<RequestTrace> maker) throws IOException {
        return write(() -> new TraceFiles.Requests(maker.get()));
    }

    /** Makes the trace and writes it; what may be wrong with the file is told before the work. */
    private int write(Supplier<TraceFiles.Content> maker) throws IOException {
        refuseOptionsAheadOfACommand();
        TraceFiles.Target target = TraceTarget.of(out, null, force);
        TraceFiles.Content content;
        try {
            content = maker.get();
        } catch (IllegalArgumentException e) {
            throw new InvalidArgument(e);
        }
        String recipe;
        String made;
        if (content instanceof TraceFiles.Requests requests) {
            if (requests.trace().size() == 0) {
                throw new InvalidArgument("the recipe gave no requests. Maybe a longer span or more of them a second");
            }
            recipe = requests.trace().origin().path();
            made = requests.trace().size() + " requests";
        } else {
            PowerRecording recording = ((TraceFiles.Power) content).recording();
            recipe = recording.origin().path();
            made = recording.series().get(0).power().size() + " samples";
        }
        TraceFiles.write(content, recipe, target, out);
        console.out().println(out);
        console.err().println("capstan: " + made + "; " + recipe);
        return ExitCodes.DONE;
    }

    /** They would be taken for those of the command, and do nothing. */
    private void refuseOptionsAheadOfACommand() {
        ParseResult given = spec.commandLine().getParseResult();
        if (!given.hasSubcommand()) {
            return;
        }
        Stream.concat(
                        given.matchedPositionals().stream().map(PositionalParamSpec::paramLabel),
                        given.matchedOptions().stream()
                                .filter(option -> option.scopeType() != ScopeType.INHERIT)
                                .map(OptionSpec::longestName))
                .findFirst()
                .ifPresent(name -> {
                    String command = given.subcommand().commandSpec().name();
                    throw new InvalidArgument(name + " stands ahead of the command " + command
                            + ". Maybe put it behind, if it is one of its options");
                });
    }

    private static TraceFiles.Content power(PowerTrace trace) {
        PowerSeries series = new PowerSeries("power", Map.of(), trace, List.of());
        return new TraceFiles.Power(new PowerRecording(List.of(series), trace.start(), trace.origin()));
    }

    private static long durationNanos(@Nullable String text, long otherwiseNanos) {
        return text == null ? otherwiseNanos : Quantity.durationNanos(text);
    }

    private static double requestsPerSecond(String option, String text) {
        try {
            return Double.parseDouble(text);
        } catch (NumberFormatException e) {
            throw new InvalidArgument(
                    option + " takes requests/s where --lengths is given, was '" + text + "'. Maybe 5");
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
