/**
 * Carbon intensity of the grid as public services tell it: asked for in the background, answered from memory with its age.
 * Average and marginal, direct and life-cycle are never mixed; what has run out is old, not "the last value for ever".
 */
@NullMarked
package dev.capstan.bridge.carbon;

import org.jspecify.annotations.NullMarked;
