package dev.capstan.sim.cluster;

import dev.capstan.sim.kernel.Kernel;
import dev.capstan.sim.kernel.Priority;
import java.util.List;

/**
 * Takes servers down and brings them up, whatever the reason; one that is down for several comes up with the last of them.
 * What ran on a server is lost at once; its pods count as replicas until Kubernetes evicts them or the server is up again,
 * and only then are replaced.
 */
public final class Outages {

    private final Kernel kernel;
    private final Servers servers;
    private final List<Deployment> deployments;
    private final long evictionNanos;
    private final int evict;
    /** How often each server went down, so that the eviction of an earlier time is void. */
    private final int[] counts;

    /**
     * @param deployments whose pods run on the servers
     * @param evictionNanos from the instant a server goes down until its pods are evicted
     */
    public Outages(Kernel kernel, Servers servers, List<Deployment> deployments, long evictionNanos) {
        this.kernel = kernel;
        this.servers = servers;
        this.deployments = deployments;
        this.evictionNanos = evictionNanos;
        counts = new int[servers.count()];
        evict = kernel.register(this::evict);
    }

    /** These servers go down, all at once, for one reason more. */
    void begin(int... affected) {
        long now = kernel.nowNanos();
        boolean[] wasUp = new boolean[affected.length];
        for (int i = 0; i < affected.length; i++) {
            wasUp[i] = !servers.isDown(affected[i]);
            servers.takeDown(affected[i], now);
        }
        for (int i = 0; i < affected.length; i++) {
            if (wasUp[i]) {
                int server = affected[i];
                counts[server]++;
                for (Deployment deployment : deployments) {
                    deployment.serverFailed(server);
                }
                kernel.schedule(now + evictionNanos, Priority.PLANT, evict, ((long) counts[server] << 32) | server);
            }
        }
    }

    /** One reason for these servers to be down is gone. */
    void end(int... affected) {
        for (int server : affected) {
            servers.bringUp(server, kernel.nowNanos());
        }
        for (int server : affected) {
            if (!servers.isDown(server)) {
                replacePods(server);
            }
        }
    }

    private void evict(long payload) {
        int server = (int) payload;
        if (servers.isDown(server) && counts[server] == (int) (payload >>> 32)) {
            replacePods(server);
        }
    }

    private void replacePods(int server) {
        for (Deployment deployment : deployments) {
            deployment.replaceUnreachable(server);
        }
    }
}
