package dev.capstan.bridge.resource;

import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.Kind;
import io.fabric8.kubernetes.model.annotation.Plural;
import io.fabric8.kubernetes.model.annotation.ShortNames;
import io.fabric8.kubernetes.model.annotation.Version;
import org.jspecify.annotations.Nullable;

/** A limit in watts over inference services of several namespaces. */
@Group(PowerCap.GROUP)
@Version(PowerCap.VERSION)
@Kind("ClusterPowerCap")
@Plural("clusterpowercaps")
@ShortNames("cpcap")
public final class ClusterPowerCap extends CustomResource<PowerCapSpec, PowerCapStatus> {

    @Override
    protected @Nullable PowerCapSpec initSpec() {
        return null;
    }

    @Override
    protected @Nullable PowerCapStatus initStatus() {
        return null;
    }
}
