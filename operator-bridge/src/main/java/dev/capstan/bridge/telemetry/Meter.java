package dev.capstan.bridge.telemetry;

import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Metrics of one kind: what to ask, and what the labels of an answer mean. */
interface Meter {

    /** What the pods in the namespaces of services draw; the number of queries does not depend on how many there are. */
    List<Draw> pods(Asker asker, List<MeteredService> services) throws IOException;

    /** What the power domain draws; null where it is the sum of the services. After {@link #pods}. */
    @Nullable List<Draw> domain(Asker asker) throws IOException;

    /** PromQL of the sum of some services, or of the domain where there is one, for a look back. */
    String sum(Asker asker, List<MeteredService> services) throws IOException;

    /** How many units a service must show. */
    int expectedUnits(MeteredService service);

    /** How many units the domain must show. */
    int expectedUnits(List<MeteredService> services);

    /** How many units the domain shows. */
    int countedUnits(List<Draw> domain);

    /** The highest watts that one unit of a service can draw. */
    double highestUnitWatts(MeteredService service);

    /** What is counted, in words. */
    String unit();

    /** Which metrics and labels answered, in words; empty before any did. */
    String matched();
}
