package dev.capstan.bridge.operator;

import dev.capstan.bridge.resource.CapResource;
import dev.capstan.bridge.resource.PowerCapStatus;
import java.io.IOException;

/** Stores the status of a resource. */
interface StatusStore {

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
