package dev.capstan.sim.cluster;

import dev.capstan.sim.power.PowerDomains;
import dev.capstan.trace.RandomStream;
import java.util.ArrayList;
import java.util.List;

/**
 * The servers and their free GPUs. A server draws {@code base + slope * sum of its GPUs} at the wall; GPUs that belong to
 * no pod draw their idle power, so that a pod adds {@code slope * (its GPUs - the same GPUs idle)}: its active watts.
 *
 * <p>A pod holds GPUs of the lowest numbers that were free and worked. Boards of one kind are alike until
 * {@link #spreadBoards}. A GPU that has failed belongs to no pod and draws what one does that is idle.
 */
public final class Servers {

    /** No board is further off than so many standard deviations. */
    private static final double MOST_DEVIATIONS = 3;

    private static final double[] ALL_ALIKE = {};

    private final PowerDomains power;
    private final int gpusPerServer;
    /** The GPUs of each server that are free: a bit for each. */
    private final long[] freeGpus;
    /** The GPUs of each server that have failed and are not repaired yet: a bit for each. */
    private final long[] brokenGpus;

    private final List<Runnable> searches = new ArrayList<>();
    /** Dynamic power of each board over that of its profile. */
    private double[] boardFactors = ALL_ALIKE;

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
     * @param gpusPerServer 64 at most
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
        if (gpusPerServer < 1 || gpusPerServer > Long.SIZE) {
            throw new IllegalArgumentException("a server has 1 to 64 GPUs, was given " + gpusPerServer);
        }
        int count = 0;
        for (int here : serversOfDomain) {
            count += here;
        }
        this.power = power;
        this.gpusPerServer = gpusPerServer;
        freeGpus = new long[count];
        brokenGpus = new long[count];
        domains = new int[count];
        outages = new int[count];
        upInDomain = serversOfDomain.clone();
        this.wallWattsPerGpuWatt = wallWattsPerGpuWatt;
        this.unallocatedGpuWatts = unallocatedGpuWatts;
        emptyServerWatts = serverBaseWatts + wallWattsPerGpuWatt * unallocatedGpuWatts * gpusPerServer;
        int server = 0;
        for (int domain = 0; domain < serversOfDomain.length; domain++) {
            for (int i = 0; i < serversOfDomain[domain]; i++) {
                freeGpus[server] = -1L >>> (Long.SIZE - gpusPerServer);
                domains[server++] = domain;
                power.add(domain, microwatts(emptyServerWatts), 0);
            }
        }
    }

    /** Number of servers, those that are down among them. */
    public int count() {
        return domains.length;
    }

    int gpusPerServer() {
        return gpusPerServer;
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

    /** Whether a GPU has not failed, or is repaired, and its server is up. */
    boolean works(int server, int gpu) {
        return outages[server] == 0 && (brokenGpus[server] & 1L << gpu) == 0;
    }

    /** No pod can take this GPU from now on. The one that holds it is the business of its deployment. */
    void breakGpu(int server, int gpu) {
        brokenGpus[server] |= 1L << gpu;
    }

    /** Pods can take it again. */
    void repairGpu(int server, int gpu) {
        brokenGpus[server] &= ~(1L << gpu);
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

    /**
     * Draws for each board a factor that its dynamic power is times that of its profile: normal with mean 1, drawn again
     * where it is more than 3 standard deviations off, which takes 1.3 % off the deviation and keeps the mean.
     *
     * @param spread standard deviation before that; below 1/3
     * @param random the boards' own stream
     */
    public void spreadBoards(double spread, RandomStream random) {
        boardFactors = new double[domains.length * gpusPerServer];
        for (int board = 0; board < boardFactors.length; board++) {
            double deviations;
            do {
                deviations = random.nextGaussian();
            } while (Math.abs(deviations) > MOST_DEVIATIONS);
            boardFactors[board] = 1 + spread * deviations;
        }
    }

    /** The factor of one board. */
    double boardFactor(int server, int gpu) {
        return boardFactors == ALL_ALIKE ? 1 : boardFactors[server * gpusPerServer + gpu];
    }

    /** The mean factor of some boards of a server, rounded to 1/200 so that pods share tables of what their steps cost. */
    double podFactor(int server, long gpus) {
        double sum = 0;
        for (long left = gpus; left != 0; left &= left - 1) {
            sum += boardFactor(server, Long.numberOfTrailingZeros(left));
        }
        return Math.rint(sum / Long.bitCount(gpus) * 200) / 200;
    }

    /** The first server that has that many GPUs free that work; -1 if none has. */
    int withFree(int gpus) {
        for (int server = 0; server < freeGpus.length; server++) {
            if (outages[server] == 0 && Long.bitCount(usableGpus(server)) >= gpus) {
                return server;
            }
        }
        return -1;
    }

    /** Takes that many GPUs of a server, those of the lowest numbers that are free and work: a bit for each. */
    long take(int server, int gpus) {
        long usable = usableGpus(server);
        long left = usable;
        for (int i = 0; i < gpus; i++) {
            left &= left - 1;
        }
        long taken = usable ^ left;
        freeGpus[server] ^= taken;
        return taken;
    }

    private long usableGpus(int server) {
        return freeGpus[server] & ~brokenGpus[server];
    }

    /** Registers what shall look for GPUs whenever some may have become free; asked in the order of registration. */
    void whenFree(Runnable search) {
        searches.add(search);
    }

    /** GPUs have become free: pods of any service may wait for them. */
    void offerFree() {
        searches.forEach(Runnable::run);
    }

    /** Gives them back. */
    void release(int server, long gpus) {
        freeGpus[server] |= gpus;
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
