package dev.capstan.bridge;

import dev.capstan.capping.ServiceAction;
import dev.capstan.capping.Step;
import java.io.IOException;

/** Pulls the levers of real objects. */
public interface Actuator {

    /**
     * Called before the first write of a step that has actions, to store what another process must know should this one
     * end in the midst of them.
     *
     * @param step the decision, and the state that the next step starts from
     * @throws IOException if it could not be stored; nothing of the step is written then
     */
    void begin(Step<?> step) throws IOException;

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
