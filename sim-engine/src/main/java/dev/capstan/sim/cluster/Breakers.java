package dev.capstan.sim.cluster;

import dev.capstan.sim.kernel.EventSource;
import dev.capstan.sim.kernel.Kernel;
import dev.capstan.sim.kernel.Priority;
import dev.capstan.sim.power.PowerDomains;
import java.util.stream.IntStream;

/**
 * The breakers of the power domains. One that trips cuts the power of every server below it at that instant, to the
 * nanosecond; after a while somebody resets it, and it begins cold. Of a breaker and one below it that are due at the same
 * instant, the one below trips, and may spare the other.
 */
public final class Breakers {

    /** A breaker that nobody resets. */
    public static final long NEVER = Long.MAX_VALUE;

    /** Is told of trips and resets. */
    public interface Listener {

        /**
         * A breaker tripped, or is closed again.
         *
         * @param servers below it, whether they were up or not
         */
        void changed(long nowNanos, int domain, boolean tripped, int servers);
    }

    private final Kernel kernel;
    private final PowerDomains power;
    private final Servers servers;
    private final Outages outages;
    private final long[] resetNanos;
    private final Listener listener;
    private final int resets;

    /**
     * Lets the breakers trip from now on.
     *
     * @param resetNanos of each domain, from the trip of its breaker until it is closed again; {@link #NEVER} for never
     */
    public static void watch(
            Kernel kernel, PowerDomains power, Servers servers, Outages outages, long[] resetNanos, Listener listener) {
        Breakers breakers = new Breakers(kernel, power, servers, outages, resetNanos, listener);
        kernel.addSource(breakers.new Trips());
    }

    private Breakers(
            Kernel kernel, PowerDomains power, Servers servers, Outages outages, long[] resetNanos, Listener listener) {
        this.kernel = kernel;
        this.power = power;
        this.servers = servers;
        this.outages = outages;
        this.resetNanos = resetNanos;
        this.listener = listener;
        resets = kernel.register(domain -> reset((int) domain));
    }

    private final class Trips implements EventSource {

        @Override
        public long nextNanos() {
            return power.nextTripNanos();
        }

        @Override
        public int priority() {
            return Priority.PLANT;
        }

        @Override
        public void handleNext() {
            trip(power.nextTrip());
        }
    }

    private void trip(int domain) {
        long now = kernel.nowNanos();
        power.meter(domain).trip(now);
        int[] below = below(domain);
        outages.begin(below);
        listener.changed(now, domain, true, below.length);
        if (resetNanos[domain] != NEVER) {
            kernel.schedule(now + resetNanos[domain], Priority.PLANT, resets, domain);
        }
    }

    private void reset(int domain) {
        long now = kernel.nowNanos();
        power.meter(domain).reset(now);
        int[] below = below(domain);
        outages.end(below);
        listener.changed(now, domain, false, below.length);
    }

    private int[] below(int domain) {
        return IntStream.range(0, servers.count())
                .filter(server -> servers.isUnder(server, domain))
                .toArray();
    }
}
