/**
 * One run: wires plant, telemetry, autoscaling and control together, and scores the outcome on the truth.
 */
@NullMarked
package dev.capstan.sim.run;

import org.jspecify.annotations.NullMarked;
