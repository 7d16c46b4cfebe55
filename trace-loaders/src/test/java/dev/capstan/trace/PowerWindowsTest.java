package dev.capstan.trace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class PowerWindowsTest {

    private static final long SECOND = 1_000_000_000L;
    private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");

    /** 10 W for 3 s, 40 W for 3 s: windows of 2 s hold 10, (10 + 40) / 2 and 40 W. */
    @Test
    void weighsWithTheTimeThatAValueHolds() {
        PowerTrace trace = trace(Optional.empty(), new long[] {0, 3}, new double[] {10, 40}, 6);
        assertThat(PowerWindows.of(List.of(trace), 2 * SECOND).watts().get(0))
                .containsExactly(new double[] {10, 25, 40}, within(1e-12));
        // A rest that fills no window is left out.
        assertThat(PowerWindows.of(List.of(trace), 4 * SECOND).watts().get(0))
                .containsExactly(new double[] {17.5}, within(1e-12));
    }

    /** One from noon for 6 s, one from 2 s later for 6 s: 4 s in common, 10 then 40 W beside 5 W. */
    @Test
    void laysTracesOverEachOtherByTheClock() {
        PowerTrace early = trace(Optional.of(NOON), new long[] {0, 4}, new double[] {10, 40}, 6);
        PowerTrace late = trace(Optional.of(NOON.plusSeconds(2)), new long[] {0}, new double[] {5}, 6);
        PowerWindows windows = PowerWindows.of(List.of(early, late), 2 * SECOND);
        assertThat(windows.watts().get(0)).containsExactly(new double[] {10, 40}, within(1e-12));
        assertThat(windows.watts().get(1)).containsExactly(new double[] {5, 5}, within(1e-12));
    }

    @Test
    void refusesTracesWithoutAWindowInCommon() {
        PowerTrace early = trace(Optional.of(NOON), new long[] {0}, new double[] {1}, 6);
        PowerTrace late = trace(Optional.of(NOON.plusSeconds(60)), new long[] {0}, new double[] {1}, 6);
        assertThatThrownBy(() -> PowerWindows.of(List.of(early, late), SECOND))
                .hasMessageContaining("have 0s in common, less than a window of 1s");
        assertThatThrownBy(() -> PowerWindows.of(List.of(early), 7 * SECOND))
                .hasMessageContaining("have 6s in common, less than a window of 7s");
    }

    private static PowerTrace trace(Optional<Instant> start, long[] seconds, double[] watts, long endSeconds) {
        long[] nanos = new long[seconds.length];
        for (int i = 0; i < nanos.length; i++) {
            nanos[i] = seconds[i] * SECOND;
        }
        return new PowerTrace(nanos, watts, endSeconds * SECOND, start, new TraceOrigin("test", "", ""));
    }
}
