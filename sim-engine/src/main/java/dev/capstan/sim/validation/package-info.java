/**
 * The validation programme: every comparison of the model with a closed form, a published figure or measured data, as
 * values. Verification (the simulator computes its own model), calibration (parameters predict what they were not fitted
 * on) and reproduction (published findings appear) are never mixed.
 */
@NullMarked
package dev.capstan.sim.validation;

import org.jspecify.annotations.NullMarked;
