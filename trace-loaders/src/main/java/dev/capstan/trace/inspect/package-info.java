/**
 * Looks into traces before they are simulated: what they hold, and what in them would mean something else to the
 * simulator than its owner thinks.
 */
@NullMarked
package dev.capstan.trace.inspect;

import org.jspecify.annotations.NullMarked;
