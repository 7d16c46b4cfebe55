package dev.capstan.capping;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A forecast of the grid's carbon intensity.
 *
 * @param issuedAtNanos when it was made, on the clock of {@link Observation#nowNanos()}
 * @param slots in order of time; between them may be time of which nothing is known
 */
public record CarbonForecast(long issuedAtNanos, List<Slot> slots) {

    /** No source makes any. */
    public static final CarbonForecast NONE = new CarbonForecast(0, List.of());

    /**
     * A span of one intensity.
     *
     * @param startNanos first instant, on the clock of {@link Observation#nowNanos()}
     * @param endNanos the instant after it
     */
    public record Slot(long startNanos, long endNanos, double gramsPerKilowattHour) {

        public Slot {
            if (startNanos >= endNanos || !(gramsPerKilowattHour >= 0)) {
                throw new IllegalArgumentException("a slot needs start < end and at least 0 g/kWh; was " + startNanos
                        + " to " + endNanos + " ns, " + gramsPerKilowattHour + " g/kWh");
            }
        }
    }

    public CarbonForecast {
        slots = List.copyOf(slots);
        for (int i = 1; i < slots.size(); i++) {
            if (slots.get(i).startNanos() < slots.get(i - 1).endNanos()) {
                throw new IllegalArgumentException("slot " + i + " begins before the one ahead of it ends");
            }
        }
    }

    /** The slot that holds an instant; null where there is none. */
    public @Nullable Slot at(long nanos) {
        int low = 0;
        int high = slots.size();
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (slots.get(middle).endNanos() <= nanos) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low < slots.size() && slots.get(low).startNanos() <= nanos ? slots.get(low) : null;
    }
}
