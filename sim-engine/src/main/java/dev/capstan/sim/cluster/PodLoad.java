package dev.capstan.sim.cluster;

/** The work that runs on the pods of a deployment. */
public interface PodLoad {

    /** The pod serves from now on. */
    void ready(Pod pod);

    /**
     * The pod takes no new work from now on; the load calls {@link Deployment#drained} once nothing is left.
     *
     * @return true if nothing is left already
     */
    boolean drain(Pod pod);

    /** The grace period is over: whatever is left on the pod is lost. */
    void kill(Pod pod);
}
