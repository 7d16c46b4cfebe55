/** What a cluster needs to run the operator, as manifests: those of {@code deploy/kustomize}. */
@NullMarked
package dev.capstan.bridge.install;

import org.jspecify.annotations.NullMarked;
