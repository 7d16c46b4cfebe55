/**
 * Levers on real objects: who at the top of the chain of owners decides how many replicas there are, which field of it to
 * write so that nobody puts it back, and how it was before. Every write is one merge patch of these fields alone.
 */
@NullMarked
package dev.capstan.bridge.target;

import org.jspecify.annotations.NullMarked;
