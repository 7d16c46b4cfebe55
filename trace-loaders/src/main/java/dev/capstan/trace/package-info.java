/**
 * Traces of requests, power and carbon intensity: their types, readers, generators and inspection. Knows nothing of the
 * simulator or of Kubernetes.
 */
@NullMarked
package dev.capstan.trace;

import org.jspecify.annotations.NullMarked;
