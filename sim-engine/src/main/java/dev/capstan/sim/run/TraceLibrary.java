package dev.capstan.sim.run;

import dev.capstan.sim.experiment.Experiment;
import dev.capstan.sim.experiment.Experiment.GeneratedRequests;
import dev.capstan.sim.experiment.Experiment.PowerFile;
import dev.capstan.sim.experiment.Experiment.RequestFile;
import dev.capstan.sim.experiment.Experiment.Workload;
import dev.capstan.trace.ArrivalLaw;
import dev.capstan.trace.Bursts;
import dev.capstan.trace.CarbonTrace;
import dev.capstan.trace.CarbonTraces;
import dev.capstan.trace.PowerCsv;
import dev.capstan.trace.Quantity;
import dev.capstan.trace.RateProfile;
import dev.capstan.trace.RequestGenerator;
import dev.capstan.trace.RequestTrace;
import dev.capstan.trace.RequestTraceTransforms;
import dev.capstan.trace.RequestTraces;
import dev.capstan.trace.TokenLengths;
import dev.capstan.trace.TraceException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Reads and generates the traces of a sweep, each once: its runs share them. Safe for use by several threads.
 *
 * <p>The seed of a generated or scaled trace is made from the seed of the replication and the name of the service, so
 * that all points of a sweep see the same requests (common random numbers).
 */
public final class TraceLibrary {

    private static final long SECOND_NANOS = 1_000_000_000L;

    /** The last arrival of a trace comes a little before its end. */
    private static final long SLACK_NANOS = 60 * SECOND_NANOS;

    private record LoadKey(Workload workload, long seed, long durationNanos) {}

    private record CarbonKey(Path file, CarbonTrace.Scope scope) {}

    private final Map<Path, RequestTrace> requestFiles = new ConcurrentHashMap<>();
    private final Map<LoadKey, Load> loads = new ConcurrentHashMap<>();
    private final Map<CarbonKey, CarbonTrace> carbon = new ConcurrentHashMap<>();

    /**
     * The load of a service in a replication.
     *
     * @throws dev.capstan.trace.TraceException if a file cannot be read
     */
    public Load load(Experiment experiment, Experiment.Service service, long seed) {
        long duration = experiment.durationNanos() == 0 ? 0 : experiment.warmupNanos() + experiment.durationNanos();
        long own = seed ^ service.name().hashCode();
        return loads.computeIfAbsent(new LoadKey(service.workload(), own, duration), this::make);
    }

    /** The carbon trace of an experiment. */
    public Optional<CarbonTrace> carbon(Experiment experiment) {
        return experiment
                .carbon()
                .map(source -> carbon.computeIfAbsent(
                        new CarbonKey(source.file(), source.scope()),
                        key -> CarbonTraces.read(key.file(), key.scope())));
    }

    private Load make(LoadKey key) {
        Workload workload = key.workload();
        if (workload instanceof RequestFile file) {
            RequestTrace trace = requestFiles.computeIfAbsent(file.file(), RequestTraces::read);
            long end = key.durationNanos() == 0 ? trace.spanNanos() + 1 : file.fromNanos() + key.durationNanos();
            if (file.fromNanos() > trace.spanNanos() || end > trace.spanNanos() + SLACK_NANOS) {
                throw new TraceException(
                        file.file(),
                        "lasts " + Quantity.formatDuration(trace.spanNanos() / SECOND_NANOS * SECOND_NANOS)
                                + "; workload.from, warmup and duration together ask for "
                                + Quantity.formatDuration(end)
                                + ". Maybe shorten duration, or leave it out to play the whole trace.");
            }
            if (file.fromNanos() > 0 || end <= trace.spanNanos()) {
                trace = RequestTraceTransforms.window(trace, file.fromNanos(), end - file.fromNanos());
            }
            return new Load.Requests(
                    file.scale() == 1 ? trace : RequestTraceTransforms.scale(trace, file.scale(), key.seed()));
        }
        if (workload instanceof GeneratedRequests generated) {
            RequestGenerator generator = new RequestGenerator(
                    RateProfile.read(generated.rateProfile()),
                    generated.fromNanos(),
                    key.durationNanos(),
                    generated.scale(),
                    TokenLengths.read(generated.lengths()),
                    generated.arrivalCv() == 1 ? ArrivalLaw.POISSON : ArrivalLaw.gamma(generated.arrivalCv()),
                    generated.burstEveryNanos() == 0
                            ? Optional.empty()
                            : Optional.of(new Bursts(
                                    generated.burstEveryNanos(), generated.burstNanos(), generated.burstFactor())));
            return new Load.Requests(generator.generate(key.seed()));
        }
        PowerFile file = (PowerFile) workload;
        return new Load.Power(PowerCsv.read(
                file.file(),
                new PowerCsv.Columns(file.timeColumn(), file.timeUnit(), file.powerColumn(), file.powerUnit())));
    }
}
