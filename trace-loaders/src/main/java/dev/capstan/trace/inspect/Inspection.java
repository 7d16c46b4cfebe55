package dev.capstan.trace.inspect;

import dev.capstan.trace.RequestFormat;
import dev.capstan.trace.RequestTraces;
import dev.capstan.trace.TraceFiles;
import dev.capstan.trace.TraceFormat;
import dev.capstan.trace.TraceOrigin;
import dev.capstan.trace.TraceReading;
import java.nio.file.Path;
import java.util.List;
import java.util.function.LongConsumer;

/** What a trace holds. Figures that the trace does not have are NaN. */
public sealed interface Inspection permits RequestInspection, PowerInspection, CarbonInspection, PriceInspection {

    /** Where the trace comes from. */
    TraceOrigin origin();

    /** What its user should know, the gravest first. */
    List<Finding> findings();

    /**
     * An inspected file.
     *
     * @param format of the file
     * @param inspection what it holds
     */
    record OfFile(TraceFormat format, Inspection inspection) {}

    /**
     * Inspects a file. Request traces as {@link RequestTraces#streams} names them stream through in bounded memory; all
     * else is read whole.
     *
     * @param reading what the file does not say of itself
     * @param bytesRead is told now and then how much of a file that streams has been read
     * @throws dev.capstan.trace.TraceException where the file cannot be read
     */
    static OfFile of(Path file, TraceReading reading, LongConsumer bytesRead) {
        TraceFormat format = TraceFiles.formatOf(file, reading);
        if (format instanceof RequestFormat requests
                && reading.facts().isEmpty()
                && RequestTraces.streams(file, requests)) {
            StreamedRequests streamed = new StreamedRequests(bytesRead);
            TraceOrigin origin = RequestTraces.scan(file, streamed);
            return new OfFile(format, streamed.finish(origin));
        }
        return new OfFile(format, of(TraceFiles.read(file, reading).content()));
    }

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
        if (content instanceof TraceFiles.Carbon carbon) {
            return CarbonInspection.of(carbon.trace());
        }
        return PriceInspection.of(((TraceFiles.Prices) content).trace());
    }
}
