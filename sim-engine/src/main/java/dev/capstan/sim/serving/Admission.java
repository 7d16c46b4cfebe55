package dev.capstan.sim.serving;

/**
 * Which requests a gateway lets in that admits a share of them: by error diffusion, so that of the first n requests under a
 * share the number admitted is {@code share * n}, rounded. A share of a half refuses each second one.
 *
 * <p>Not by chance: a gateway that draws lots admits as many in the mean, and its scatter would only blur what is
 * compared. Caveat: a trace in which the same kind of request comes at every k-th place may be thinned unevenly.
 */
final class Admission {

    private double share = 1;
    /** What is left of earlier shares, begun at a half to round and not to cut off. */
    private double carry = 0.5;

    private long arrived;
    private long admitted;

    /** The share from now on, brought into 0 to 1. */
    void share(double newShare) {
        carry += share * arrived - admitted;
        arrived = 0;
        admitted = 0;
        share = Math.max(0, Math.min(1, newShare));
    }

    double share() {
        return share;
    }

    /** Whether the request that arrives now is let in. */
    boolean admitsNext() {
        if (share == 1) {
            // As long as all are let in nothing is left to carry over.
            return true;
        }
        arrived++;
        if (Math.floor(carry + share * arrived) <= admitted) {
            return false;
        }
        admitted++;
        return true;
    }
}
