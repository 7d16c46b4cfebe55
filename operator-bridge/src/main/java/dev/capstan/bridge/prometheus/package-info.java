/**
 * Asks a Prometheus over its HTTP API, at one instant or over a range. What is wrong with an answer is said in a sentence
 * for people; an empty answer is an answer: unknown, never 0. Secrets are in no text.
 */
@NullMarked
package dev.capstan.bridge.prometheus;

import org.jspecify.annotations.NullMarked;
