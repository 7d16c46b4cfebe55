/**
 * True power: a tree of domains with exact energy, what is over the cap, and breakers with thermal memory.
 */
@NullMarked
package dev.capstan.sim.power;

import org.jspecify.annotations.NullMarked;
