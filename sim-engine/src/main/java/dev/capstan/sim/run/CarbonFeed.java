package dev.capstan.sim.run;

import dev.capstan.capping.CarbonForecast;
import dev.capstan.capping.CarbonReading;
import dev.capstan.sim.experiment.Experiment;
import dev.capstan.sim.experiment.Experiment.CarbonSource;
import dev.capstan.trace.CarbonTrace;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A source of carbon intensity as policies see it: published at multiples of its interval from the start of the run,
 * known after its delay. A forecast by persistence repeats the day before its publication; what lies before the trace is
 * unknown.
 */
final class CarbonFeed {

    private static final long DAY_NANOS = 86_400_000_000_000L;

    private final CarbonTrace actual;
    private final @Nullable CarbonTrace published;
    private final CarbonSource source;
    private final long fromNanos;
    private long publishedAtNanos = Long.MIN_VALUE;
    private CarbonForecast forecast = CarbonForecast.NONE;

    /** @param published the forecast of {@link Experiment.Forecast#PUBLISHED}, over the times of the actual values */
    CarbonFeed(CarbonTrace actual, @Nullable CarbonTrace published, CarbonSource source, long fromNanos) {
        this.actual = actual;
        this.published = published;
        this.source = source;
        this.fromNanos = fromNanos;
    }

    /** The last value that a trace has at or before an instant; the first where it has none. */
    static int indexAt(long[] timeNanos, long nanos) {
        int low = 0;
        int high = timeNanos.length - 1;
        while (low < high) {
            int middle = (low + high + 1) >>> 1;
            if (timeNanos[middle] <= nanos) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        return low;
    }

    /** What policies know at an instant of the run. */
    CarbonReading at(long nowNanos) {
        long issued = Math.floorDiv(nowNanos - source.delayNanos(), source.everyNanos()) * source.everyNanos();
        if (issued + fromNanos < 0) {
            return CarbonReading.UNKNOWN;
        }
        if (issued != publishedAtNanos) {
            publishedAtNanos = issued;
            forecast = new CarbonForecast(issued, slots(issued));
        }
        double now = actual.gramsPerKilowattHour()[indexAt(actual.timeNanos(), issued + fromNanos)];
        return new CarbonReading(now, nowNanos - issued, forecast);
    }

    private List<CarbonForecast.Slot> slots(long issued) {
        return switch (source.forecast()) {
            case NONE -> List.of();
            case PERFECT -> slots(actual, issued, source.horizonNanos(), 0);
            case PERSISTENCE -> {
                List<CarbonForecast.Slot> slots = new ArrayList<>();
                for (long ahead = 0; ahead < source.horizonNanos(); ahead += DAY_NANOS) {
                    long span = Math.min(DAY_NANOS, source.horizonNanos() - ahead);
                    for (CarbonForecast.Slot slot : slots(actual, issued - DAY_NANOS, span, DAY_NANOS + ahead)) {
                        slots.add(slot);
                    }
                }
                yield slots;
            }
            case PUBLISHED -> published == null ? List.of() : slots(published, issued, source.horizonNanos(), 0);
        };
    }

    /** What a trace holds over a span of the run, later by a shift. */
    private List<CarbonForecast.Slot> slots(CarbonTrace trace, long beginNanos, long spanNanos, long shiftNanos) {
        long[] times = trace.timeNanos();
        long end = beginNanos + spanNanos;
        List<CarbonForecast.Slot> slots = new ArrayList<>();
        for (int i = indexAt(times, beginNanos + fromNanos); i < times.length && times[i] - fromNanos < end; i++) {
            long from = Math.max(beginNanos, times[i] - fromNanos);
            long to = i + 1 < times.length ? Math.min(end, times[i + 1] - fromNanos) : end;
            if (from < to) {
                slots.add(new CarbonForecast.Slot(from + shiftNanos, to + shiftNanos, trace.gramsPerKilowattHour()[i]));
            }
        }
        return slots;
    }
}
