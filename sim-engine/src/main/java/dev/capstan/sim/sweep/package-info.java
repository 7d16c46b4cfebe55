/**
 * Many runs: points of the axes times replications, on all cores, in an order that no thread can change.
 */
@NullMarked
package dev.capstan.sim.sweep;

import org.jspecify.annotations.NullMarked;
