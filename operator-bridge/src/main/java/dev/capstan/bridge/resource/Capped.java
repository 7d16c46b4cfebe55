package dev.capstan.bridge.resource;

import io.fabric8.kubernetes.api.model.HasMetadata;
import org.jspecify.annotations.Nullable;

/** What the two forms of a cap have in common. */
public interface Capped extends HasMetadata {

    /** API group of the resources. */
    String GROUP = "capstan.dev";

    /** Their version. */
    String VERSION = "v1alpha1";

    /** What its owner wants. */
    PowerCapSpec getSpec();

    /** What the operator did; null before it saw the resource. */
    @Nullable PowerCapStatus getStatus();

    /** Replaces the status in this copy. */
    void setStatus(@Nullable PowerCapStatus status);
}
