/**
 * What a finished sweep has shown of its policies: reads a results folder back, and finds the point whose policy may be
 * enforced and the caps at which it held.
 */
@NullMarked
package dev.capstan.sim.rehearsal;

import org.jspecify.annotations.NullMarked;
