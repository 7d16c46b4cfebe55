package dev.capstan.sim.cluster;

import dev.capstan.sim.kernel.Kernel;
import dev.capstan.sim.kernel.Priority;
import dev.capstan.trace.RandomStream;
import java.util.List;

/** Servers that fail and are repaired, at given times or at random. One that is down already does not fail. */
public final class Failures {

    /**
     * A failure that is planned, of servers or of GPUs.
     *
     * @param domain index of a power domain: what is under it fails
     * @param count how many; those of the lowest numbers that are up
     */
    public record Planned(long atNanos, long repairNanos, int domain, int count) {}

    /**
     * Failures at random: each server, or GPU, fails after an exponential time, is repaired after a fixed one, and so on.
     * One that falls into another outage changes nothing.
     *
     * @param meanSeconds until one that is up fails; infinite for never
     */
    public record Random(double meanSeconds, long repairNanos) {}

    /** Is told of failures and repairs. */
    public interface Listener {

        /** A server failed, or is repaired. */
        void changed(long nowNanos, int server, boolean failed);
    }

    private static final double NANOS = 1e9;

    private final Kernel kernel;
    private final Servers servers;
    private final Outages outages;
    private final Random atRandom;
    private final RandomStream random;
    private final Listener listener;
    private final int failAtRandom;
    private final int repair;

    /**
     * Schedules the failures.
     *
     * @param random the failures' own stream
     */
    public static void schedule(
            Kernel kernel,
            Servers servers,
            Outages outages,
            List<Planned> planned,
            Random atRandom,
            RandomStream random,
            Listener listener) {
        Failures failures = new Failures(kernel, servers, outages, atRandom, random, listener);
        int plan = kernel.register(index -> failures.fail(planned.get((int) index)));
        for (int i = 0; i < planned.size(); i++) {
            kernel.schedule(planned.get(i).atNanos(), Priority.PLANT, plan, i);
        }
        for (int server = 0; server < servers.count(); server++) {
            failures.awaitFailure(server, 0);
        }
    }

    private Failures(
            Kernel kernel, Servers servers, Outages outages, Random atRandom, RandomStream random, Listener listener) {
        this.kernel = kernel;
        this.servers = servers;
        this.outages = outages;
        this.atRandom = atRandom;
        this.random = random;
        this.listener = listener;
        failAtRandom = kernel.register(server -> failAtRandom((int) server));
        repair = kernel.register(server -> repair((int) server));
    }

    private void awaitFailure(int server, long fromNanos) {
        if (atRandom.meanSeconds() < Double.POSITIVE_INFINITY) {
            long after = Math.round(atRandom.meanSeconds() * NANOS * random.nextExponential());
            kernel.schedule(fromNanos + after, Priority.PLANT, failAtRandom, server);
        }
    }

    private void failAtRandom(int server) {
        fail(server, atRandom.repairNanos());
        awaitFailure(server, kernel.nowNanos() + atRandom.repairNanos());
    }

    private void fail(Planned failure) {
        int left = failure.count();
        for (int server = 0; server < servers.count() && left > 0; server++) {
            if (servers.isUnder(server, failure.domain()) && !servers.isDown(server)) {
                fail(server, failure.repairNanos());
                left--;
            }
        }
    }

    private void fail(int server, long repairNanos) {
        if (servers.isDown(server)) {
            return;
        }
        long now = kernel.nowNanos();
        kernel.schedule(now + repairNanos, Priority.PLANT, repair, server);
        outages.begin(server);
        listener.changed(now, server, true);
    }

    /** It stays down where a breaker above it is open. */
    private void repair(int server) {
        listener.changed(kernel.nowNanos(), server, false);
        outages.end(server);
    }
}
