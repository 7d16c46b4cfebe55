package dev.capstan.sim.telemetry;

/**
 * The instants at which an exporter refreshes what it exposes: {@code phase + k * interval}. In between, every scrape
 * copies the same value, so that a scraped reading is up to one exporter interval older than its time stamp. An
 * exposed energy counter at {@code now} is the energy at {@link #lastRefreshNanos lastRefreshNanos(now)}.
 *
 * <p>Defaults of the field: dcgm-exporter 30 s (NVIDIA/dcgm-exporter {@code pkg/cmd/app.go}), Kepler 5 s
 * (sustainable-computing-io/kepler {@code docs/user}).
 *
 * @param intervalNanos time between refreshes, positive
 * @param phaseNanos first refresh not before time 0, from 0 to the interval, exclusive
 */
public record ExporterClock(long intervalNanos, long phaseNanos) {

    /** Default collect interval of dcgm-exporter, 30 s. */
    public static final long DCGM_INTERVAL_NANOS = 30_000_000_000L;

    /** Default monitor interval of Kepler, 5 s. */
    public static final long KEPLER_INTERVAL_NANOS = 5_000_000_000L;

    public ExporterClock {
        PeriodicInstants.check("exporter", intervalNanos, phaseNanos);
    }

    /** The newest refresh not after {@code nowNanos}. Negative before the first one of the simulation. */
    public long lastRefreshNanos(long nowNanos) {
        return PeriodicInstants.lastAtOrBefore(nowNanos, intervalNanos, phaseNanos);
    }
}
