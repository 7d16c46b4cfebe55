package dev.capstan.bridge;

import dev.capstan.capping.ServiceAction;
import java.io.IOException;

/** Pulls the levers of real objects. */
public interface Actuator {

    /**
     * Writes every lever that the action names and reads back the value in force where it must land: the replica
     * ceiling at the autoscaler, the limit at the GPU.
     *
     * @return the same levers with the values in force, which may differ from those asked for: limits are clamped by
     *     drivers, ceilings by their owners
     * @throws IOException if a lever could not be written or read back; its value is then unknown
     */
    ServiceAction apply(ServiceAction action) throws IOException;
}
