package dev.capstan.trace.inspect;

import dev.capstan.trace.TraceFiles;
import dev.capstan.trace.TraceOrigin;
import java.util.List;

/** What a trace holds. Figures that the trace does not have are NaN. */
public sealed interface Inspection permits RequestInspection, PowerInspection, CarbonInspection {

    /** Where the trace comes from. */
    TraceOrigin origin();

    /** What its user should know, the gravest first. */
    List<Finding> findings();

    /**
     * Inspects a trace of whatever kind.
     *
     * @throws IllegalArgumentException for a request trace without requests
     */
    static Inspection of(TraceFiles.Content content) {
        if (content instanceof TraceFiles.Requests requests) {
            return RequestInspection.of(requests.trace());
        }
        if (content instanceof TraceFiles.Power power) {
            return PowerInspection.of(power.recording());
        }
        return CarbonInspection.of(((TraceFiles.Carbon) content).trace());
    }
}
