/**
 * Runs a rehearsed policy on a real cluster: reads what is there, lets the policy decide, writes what it decided and
 * reads back what came of it. Holds the ports to the outside and the cycle between them; contains no capping rule, and
 * what a port does not know it says, instead of passing 0.
 */
@NullMarked
package dev.capstan.bridge;

import org.jspecify.annotations.NullMarked;
