package dev.capstan.bridge.resource;

import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.Kind;
import io.fabric8.kubernetes.model.annotation.Plural;
import io.fabric8.kubernetes.model.annotation.ShortNames;
import io.fabric8.kubernetes.model.annotation.Version;

/** A limit in watts over inference services of several namespaces. */
@Group(PowerCap.GROUP)
@Version(PowerCap.VERSION)
@Kind("ClusterPowerCap")
@Plural("clusterpowercaps")
@ShortNames("cpcap")
public final class ClusterPowerCap extends CapResource {}
