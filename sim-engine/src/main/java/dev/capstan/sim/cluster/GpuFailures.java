package dev.capstan.sim.cluster;

import dev.capstan.sim.kernel.Kernel;
import dev.capstan.sim.kernel.Priority;
import dev.capstan.trace.RandomStream;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Single GPUs that fail and are repaired, at given times or at random. What ran on all the GPUs of a pod is lost with one of
 * them, and another pod starts in its place at once. A GPU that has failed already, or whose server is down, does not fail;
 * one that has stays so, whatever becomes of its server.
 */
public final class GpuFailures {

    /** Is told of failures and repairs. */
    public interface Listener {

        /** A GPU failed, or is repaired. */
        void changed(long nowNanos, int server, int gpu, boolean failed);
    }

    private static final double NANOS = 1e9;

    private final Kernel kernel;
    private final Servers servers;
    private final List<Deployment> deployments;
    private final Failures.Random atRandom;
    private final RandomStream random;
    private final Listener listener;
    private final int gpusPerServer;
    private final int gpus;
    private final int failAtRandom;
    private final int repair;

    /**
     * Schedules the failures.
     *
     * @param deployments whose pods run on the GPUs
     * @param random the failures' own stream
     */
    public static void schedule(
            Kernel kernel,
            Servers servers,
            List<Deployment> deployments,
            List<Failures.Planned> planned,
            Failures.Random atRandom,
            RandomStream random,
            Listener listener) {
        GpuFailures failures = new GpuFailures(kernel, servers, deployments, atRandom, random, listener);
        int plan = kernel.register(index -> failures.fail(planned.get((int) index)));
        for (int i = 0; i < planned.size(); i++) {
            kernel.schedule(planned.get(i).atNanos(), Priority.PLANT, plan, i);
        }
        failures.awaitFailure();
    }

    private GpuFailures(
            Kernel kernel,
            Servers servers,
            List<Deployment> deployments,
            Failures.Random atRandom,
            RandomStream random,
            Listener listener) {
        this.kernel = kernel;
        this.servers = servers;
        this.deployments = deployments;
        this.atRandom = atRandom;
        this.random = random;
        this.listener = listener;
        gpusPerServer = servers.gpusPerServer();
        gpus = servers.count() * gpusPerServer;
        failAtRandom = kernel.register(ignored -> failAtRandom());
        repair = kernel.register(gpu -> repair((int) gpu));
    }

    /**
     * Any of n GPUs fails after the n-th part of the mean time, each as likely as the others: since exponential times have
     * no memory, the same as a time for each, with one pending event instead of n.
     */
    private void awaitFailure() {
        if (atRandom.meanSeconds() < Double.POSITIVE_INFINITY) {
            long after = Math.round(atRandom.meanSeconds() / gpus * NANOS * random.nextExponential());
            kernel.schedule(kernel.nowNanos() + after, Priority.PLANT, failAtRandom, 0);
        }
    }

    private void failAtRandom() {
        int gpu = random.nextInt(gpus);
        if (works(gpu)) {
            fail(atRandom.repairNanos(), gpu);
        }
        awaitFailure();
    }

    private void fail(Failures.Planned failure) {
        int[] failing = IntStream.range(0, gpus)
                .filter(gpu -> works(gpu) && servers.isUnder(gpu / gpusPerServer, failure.domain()))
                .limit(failure.count())
                .toArray();
        fail(failure.repairNanos(), failing);
    }

    private boolean works(int gpu) {
        return servers.works(gpu / gpusPerServer, gpu % gpusPerServer);
    }

    /** All at once, so that no pod moves to one that fails with its own. */
    private void fail(long repairNanos, int... failing) {
        long now = kernel.nowNanos();
        for (int gpu : failing) {
            servers.breakGpu(gpu / gpusPerServer, gpu % gpusPerServer);
        }
        for (int gpu : failing) {
            kernel.schedule(now + repairNanos, Priority.PLANT, repair, gpu);
            listener.changed(now, gpu / gpusPerServer, gpu % gpusPerServer, true);
            for (Deployment deployment : deployments) {
                deployment.gpuFailed(gpu / gpusPerServer, 1L << gpu % gpusPerServer);
            }
        }
    }

    private void repair(int gpu) {
        servers.repairGpu(gpu / gpusPerServer, gpu % gpusPerServer);
        listener.changed(kernel.nowNanos(), gpu / gpusPerServer, gpu % gpusPerServer, false);
        servers.offerFree();
    }
}
