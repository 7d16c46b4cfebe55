package dev.capstan.bridge.prometheus;

import java.time.Duration;
import java.util.List;

/**
 * What a Prometheus answers to a query at one instant.
 *
 * @param samples in order of their labels; none means unknown, never 0. A scalar is one sample without labels
 * @param warnings of the server beside the samples: the answer may lack series
 * @param leastClockSkew how far the clock of the server is ahead of ours (negative: behind) at the least, as its
 *     {@code Date} header tells, which has whole seconds; zero where the two may agree or there is no such header
 */
public record InstantAnswer(List<InstantSample> samples, List<String> warnings, Duration leastClockSkew) {

    public InstantAnswer {
        samples = List.copyOf(samples);
        warnings = List.copyOf(warnings);
    }
}
