/**
 * Records power, request and token rates from a Prometheus into trace files. What Prometheus does not have is reported
 * as missing, never filled: an empty answer is not 0 W. A recording that breaks off goes on where it ended.
 */
@NullMarked
package dev.capstan.bridge.record;

import org.jspecify.annotations.NullMarked;
