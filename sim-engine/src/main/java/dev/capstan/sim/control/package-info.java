/**
 * The control loop around a capping policy: observe through telemetry, decide, act through slow levers.
 */
@NullMarked
package dev.capstan.sim.control;

import org.jspecify.annotations.NullMarked;
