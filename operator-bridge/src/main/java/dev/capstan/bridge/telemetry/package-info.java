/**
 * Power of services and of a power domain, out of a Prometheus that scrapes dcgm-exporter, Kepler or what a site has of
 * its own. Each reading says how far it can be believed: by what answered, against what should have, and by its age.
 */
@NullMarked
package dev.capstan.bridge.telemetry;

import org.jspecify.annotations.NullMarked;
