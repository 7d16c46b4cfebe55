/**
 * JMH and whole-run benchmarks. They publish medians and spreads, are needed by nothing, and no test asserts a time.
 */
@NullMarked
package dev.capstan.benchmarks;

import org.jspecify.annotations.NullMarked;
