/**
 * Power capping policies as pure functions: what was observed, and the state left by the step before, give what shall
 * be done and the next state. The simulator and the live operator are two ways of feeding them, and nothing in here
 * knows which of the two it is in: no clock, no I/O, no hidden state, no framework.
 */
@NullMarked
package dev.capstan.capping;

import org.jspecify.annotations.NullMarked;
