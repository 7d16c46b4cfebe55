package dev.capstan.sim.cluster;

/** One replica of a service: where it runs, what it is doing, what it draws over the same GPUs left unallocated. */
public final class Pod {

    /** The life of a pod. */
    public enum Phase {
        /** Its server has failed: it does nothing, and still counts until it is evicted. */
        UNREACHABLE,
        /** No server has its GPUs free. */
        PENDING,
        STARTING,
        READY,
        TERMINATING,
        GONE
    }

    private final int ordinal;
    Phase phase = Phase.PENDING;
    int server = -1;
    int domain = -1;
    int startupPhase = -1;
    long gpus;
    double boardFactor = 1;

    private long activeMicrowatts;
    private long settledNanos;
    private double activeJoules;

    Pod(int ordinal) {
        this.ordinal = ordinal;
    }

    /** Number of the pod among those its service ever had, from 0. */
    public int ordinal() {
        return ordinal;
    }

    /** Where it is in its life. */
    public Phase phase() {
        return phase;
    }

    /** Number of its server; -1 while pending. */
    public int server() {
        return server;
    }

    /** Index of the power domain of its server; -1 while pending. */
    public int domain() {
        return domain;
    }

    /** Dynamic power of its boards, all together, over that of their profile. */
    public double boardFactor() {
        return boardFactor;
    }

    /** Power over its GPUs left unallocated, at the wall. */
    public double activeWatts() {
        return activeMicrowatts * 1e-6;
    }

    /** Energy over its GPUs left unallocated since the pod exists: what an energy counter shows at that instant. */
    public double activeJoules(long nowNanos) {
        activeJoules = activeJoulesSoFar(nowNanos);
        settledNanos = nowNanos;
        return activeJoules;
    }

    /** The same for a look that must not change how later sums are rounded. */
    double activeJoulesSoFar(long nowNanos) {
        return activeJoules + activeWatts() * ((nowNanos - settledNanos) * 1e-9);
    }

    /** Sets the draw from now on; returns the change in microwatts. */
    long draw(long microwatts, long nowNanos) {
        activeJoules(nowNanos);
        long change = microwatts - activeMicrowatts;
        activeMicrowatts = microwatts;
        return change;
    }
}
