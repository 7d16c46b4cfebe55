/**
 * The journal of the operator: every step with all that it rests on, as lines of JSON, and the replay that decides it again
 * with the policy code of this build.
 */
@NullMarked
package dev.capstan.bridge.journal;

import org.jspecify.annotations.NullMarked;
