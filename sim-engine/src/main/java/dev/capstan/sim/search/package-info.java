/**
 * Looks for the best point that keeps to constraints, in rounds of points that may run at the same time. Knows nothing of what a
 * point is.
 */
@NullMarked
package dev.capstan.sim.search;

import org.jspecify.annotations.NullMarked;
