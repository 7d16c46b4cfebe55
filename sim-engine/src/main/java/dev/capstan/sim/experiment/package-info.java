/**
 * What to simulate, as a value: read from YAML, every issue reported at once under its dotted path.
 */
@NullMarked
package dev.capstan.sim.experiment;

import org.jspecify.annotations.NullMarked;
