/**
 * Tests of the policies: each against hand-computed numbers, all against one contract, and the breaker against its
 * published table.
 */
@NullMarked
package dev.capstan.capping;

import org.jspecify.annotations.NullMarked;
