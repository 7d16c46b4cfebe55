package dev.capstan.sim.kernel;

/** A sorted stream of arrivals that the kernel merges with its events, so that a trace never enters the heap. */
public interface ArrivalSource {

    /** Time of the next arrival; {@link Long#MAX_VALUE} when there is none left. */
    long nextNanos();

    /** Called once the clock stands at {@link #nextNanos()}: takes the arrival up and moves on. */
    void arrive();
}
