package dev.capstan.sim.telemetry;

/** Arithmetic of instants {@code phase + k * interval}. */
final class PeriodicInstants {

    private PeriodicInstants() {}

    static void check(String name, long intervalNanos, long phaseNanos) {
        if (intervalNanos <= 0) {
            throw new IllegalArgumentException(name + " interval must be positive, was " + intervalNanos + " ns");
        }
        if (phaseNanos < 0 || phaseNanos >= intervalNanos) {
            throw new IllegalArgumentException(name + " phase must lie in [0, " + intervalNanos + ") ns, was "
                    + phaseNanos + " ns. Maybe take the remainder by the interval.");
        }
    }

    static long lastAtOrBefore(long nowNanos, long intervalNanos, long phaseNanos) {
        return nowNanos - Math.floorMod(nowNanos - phaseNanos, intervalNanos);
    }
}
