package dev.capstan.bridge.operator;

import io.fabric8.kubernetes.client.extended.leaderelection.LeaderCallbacks;
import java.time.Duration;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether this process leads. Two leaders would write two ceilings, so a process that has lost its lease ends: what its
 * threads are about to do cannot be called back.
 *
 * <p>A pause of the virtual machine can outlast the lease without anybody noticing. Hence what a step wants to write it
 * must write within the time that a lease lasts after its holder has stopped renewing it.
 */
final class Leadership {

    private static final Logger LOG = LoggerFactory.getLogger(Leadership.class);

    /** What leads, and since when. */
    record Term(String identity, long epoch) {}

    private final String identity;
    private final Duration stepLimit;
    private final LongSupplier monotonicNanos;
    private final LongSupplier epoch;
    private final Runnable lost;
    private volatile boolean leading;
    private volatile boolean stopping;
    private volatile long term;

    /**
     * @param identity of this process
     * @param stepLimit for how long after its start a step may write
     * @param monotonicNanos a clock that only goes forward
     * @param epoch larger with each leader; asked for when this process becomes one, to find out what is held as well
     * @param lost what to do when another process may lead; ends this one
     */
    Leadership(String identity, Duration stepLimit, LongSupplier monotonicNanos, LongSupplier epoch, Runnable lost) {
        this.identity = identity;
        this.stepLimit = stepLimit;
        this.monotonicNanos = monotonicNanos;
        this.epoch = epoch;
        this.lost = lost;
    }

    LeaderCallbacks callbacks() {
        return new LeaderCallbacks(this::begin, this::end, leader -> {});
    }

    private void begin() {
        try {
            term = epoch.getAsLong();
            leading = true;
            LOG.atInfo()
                    .addKeyValue("identity", identity)
                    .addKeyValue("epoch", term)
                    .log("leads");
        } catch (RuntimeException e) {
            // Without knowing what is held nobody may write; another process shall try.
            LOG.error("cannot take over: {}", e.getMessage());
            end();
        }
    }

    private void end() {
        // First of all: each lever asks before it writes.
        leading = false;
        if (!stopping) {
            LOG.atWarn().addKeyValue("identity", identity).log("leads no more, and ends");
            lost.run();
        }
    }

    /** Another leader has written what only a leader writes. */
    void usurped() {
        end();
    }

    /** This process is about to end by itself. */
    void stopping() {
        stopping = true;
        leading = false;
    }

    boolean leads() {
        return leading;
    }

    /** The present term; only meaningful while this process leads. */
    Term term() {
        return new Term(identity, term);
    }

    /** Permission for the writes of one step that begins now. */
    Permit permit() {
        long start = monotonicNanos.getAsLong();
        return () -> leading && monotonicNanos.getAsLong() - start <= stepLimit.toNanos();
    }

    /** Asked before each write. */
    interface Permit {
        /** Whether it may go out. */
        boolean mayWrite();
    }
}
