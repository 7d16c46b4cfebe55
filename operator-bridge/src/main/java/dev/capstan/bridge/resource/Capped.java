package dev.capstan.bridge.resource;

import io.fabric8.kubernetes.client.CustomResource;
import org.jspecify.annotations.Nullable;

/** What the two forms of a cap have in common. */
public abstract class Capped extends CustomResource<PowerCapSpec, PowerCapStatus> {

    private static final long serialVersionUID = 1L;

    /** API group of the resources. */
    public static final String GROUP = "capstan.dev";

    /** Their version. */
    public static final String VERSION = "v1alpha1";

    Capped() {}

    @Override
    protected @Nullable PowerCapSpec initSpec() {
        return null;
    }

    @Override
    protected @Nullable PowerCapStatus initStatus() {
        return null;
    }
}
