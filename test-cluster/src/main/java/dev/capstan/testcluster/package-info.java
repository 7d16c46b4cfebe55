/**
 * A real control plane for tests: etcd, kube-apiserver and the controller manager that {@code CAPSTAN_KUBE_DIR} names, on
 * free ports of the loopback.
 */
@NullMarked
package dev.capstan.testcluster;

import org.jspecify.annotations.NullMarked;
