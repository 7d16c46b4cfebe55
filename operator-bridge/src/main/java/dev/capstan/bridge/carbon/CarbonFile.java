package dev.capstan.bridge.carbon;

import dev.capstan.capping.CarbonForecast;
import dev.capstan.trace.CarbonTrace;
import dev.capstan.trace.CarbonTraces;
import dev.capstan.trace.TraceException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;

/**
 * A file of carbon intensity in any of the forms that {@link CarbonTraces} reads; what lies ahead in it is the forecast.
 * It is read anew each time, since a mounted file may be exchanged.
 */
public final class CarbonFile implements CarbonSource {

    private static final Duration HORIZON = Duration.ofDays(2);

    private final Path file;
    private final CarbonTrace.Scope scope;

    /**
     * @param file with at least two values
     * @param scope direct or life-cycle emissions; a file of the other scope is refused
     */
    public CarbonFile(Path file, CarbonTrace.Scope scope) {
        this.file = file;
        this.scope = scope;
    }

    @Override
    public CarbonIntensity ask(Instant now) throws CarbonException {
        CarbonTrace trace;
        try {
            trace = CarbonTraces.read(file, scope);
        } catch (TraceException e) {
            throw new CarbonException(String.valueOf(e.getMessage()), null, e);
        }
        long[] times = trace.timeNanos();
        double[] values = trace.gramsPerKilowattHour();
        if (times.length < 2) {
            throw new CarbonException(
                    file + " has one value, of which nobody knows how long it holds. Maybe write a second one.");
        }
        // A file has one step throughout, and its last value holds for as long.
        Duration step = Duration.ofNanos(times[1]);
        long at = Duration.between(trace.start(), now).toNanos();
        int found = Arrays.binarySearch(times, at);
        int index = found >= 0 ? found : -found - 2;
        if (index < 0) {
            throw new CarbonException(file + " begins at " + trace.start() + ", after " + now);
        }
        Slots slots = new Slots();
        for (int i = index; i < times.length && times[i] - at < HORIZON.toNanos(); i++) {
            slots.put(trace.start().plusNanos(times[i]), values[i]);
        }
        Instant from = trace.start().plusNanos(times[index]);
        CarbonForecast forecast = slots.forecast(trace.start(), step);
        return new CarbonIntensity(
                values[index], trace.signal(), trace.scope(), false, from, from.plus(step), forecast);
    }

    @Override
    public String name() {
        return "file " + file.getFileName();
    }

    @Override
    public Duration interval() {
        return Duration.ofMinutes(1);
    }
}
