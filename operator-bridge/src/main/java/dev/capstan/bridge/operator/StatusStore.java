package dev.capstan.bridge.operator;

import dev.capstan.bridge.resource.CapResource;
import dev.capstan.bridge.resource.PowerCapStatus;
import java.io.IOException;

/** Stores the status of a resource. */
interface StatusStore {

    /**
     * The resource as it is there. A cache may be older than what an earlier leader has stored.
     *
     * @throws IOException if it could not be read
     * @throws Gone if there is no such resource any more
     */
    CapResource newest(CapResource resource) throws IOException;

    /**
     * Replaces the status, unless somebody else has changed it.
     *
     * @return the resource as it is then
     * @throws IOException if it could not be stored
     * @throws Gone if there is no such resource any more
     */
    CapResource store(CapResource resource, PowerCapStatus status) throws IOException;

    /** The resource is not there. */
    final class Gone extends IOException {
        private static final long serialVersionUID = 1L;

        Gone(String message) {
            super(message);
        }
    }
}
