/**
 * Replicas that serve requests with continuous batching, and the power they draw doing so.
 */
@NullMarked
package dev.capstan.sim.serving;

import org.jspecify.annotations.NullMarked;
