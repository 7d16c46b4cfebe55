package dev.capstan.sim.run;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.capstan.sim.experiment.Experiment;
import dev.capstan.sim.experiment.Workload;
import dev.capstan.sim.experiment.Workload.Gaps;
import dev.capstan.sim.experiment.Workload.GeneratedRequests;
import dev.capstan.sim.experiment.Workload.PowerDemand;
import dev.capstan.sim.experiment.Workload.PowerFile;
import dev.capstan.sim.experiment.Workload.RateFile;
import dev.capstan.sim.experiment.Workload.RequestFile;
import dev.capstan.sim.experiment.Workload.ServeGenRequests;
import dev.capstan.sim.experiment.Workload.Signal;
import dev.capstan.trace.CarbonFormat;
import dev.capstan.trace.CarbonTrace;
import dev.capstan.trace.CarbonTraces;
import dev.capstan.trace.Disturbance;
import dev.capstan.trace.PowerFormat;
import dev.capstan.trace.PowerRecording;
import dev.capstan.trace.PowerRecordings;
import dev.capstan.trace.PowerSeries;
import dev.capstan.trace.PriceTrace;
import dev.capstan.trace.PriceTraces;
import dev.capstan.trace.Quantity;
import dev.capstan.trace.RateProfile;
import dev.capstan.trace.RequestFormat;
import dev.capstan.trace.RequestGenerator;
import dev.capstan.trace.RequestReading;
import dev.capstan.trace.RequestTrace;
import dev.capstan.trace.RequestTraceTransforms;
import dev.capstan.trace.RequestTraces;
import dev.capstan.trace.ServeGenClients;
import dev.capstan.trace.TokenLengths;
import dev.capstan.trace.TraceException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Reads and generates the traces of a sweep, each once as long as memory lasts: its runs share them. Safe for use by several threads.
 *
 * <p>The seed of a load that is generated, scaled, spread or thinned is made from the seed of the replication and the name
 * of the service or of its route, so that all points of a sweep see the same requests (common random numbers).
 */
public final class TraceLibrary {

    private static final long SECOND_NANOS = 1_000_000_000L;

    /** The last arrival of a trace comes a little before its end. */
    private static final long SLACK_NANOS = 60 * SECOND_NANOS;

    /**
     * Of the memory there is; loads that do not fit are made anew where they are needed again. A run takes as much again as its load,
     * so that one which can be played at all fits.
     */
    private static final double SHARE_FOR_LOADS = 0.5;

    /** About what a load takes without its rows. */
    private static final int BYTES_PER_LOAD = 2048;

    /** An arrival time and two token counts. */
    private static final long BYTES_PER_ROW = 16;

    private record LoadKey(Workload workload, long seed, long durationNanos) {}

    private record RequestKey(Path file, Optional<RequestFormat> format, RequestReading reading) {}

    private record PowerKey(Path file, Optional<PowerFormat> format) {}

    private record CarbonKey(
            Path file, CarbonTrace.Signal signal, CarbonTrace.Scope scope, Optional<CarbonFormat> format) {}

    private final Map<RequestKey, RequestTrace> requestFiles = new ConcurrentHashMap<>();
    private final Map<Path, ServeGenClients> clients = new ConcurrentHashMap<>();
    private final Map<PowerKey, PowerRecording> recordings = new ConcurrentHashMap<>();
    private final Cache<LoadKey, Load> loads = Caffeine.newBuilder()
            .maximumWeight((long) (SHARE_FOR_LOADS * Runtime.getRuntime().maxMemory()))
            .weigher((LoadKey key, Load load) -> weight(load.size()))
            .executor(Runnable::run)
            .build();
    private final Map<CarbonKey, CarbonTrace> carbon = new ConcurrentHashMap<>();
    private final Map<Experiment.Price, PriceTrace> prices = new ConcurrentHashMap<>();

    /** About how many bytes a load takes, as far as weights can tell. */
    static int weight(int rows) {
        return (int) Math.min(Integer.MAX_VALUE, BYTES_PER_LOAD + BYTES_PER_ROW * rows);
    }

    /**
     * The load of a service in a replication.
     *
     * @throws TraceException if a file cannot be read, or does not hold what is asked of it
     * @throws IllegalArgumentException if load cannot be generated as asked
     */
    public Load load(Experiment experiment, Experiment.Service service, long seed) {
        long duration = experiment.durationNanos() == 0 ? 0 : experiment.warmupNanos() + experiment.durationNanos();
        String stream =
                experiment.routeOf(service.name()).map(Experiment.Route::name).orElse(service.name());
        long own = seed ^ stream.hashCode();
        return loads.get(new LoadKey(service.workload(), own, duration), this::make);
    }

    /**
     * The carbon and price traces of an experiment.
     *
     * @throws TraceException if a file cannot be read
     */
    public Grid grid(Experiment experiment) {
        return new Grid(
                experiment.carbon().map(source -> carbon(source, source.format())),
                experiment
                        .carbon()
                        .filter(source -> source.seen().forecast() == Experiment.Forecast.PUBLISHED)
                        .map(source -> carbon(source, Optional.of(new CarbonFormat.NesoForecast()))),
                experiment.price().map(source -> prices.computeIfAbsent(source, TraceLibrary::read)));
    }

    private CarbonTrace carbon(Experiment.Carbon source, Optional<CarbonFormat> format) {
        return carbon.computeIfAbsent(
                new CarbonKey(source.file(), source.signal(), source.scope(), format), TraceLibrary::read);
    }

    private static CarbonTrace read(CarbonKey source) {
        return source.format()
                .map(format -> CarbonTraces.read(source.file(), format))
                .orElseGet(() -> CarbonTraces.read(source.file(), source.signal(), source.scope()));
    }

    private static PriceTrace read(Experiment.Price source) {
        return source.columns()
                .map(columns -> PriceTraces.read(source.file(), columns))
                .orElseGet(() -> PriceTraces.read(source.file()));
    }

    private Load make(LoadKey key) {
        if (key.workload() instanceof RequestFile file) {
            return new Load.Requests(recorded(file, key));
        }
        if (key.workload() instanceof ServeGenRequests set) {
            ServeGenClients all = clients.computeIfAbsent(set.folder(), ServeGenClients::read);
            return new Load.Requests(set.requestsPerSecond()
                    .map(rate -> all.thinTo(rate, key.seed()))
                    .orElse(all)
                    .generate(
                            set.fromNanos(), key.durationNanos(), set.lengths().map(TokenLengths::read), key.seed()));
        }
        if (key.workload() instanceof GeneratedRequests generated) {
            return new Load.Requests(generated(generated, key));
        }
        PowerDemand demand = (PowerDemand) key.workload();
        if (demand.source() instanceof Signal signal) {
            Disturbance disturbance = signal.over(key.durationNanos());
            return new Load.Power(disturbance.power(signal.cellNanos()));
        }
        return measured((PowerFile) demand.source(), key.durationNanos());
    }

    private RequestTrace recorded(RequestFile file, LoadKey key) {
        RequestTrace whole = requestFiles.computeIfAbsent(
                new RequestKey(file.file(), file.format(), file.reading()),
                source -> RequestTraces.read(
                        source.file(),
                        source.format().orElseGet(() -> RequestTraces.detect(source.file())),
                        source.reading()));
        long span = whole.spanNanos();
        long asked = file.fromNanos() + key.durationNanos();
        if (file.fromNanos() > span || asked > span + SLACK_NANOS) {
            throw tooShort(file.file(), span, "workload.from, warmup and duration together ask for", asked);
        }
        RequestTrace trace = file.select().isEmpty() ? whole : RequestTraceTransforms.select(whole, file.select());
        if (file.spreadNanos() > 0) {
            trace = RequestTraceTransforms.spread(trace, file.spreadNanos(), key.seed());
        }
        if (file.fromNanos() > trace.spanNanos()) {
            throw new TraceException(
                    file.file(),
                    "has no request that is selected from " + Quantity.formatDuration(file.fromNanos())
                            + " on. Maybe begin earlier (workload.from), or select others (workload.select).");
        }
        long end = key.durationNanos() == 0 ? trace.spanNanos() + 1 : asked;
        if (file.fromNanos() > 0 || end <= trace.spanNanos()) {
            trace = RequestTraceTransforms.window(trace, file.fromNanos(), end - file.fromNanos());
        }
        return file.scale() == 1 ? trace : RequestTraceTransforms.scale(trace, file.scale(), key.seed());
    }

    private static RequestTrace generated(GeneratedRequests generated, LoadKey key) {
        RateProfile profile;
        long from = 0;
        if (generated.rates() instanceof RateFile file) {
            profile = RateProfile.read(file.file());
            from = file.fromNanos();
        } else {
            Signal signal = (Signal) generated.rates();
            profile = signal.over(key.durationNanos()).rates(signal.cellNanos());
        }
        RequestGenerator generator = new RequestGenerator(
                profile,
                from,
                key.durationNanos(),
                generated.scale(),
                TokenLengths.read(generated.lengths()),
                generated.law(),
                generated.bursts());
        return generator.generate(key.seed());
    }

    private Load measured(PowerFile file, long durationNanos) {
        PowerRecording recording = recordings.computeIfAbsent(
                new PowerKey(file.file(), file.format()),
                source -> source.format()
                        .map(format -> PowerRecordings.read(source.file(), format))
                        .orElseGet(() -> PowerRecordings.read(source.file())));
        List<String> names = recording.series().stream().map(PowerSeries::name).toList();
        if (names.size() > 1 && file.series().isEmpty() && !file.total()) {
            throw new TraceException(
                    file.file(),
                    "has " + names.size() + " series: " + some(names) + ". Maybe workload.series: total, or name those"
                            + " that are to be added up.");
        }
        List<String> chosen = file.series().isEmpty() ? names : file.series();
        PowerSeries power = chosen.size() == 1
                ? series(file, recording, chosen.get(0))
                : new PowerRecording(
                                chosen.stream()
                                        .map(name -> series(file, recording, name))
                                        .toList(),
                                recording.start(),
                                recording.origin())
                        .totalWithGaps();
        if (durationNanos > power.power().endNanos()) {
            throw tooShort(
                    file.file(), power.power().endNanos(), "warmup and duration together ask for", durationNanos);
        }
        List<PowerRecording.Gap> gaps = power.gaps().stream()
                .filter(gap -> durationNanos == 0 || gap.fromNanos() < durationNanos)
                .toList();
        if (!gaps.isEmpty() && file.gaps() == Gaps.REFUSE) {
            throw new TraceException(
                    file.file(),
                    power.name() + " has " + gaps.size() + (gaps.size() == 1 ? " gap" : " gaps, the first")
                            + " from " + Quantity.formatDuration(gaps.get(0).fromNanos()) + " to "
                            + Quantity.formatDuration(gaps.get(0).toNanos()) + " ("
                            + gaps.get(0).reason()
                            + "). Maybe choose other meters (workload.series), or hold the value before over gaps"
                            + " (workload.gaps: hold).");
        }
        return new Load.Power(power.power(), chosen, gaps);
    }

    private static PowerSeries series(PowerFile file, PowerRecording recording, String name) {
        return recording.series().stream()
                .filter(one -> one.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new TraceException(
                        file.file(),
                        "has no series '" + name + "' (workload.series). Maybe "
                                + some(recording.series().stream()
                                        .map(PowerSeries::name)
                                        .toList())
                                + "."));
    }

    private static String some(List<String> names) {
        return String.join(", ", names.subList(0, Math.min(names.size(), 16))) + (names.size() > 16 ? ", ..." : "");
    }

    private static TraceException tooShort(Path file, long spanNanos, String asking, long askedNanos) {
        return new TraceException(
                file,
                "lasts " + Quantity.formatDuration(spanNanos / SECOND_NANOS * SECOND_NANOS) + "; " + asking + " "
                        + Quantity.formatDuration(askedNanos)
                        + ". Maybe shorten duration, or leave it out to play the whole trace.");
    }
}
