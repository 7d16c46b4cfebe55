package dev.capstan.bridge.resource;

import io.fabric8.crd.generator.annotation.AdditionalPrinterColumn;
import io.fabric8.kubernetes.api.model.Namespaced;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.Kind;
import io.fabric8.kubernetes.model.annotation.Plural;
import io.fabric8.kubernetes.model.annotation.ShortNames;
import io.fabric8.kubernetes.model.annotation.Version;

/** A budget of watts over services of one namespace. */
@Group(Capped.GROUP)
@Version(Capped.VERSION)
@Kind("PowerCap")
@Plural("powercaps")
@ShortNames("pcap")
@AdditionalPrinterColumn(
        name = "Age",
        jsonPath = ".metadata.creationTimestamp",
        type = AdditionalPrinterColumn.Type.DATE)
public final class PowerCap extends Capped implements Namespaced {

    private static final long serialVersionUID = 1L;
}
