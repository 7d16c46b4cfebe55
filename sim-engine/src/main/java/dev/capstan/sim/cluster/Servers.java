package dev.capstan.sim.cluster;

import dev.capstan.sim.power.PowerDomains;

/**
 * The servers and their free GPUs. A server draws {@code base + slope * sum of its GPUs} at the wall; GPUs that belong to
 * no pod draw their idle power, so that a pod adds {@code slope * (its GPUs - the same GPUs idle)}: its active watts.
 */
public final class Servers {

    private final int[] freeGpus;
    private final int[] domains;
    private final double wallWattsPerGpuWatt;
    private final double unallocatedGpuWatts;
    private final double overheadWatts;

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
        freeGpus = new int[count];
        domains = new int[count];
        this.wallWattsPerGpuWatt = wallWattsPerGpuWatt;
        this.unallocatedGpuWatts = unallocatedGpuWatts;
        double emptyServerWatts = serverBaseWatts + wallWattsPerGpuWatt * unallocatedGpuWatts * gpusPerServer;
        int server = 0;
        for (int domain = 0; domain < serversOfDomain.length; domain++) {
            for (int i = 0; i < serversOfDomain[domain]; i++) {
                freeGpus[server] = gpusPerServer;
                domains[server++] = domain;
                power.add(domain, microwatts(emptyServerWatts), 0);
            }
        }
        overheadWatts = count * emptyServerWatts;
    }

    /** What the servers draw without any pod. */
    public double overheadWatts() {
        return overheadWatts;
    }

    /** Takes GPUs of the first server that has that many free; -1 if none has. */
    int allocate(int gpus) {
        for (int server = 0; server < freeGpus.length; server++) {
            if (freeGpus[server] >= gpus) {
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
