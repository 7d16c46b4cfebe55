package dev.capstan.trace;

import java.time.Instant;
import java.util.Optional;

/** Takes the requests of a trace one by one, in order of arrival, so that a file larger than memory can be looked at. */
@FunctionalInterface
public interface RequestSink {

    /**
     * Says when the trace begins, ahead of its first request.
     *
     * @param start wall-clock time of nanosecond 0, where the source has one
     */
    default void begin(Optional<Instant> start) {}

    /**
     * Says now and then how far the file is read.
     *
     * @param bytes of the file as it lies on the disk, from 0 to its length
     */
    default void progress(long bytes) {}

    /**
     * Takes a request.
     *
     * @param arrivalNanos from the start of the trace
     * @param inputTokens at least 0
     * @param outputTokens at least 1
     */
    void accept(long arrivalNanos, int inputTokens, int outputTokens);
}
