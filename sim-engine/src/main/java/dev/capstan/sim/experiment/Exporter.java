package dev.capstan.sim.experiment;

import dev.capstan.sim.experiment.Experiment.Source;
import dev.capstan.sim.telemetry.ExporterClock;

/** A power exporter of the field, which brings its defaults. */
enum Exporter {
    /** Energy counters, refreshed every 5 s. */
    KEPLER(Source.ENERGY_COUNTER, ExporterClock.KEPLER_INTERVAL_NANOS),
    /** A power gauge, refreshed every 30 s. */
    DCGM(Source.POWER_GAUGE, ExporterClock.DCGM_INTERVAL_NANOS);

    private final Source source;
    private final long intervalNanos;

    Exporter(Source source, long intervalNanos) {
        this.source = source;
        this.intervalNanos = intervalNanos;
    }

    Source source() {
        return source;
    }

    long intervalNanos() {
        return intervalNanos;
    }
}
