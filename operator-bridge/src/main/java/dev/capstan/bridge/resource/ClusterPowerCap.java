package dev.capstan.bridge.resource;

import io.fabric8.crd.generator.annotation.AdditionalPrinterColumn;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.Kind;
import io.fabric8.kubernetes.model.annotation.Plural;
import io.fabric8.kubernetes.model.annotation.ShortNames;
import io.fabric8.kubernetes.model.annotation.Version;

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
public final class ClusterPowerCap extends Capped {

    private static final long serialVersionUID = 1L;
}
