package dev.capstan.bridge.operator;

import dev.capstan.bridge.resource.CapResource;
import dev.capstan.bridge.target.LeverFinder;
import dev.capstan.bridge.target.LeverWriter;
import java.time.InstantSource;
import java.util.function.LongSupplier;

/**
 * What all loops of a process share.
 *
 * @param version of this program, on which certificates and stored states depend
 * @param monotonicNanos a clock that only goes forward
 * @param cpuNanos time of the processor that the asking thread has had
 */
record Operating(
        String version,
        InstantSource clock,
        LongSupplier monotonicNanos,
        LongSupplier cpuNanos,
        Leadership leadership,
        Services services,
        Holds holds,
        LeverFinder finder,
        LeverWriter writer,
        StatusStore store,
        Certificates certificates,
        Announcements announcements,
        Events events,
        StepListener listener) {

    /** What a cap holds by its status. */
    HeldServices heldBy(CapResource resource) {
        HeldServices held = new HeldServices(key(resource), holds, finder, writer, clock);
        held.load(resource.getStatus() == null ? null : resource.getStatus().targets());
        return held;
    }

    /** Names a resource among all caps. */
    static String key(CapResource resource) {
        String namespace = resource.getMetadata().getNamespace();
        return resource.getKind() + " " + (namespace == null ? "" : namespace + "/")
                + resource.getMetadata().getName();
    }
}
