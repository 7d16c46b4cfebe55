package dev.capstan.sim.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

/** The queries against a plain transcription of the published algorithm that keeps every sample for ever. */
class PromQlProperties {

    private static final long WINDOW_NANOS = 60_000_000_000L;
    private static final long SECOND = 1_000_000_000L;

    /** Small values, so that about half of the steps are counter resets. */
    @Property(tries = 300)
    void ratesAsIfNoSampleHadEverBeenDropped(
            @ForAll @Size(max = 200) List<@IntRange(min = 1, max = 40) Integer> gapsSeconds,
            @ForAll @Size(min = 200, max = 200) List<@IntRange(min = 0, max = 50) Integer> values,
            @ForAll @IntRange(min = 0, max = 70) int waitSeconds) {
        SampleSeries series = new SampleSeries(WINDOW_NANOS);
        List<long[]> all = new ArrayList<>();
        long now = 0;
        for (int i = 0; i < gapsSeconds.size(); i++) {
            now += gapsSeconds.get(i) * SECOND;
            series.append(now, values.get(i));
            all.add(new long[] {now, values.get(i)});
            long at = now + waitSeconds * SECOND;

            // Boxed, so that NaN equals NaN.
            assertThat(PromQl.rate(series, at, WINDOW_NANOS)).isEqualTo(Double.valueOf(plainRate(all, at)));
            double latest = waitSeconds < 60 ? values.get(i) : Double.NaN;
            assertThat(PromQl.latest(series, at, WINDOW_NANOS)).isEqualTo(Double.valueOf(latest));
        }
    }

    private static double plainRate(List<long[]> all, long at) {
        List<long[]> samples = new ArrayList<>();
        for (long[] sample : all) {
            if (sample[0] > at - WINDOW_NANOS && sample[0] <= at) {
                samples.add(sample);
            }
        }
        if (samples.size() < 2) {
            return Double.NaN;
        }
        long[] first = samples.get(0);
        long[] last = samples.get(samples.size() - 1);
        double increase = last[1] - first[1];
        for (int i = 1; i < samples.size(); i++) {
            if (samples.get(i)[1] < samples.get(i - 1)[1]) {
                increase += samples.get(i - 1)[1];
            }
        }
        double span = (last[0] - first[0]) / 1e9;
        double gap = span / (samples.size() - 1);
        double start = (first[0] - (at - WINDOW_NANOS)) / 1e9;
        double end = (at - last[0]) / 1e9;
        start = start >= gap * 1.1 ? gap / 2 : start;
        if (increase > 0) {
            start = Math.min(start, span * (first[1] / increase));
        }
        end = end >= gap * 1.1 ? gap / 2 : end;
        return increase * ((span + start + end) / span / 60);
    }
}
