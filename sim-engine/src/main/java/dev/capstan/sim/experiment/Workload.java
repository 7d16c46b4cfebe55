package dev.capstan.sim.experiment;

import dev.capstan.trace.ArrivalLaw;
import dev.capstan.trace.Bursts;
import dev.capstan.trace.Disturbance;
import dev.capstan.trace.PowerFormat;
import dev.capstan.trace.RequestFormat;
import dev.capstan.trace.RequestLabel;
import dev.capstan.trace.RequestReading;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Where the load of a service comes from. */
public sealed interface Workload {

    /**
     * A recorded request trace; {@code scale} superposes or thins it.
     *
     * @param format empty where the content tells it
     * @param reading columns of a generic format, and what may be repaired
     * @param select only requests that carry one of the texts, for each label named; empty for all
     * @param spreadNanos grid off which requests are spread; 0 for none
     * @param fromNanos where in the trace to begin
     */
    record RequestFile(
            Path file,
            Optional<RequestFormat> format,
            RequestReading reading,
            Map<RequestLabel, List<String>> select,
            long spreadNanos,
            long fromNanos,
            double scale)
            implements Workload {}

    /** Requests generated from facts: rates, token lengths, an arrival law. */
    record GeneratedRequests(Rates rates, Path lengths, double scale, ArrivalLaw law, Optional<Bursts> bursts)
            implements Workload {}

    /**
     * Requests of a client set of ServeGen.
     *
     * @param requestsPerSecond mean rate of the whole set, to which it is thinned by clients; empty for all clients
     * @param lengths tokens of clients that have none of their own; empty where they borrow those of others
     * @param fromNanos where in the set to begin
     */
    record ServeGenRequests(Path folder, Optional<Double> requestsPerSecond, Optional<Path> lengths, long fromNanos)
            implements Workload {}

    /**
     * Power taken as the demand of the service, in watts over its GPUs left unallocated.
     *
     * @param subtractWatts taken off each sample: base power that is no demand
     * @param unserved what becomes of demand that capping does not let through
     */
    record PowerDemand(PowerSource source, double scale, double subtractWatts, Unserved unserved) implements Workload {}

    /** Mean rate of requests over time. */
    sealed interface Rates permits RateFile, Signal {}

    /** A file of rates, and where in it to begin. */
    record RateFile(Path file, long fromNanos) implements Rates {}

    /** Power over time. */
    sealed interface PowerSource permits PowerFile, Signal {}

    /**
     * Measured power.
     *
     * @param format what the file does not say of itself
     * @param series names of the meters that are added up; empty for the only one there is
     * @param total all meters are added up
     */
    record PowerFile(Path file, Optional<PowerFormat> format, List<String> series, boolean total, Gaps gaps)
            implements PowerSource {}

    /**
     * A test signal as long as the run, see {@link Disturbance}.
     *
     * @param base at rest: requests/s, or watts as power
     * @param peak of the disturbance, in the same
     * @param atNanos when it leaves the base
     * @param lengthNanos of a ramp, of a burst, of half a square wave; 0 for a step, which stays
     * @param cellNanos in each cell of this length the exact mean is held
     */
    record Signal(Disturbance.Shape shape, double base, double peak, long atNanos, long lengthNanos, long cellNanos)
            implements Rates, PowerSource {

        /** The signal over a run. */
        public Disturbance over(long durationNanos) {
            return new Disturbance(
                    shape, base, peak, atNanos, lengthNanos == 0 ? durationNanos : lengthNanos, durationNanos);
        }
    }

    /** What is done where a meter has no sample that can be believed. */
    enum Gaps {
        /** The trace is refused. */
        REFUSE,
        /** The value before holds; results say where. */
        HOLD
    }

    /** What becomes of demand that capping does not let through. */
    enum Unserved {
        /** It is lost. */
        CURTAIL,
        /** It is kept as a backlog and served as soon as there is room. */
        DEFER
    }

    /** Whether the load has no end of its own. */
    default boolean isGenerated() {
        return !(this instanceof RequestFile)
                && !(this instanceof PowerDemand demand && demand.source() instanceof PowerFile);
    }
}
