package dev.capstan.sim.cluster;

import dev.capstan.sim.power.DomainMeter;

/** Knows whether any service is refusing demand, and tells the meter of the root domain. */
public final class Demand {

    private final DomainMeter root;
    private int refusing;

    /** @param root the meter that integrates unused headroom meanwhile */
    public Demand(DomainMeter root) {
        this.root = root;
    }

    /** A service begins to refuse demand. */
    public void refuse(long nowNanos) {
        if (refusing++ == 0) {
            root.refusing(true, nowNanos);
        }
    }

    /** A service has stopped refusing demand. */
    public void satisfy(long nowNanos) {
        if (--refusing == 0) {
            root.refusing(false, nowNanos);
        }
    }
}
