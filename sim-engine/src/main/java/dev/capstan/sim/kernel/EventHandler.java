package dev.capstan.sim.kernel;

/** Reacts to the events that were scheduled for it. */
@FunctionalInterface
public interface EventHandler {

    /**
     * Called once the clock stands at the event's time.
     *
     * @param payload what was given when the event was scheduled
     */
    void handle(long payload);
}
