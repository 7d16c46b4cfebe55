/**
 * The certificate that a policy needs before it is enforced: what was rehearsed, how well it held the cap, and until when
 * that counts. Reads and writes it, and says what about to be enforced it does not cover.
 */
@NullMarked
package dev.capstan.bridge.certificate;

import org.jspecify.annotations.NullMarked;
