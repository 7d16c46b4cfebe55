package dev.capstan.trace.inspect;

import dev.capstan.trace.RequestSink;
import dev.capstan.trace.TraceOrigin;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.LongConsumer;

/** Inspects requests as they come from a file. */
final class StreamedRequests implements RequestSink {

    private final LongConsumer bytesRead;
    private RequestInspector inspector = new RequestInspector(Optional.empty());

    StreamedRequests(LongConsumer bytesRead) {
        this.bytesRead = bytesRead;
    }

    @Override
    public void begin(Optional<Instant> start) {
        inspector = new RequestInspector(start);
    }

    @Override
    public void accept(long arrivalNanos, int inputTokens, int outputTokens) {
        inspector.add(arrivalNanos, inputTokens, outputTokens);
    }

    @Override
    public void progress(long bytes) {
        bytesRead.accept(bytes);
    }

    RequestInspection finish(TraceOrigin origin) {
        return inspector.finish(origin, List.of());
    }
}
