/**
 * Servers, pods and the deployments that start and stop them.
 */
@NullMarked
package dev.capstan.sim.cluster;

import org.jspecify.annotations.NullMarked;
