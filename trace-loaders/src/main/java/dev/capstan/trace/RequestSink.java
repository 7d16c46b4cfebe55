package dev.capstan.trace;

/** Takes the requests of a trace one by one, in order of arrival, so that a file larger than memory can be looked at. */
@FunctionalInterface
public interface RequestSink {

    /**
     * Takes a request.
     *
     * @param arrivalNanos from the start of the trace
     * @param inputTokens at least 0
     * @param outputTokens at least 1
     */
    void accept(long arrivalNanos, int inputTokens, int outputTokens);
}
