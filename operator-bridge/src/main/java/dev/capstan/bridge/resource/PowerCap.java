package dev.capstan.bridge.resource;

import io.fabric8.kubernetes.api.model.Namespaced;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.Kind;
import io.fabric8.kubernetes.model.annotation.Plural;
import io.fabric8.kubernetes.model.annotation.ShortNames;
import io.fabric8.kubernetes.model.annotation.Version;
import org.jspecify.annotations.Nullable;

/** A limit in watts over inference services of one namespace. */
@Group(PowerCap.GROUP)
@Version(PowerCap.VERSION)
@Kind("PowerCap")
@Plural("powercaps")
@ShortNames("pcap")
public final class PowerCap extends CustomResource<PowerCapSpec, PowerCapStatus> implements Namespaced {

    public static final String GROUP = "capstan.dev";
    public static final String VERSION = "v1alpha1";

    @Override
    protected @Nullable PowerCapSpec initSpec() {
        return null;
    }

    @Override
    protected @Nullable PowerCapStatus initStatus() {
        return null;
    }
}
