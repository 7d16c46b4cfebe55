package dev.capstan.sim.cluster;

import dev.capstan.sim.power.PowerDomains;

/**
 * The servers and their free GPUs. A server draws {@code base + slope * sum of its GPUs} at the wall; GPUs that belong to
 * no pod draw their idle power, so that a pod adds {@code slope * (its GPUs - the same GPUs idle)}: its active watts.
 */
public final class Servers {

    private final PowerDomains power;
    private final int[] freeGpus;
    private final int[] domains;
    /** For how many reasons each server is down. */
    private final int[] outages;

    private final double emptyServerWatts;
    private final int[] upInDomain;
    private final double wallWattsPerGpuWatt;
    private final double unallocatedGpuWatts;
    private double overheadJoules;
    private long settledNanos;

    /**
     * Puts the servers up and lets them draw what they draw without any pod.
     *
     * @param serversOfDomain servers that each domain of {@code power} feeds directly
     * @param serverBaseWatts wall power of a server beyond its GPUs
     * @param wallWattsPerGpuWatt wall watts for each watt of a GPU
     * @param unallocatedGpuWatts draw of a GPU without a pod
     */
    public Servers(
            int[] serversOfDomain,
            int gpusPerServer,
            double serverBaseWatts,
            double wallWattsPerGpuWatt,
            double unallocatedGpuWatts,
            PowerDomains power) {
        int count = 0;
        for (int here : serversOfDomain) {
            count += here;
        }
        this.power = power;
        freeGpus = new int[count];
        domains = new int[count];
        outages = new int[count];
        upInDomain = serversOfDomain.clone();
        this.wallWattsPerGpuWatt = wallWattsPerGpuWatt;
        this.unallocatedGpuWatts = unallocatedGpuWatts;
        emptyServerWatts = serverBaseWatts + wallWattsPerGpuWatt * unallocatedGpuWatts * gpusPerServer;
        int server = 0;
        for (int domain = 0; domain < serversOfDomain.length; domain++) {
            for (int i = 0; i < serversOfDomain[domain]; i++) {
                freeGpus[server] = gpusPerServer;
                domains[server++] = domain;
                power.add(domain, microwatts(emptyServerWatts), 0);
            }
        }
    }

    /** Number of servers, those that are down among them. */
    public int count() {
        return domains.length;
    }

    /** What the servers that are up draw without any pod. */
    public double overheadWatts() {
        int up = 0;
        for (int here : upInDomain) {
            up += here;
        }
        return up * emptyServerWatts;
    }

    /** The part of it that a domain feeds directly. */
    public double overheadWatts(int domain) {
        return upInDomain[domain] * emptyServerWatts;
    }

    /** Energy of the servers without any pod since the beginning. */
    public double overheadJoules(long nowNanos) {
        overheadJoules += overheadWatts() * ((nowNanos - settledNanos) * 1e-9);
        settledNanos = nowNanos;
        return overheadJoules;
    }

    /** Whether a domain, or one below it, feeds a server. */
    boolean isUnder(int server, int domain) {
        int feeding = domains[server];
        while (feeding > domain) {
            feeding = power.parent(feeding);
        }
        return feeding == domain;
    }

    /** Whether a server has failed and is not repaired yet, or has no power. */
    boolean isDown(int server) {
        return outages[server] > 0;
    }

    /** A server stops drawing power, for one reason more. Its pods are the business of their deployments. */
    void takeDown(int server, long nowNanos) {
        if (outages[server]++ == 0) {
            change(server, -1, nowNanos);
        }
    }

    /** A server draws what an empty one does, once the last reason for being down is gone. */
    void bringUp(int server, long nowNanos) {
        if (--outages[server] == 0) {
            change(server, 1, nowNanos);
        }
    }

    private void change(int server, int up, long nowNanos) {
        overheadJoules(nowNanos);
        upInDomain[domains[server]] += up;
        power.add(domains[server], up * microwatts(emptyServerWatts), nowNanos);
    }

    /** Takes GPUs of the first server that has that many free; -1 if none has. */
    int allocate(int gpus) {
        for (int server = 0; server < freeGpus.length; server++) {
            if (freeGpus[server] >= gpus && outages[server] == 0) {
                freeGpus[server] -= gpus;
                return server;
            }
        }
        return -1;
    }

    void release(int server, int gpus) {
        freeGpus[server] += gpus;
    }

    int domain(int server) {
        return domains[server];
    }

    /** Active power at the wall of a pod whose boards draw this much together. */
    public double activeWatts(double boardWatts, int gpus) {
        return wallWattsPerGpuWatt * (boardWatts - gpus * unallocatedGpuWatts);
    }

    /** Whole microwatts, as {@link PowerDomains} counts. */
    public static long microwatts(double watts) {
        return Math.round(watts * 1e6);
    }
}
