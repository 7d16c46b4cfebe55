package dev.capstan.bridge.resource;

import io.fabric8.crd.generator.annotation.AdditionalPrinterColumn;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.Kind;
import io.fabric8.kubernetes.model.annotation.Plural;
import io.fabric8.kubernetes.model.annotation.ShortNames;
import io.fabric8.kubernetes.model.annotation.Version;
import org.jspecify.annotations.Nullable;

/** A budget of watts over services of several namespaces. */
@Group(Capped.GROUP)
@Version(Capped.VERSION)
@Kind("ClusterPowerCap")
@Plural("clusterpowercaps")
@ShortNames("cpcap")
@AdditionalPrinterColumn(
        name = "Age",
        jsonPath = ".metadata.creationTimestamp",
        type = AdditionalPrinterColumn.Type.DATE)
public final class ClusterPowerCap extends CustomResource<PowerCapSpec, PowerCapStatus> implements Capped {

    private static final long serialVersionUID = 1L;

    @Override
    protected @Nullable PowerCapSpec initSpec() {
        return null;
    }

    @Override
    protected @Nullable PowerCapStatus initStatus() {
        return null;
    }
}
