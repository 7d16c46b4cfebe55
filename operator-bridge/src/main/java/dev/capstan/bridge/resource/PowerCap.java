package dev.capstan.bridge.resource;

import io.fabric8.kubernetes.api.model.Namespaced;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.Kind;
import io.fabric8.kubernetes.model.annotation.Plural;
import io.fabric8.kubernetes.model.annotation.ShortNames;
import io.fabric8.kubernetes.model.annotation.Version;

/** A limit in watts over inference services of one namespace. */
@Group(PowerCap.GROUP)
@Version(PowerCap.VERSION)
@Kind("PowerCap")
@Plural("powercaps")
@ShortNames("pcap")
public final class PowerCap extends CapResource implements Namespaced {

    public static final String GROUP = "capstan.dev";
    public static final String VERSION = "v1alpha1";
}
