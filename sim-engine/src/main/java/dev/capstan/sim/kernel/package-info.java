/**
 * The discrete-event kernel: a nanosecond clock, a primitive heap with a total order on ties, arrivals merged by
 * cursor. Knows nothing of power or of requests.
 */
@NullMarked
package dev.capstan.sim.kernel;

import org.jspecify.annotations.NullMarked;
