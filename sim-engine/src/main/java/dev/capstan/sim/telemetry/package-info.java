/**
 * What a metrics pipeline makes of the plant: exporters that refresh, scrapes that copy, series that go stale, and
 * Prometheus's extrapolating {@code rate()}. Policies see only this, never the truth. No class here owns a clock: the
 * caller passes the simulated time in nanoseconds.
 */
@NullMarked
package dev.capstan.sim.telemetry;

import org.jspecify.annotations.NullMarked;
