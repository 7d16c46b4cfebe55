package dev.capstan.sim.kernel;

/**
 * A stream of events that the kernel merges with those of its heap, so that a trace never enters the heap and what is
 * put off leaves no void event behind.
 */
public interface EventSource {

    /** Time of the next event; {@link Long#MAX_VALUE} when there is none. Never before the clock. */
    long nextNanos();

    /** The {@link Priority} of its events; at one instant they come before those of the heap that have the same. */
    int priority();

    /** Called once the clock stands at {@link #nextNanos()}: handles the event and moves on. */
    void handleNext();
}
