/**
 * Checks of the simulator against data that it was not made from: what was expected, what came out, and whether that is close
 * enough. The targets are those of the validation programme in {@code docs/models.md}.
 */
@NullMarked
package dev.capstan.sim.validation;

import org.jspecify.annotations.NullMarked;
