package dev.capstan.sim.serving;

import dev.capstan.sim.cluster.Demand;
import dev.capstan.sim.cluster.Deployment;
import dev.capstan.sim.cluster.LatencyHistogram;
import dev.capstan.sim.cluster.Pod;
import dev.capstan.sim.cluster.Servers;
import dev.capstan.sim.cluster.ServicePlant;
import dev.capstan.sim.cluster.StartupPhase;
import dev.capstan.sim.kernel.InvariantViolation;
import dev.capstan.sim.kernel.Kernel;
import dev.capstan.sim.kernel.Priority;
import dev.capstan.sim.power.PowerDomains;
import dev.capstan.trace.PowerTrace;
import dev.capstan.trace.RandomStream;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A service whose demand is a measured power trace (power mode): for sites that have no request log.
 *
 * <p>Demand is active power. The ready replicas deliver it in equal parts, each up to its peak under the GPU limit
 * and the locked clock in force: a lock leaves of the peak what the profile's response leaves of its dynamic part.
 * Demand under that peak is served at its own watts, since a power trace does not say how much work it stands for:
 * that the same work draws less and takes longer at a lower clock is not modelled. What does not fit is curtailed
 * (lost), or deferred: kept as a backlog of energy that is served with all the room there is as soon as there is any.
 * Power is constant between changes of demand, replicas or limit and the instant at which the backlog runs out, so
 * energy is exact.  <p>That boards differ changes nothing here: demand is watts at the site's own boards, whatever
 * work it stands for.
 */
public final class MeteredService implements ServicePlant {

    /** The autoscaler sees a backlog as if it were to be served within a minute. */
    private static final double BACKLOG_HORIZON_SECONDS = 60;

    private final Kernel kernel;
    private final Servers servers;
    private final Demand refusals;
    private final ModelProfile model;
    private final Deployment deployment;
    private final PowerTrace trace;
    private final double scale;
    private final double subtractWatts;
    private final boolean defers;
    private final int demandChanges;
    private final int backlogEnds;
    private final List<Pod> serving = new ArrayList<>();
    private final double idleActiveWatts;
    private final double peakActiveWatts;

    private double gpuLimitWatts;
    private int clockMegahertz;
    private double demandWatts;
    private double servedWatts;
    private double backlogJoules;
    private double demandJoules;
    private double servedJoules;
    private double curtailedJoules;
    private long settledNanos;
    private int epoch;
    private boolean refuses;

    /**
     * @param scale applied to each sample after {@code subtractWatts} was taken off it
     * @param defers true to keep what does not fit as a backlog, false to lose it
     */
    public MeteredService(
            Kernel kernel,
            PowerDomains power,
            Servers servers,
            Demand refusals,
            ModelProfile model,
            List<StartupPhase> startup,
            double startupJitter,
            long graceNanos,
            RandomStream random,
            PowerTrace trace,
            double scale,
            double subtractWatts,
            boolean defers) {
        this.kernel = kernel;
        this.servers = servers;
        this.refusals = refusals;
        this.model = model;
        this.trace = trace;
        this.scale = scale;
        this.subtractWatts = subtractWatts;
        this.defers = defers;
        gpuLimitWatts = model.tdpGpuWatts();
        idleActiveWatts = servers.activeWatts(model.gpus() * model.idleGpuWatts(), model.gpus());
        peakActiveWatts = servers.activeWatts(model.peakWatts(), model.gpus());
        demandChanges = kernel.register(this::demandChanges);
        backlogEnds = kernel.register(awaited -> {
            if (awaited == epoch) {
                settle();
                // The instant was rounded up to a whole nanosecond: what was served beyond the backlog was not drawn.
                servedJoules += backlogJoules;
                backlogJoules = 0;
                serve();
            }
        });
        deployment =
                new Deployment(kernel, power, servers, model.gpus(), startup, startupJitter, graceNanos, random, this);
        kernel.schedule(0, Priority.PLANT, demandChanges, 0);
    }

    /** Energy of demand that was lost. */
    public double curtailedJoules() {
        settle();
        return curtailedJoules;
    }

    @Override
    public void ready(Pod pod) {
        settle();
        serving.add(pod);
        serve();
    }

    @Override
    public boolean drain(Pod pod) {
        settle();
        serving.remove(pod);
        serve();
        return true;
    }

    @Override
    public void kill(Pod pod) {
        throw new IllegalStateException("a metered replica hands its demand over at once, so its grace cannot end");
    }

    @Override
    public Deployment deployment() {
        return deployment;
    }

    @Override
    public double autoscalingMetric() {
        settle();
        return (demandWatts + backlogJoules / BACKLOG_HORIZON_SECONDS) / peakActiveWatts;
    }

    @Override
    public double running() {
        return servedWatts;
    }

    @Override
    public double waiting() {
        return Math.max(0, demandWatts - servedWatts);
    }

    @Override
    public long inputTokens() {
        return 0;
    }

    @Override
    public long outputTokens() {
        return 0;
    }

    @Override
    public @Nullable LatencyHistogram ttft() {
        return null;
    }

    @Override
    public @Nullable LatencyHistogram tpot() {
        return null;
    }

    @Override
    public double gpuLimitWatts() {
        return gpuLimitWatts;
    }

    @Override
    public void limitGpus(double watts) {
        settle();
        gpuLimitWatts = Math.min(model.tdpGpuWatts(), Math.max(model.minGpuLimitWatts(), watts));
        serve();
    }

    @Override
    public int clockMegahertz() {
        return clockMegahertz;
    }

    @Override
    public void lockClock(int megahertz) {
        settle();
        clockMegahertz = model.lockableMegahertz(megahertz);
        serve();
    }

    @Override
    public void limitConcurrency(int sequences) {
        // Demand in watts has no sequences.
    }

    @Override
    public int concurrencyLimit() {
        return 0;
    }

    @Override
    public int maxConcurrency() {
        return 0;
    }

    @Override
    public void admit(double share) {
        // Demand in watts has no requests to refuse.
    }

    @Override
    public double admissionShare() {
        return 1;
    }

    @Override
    public void weigh(double weight) {
        // Demand in watts has no requests to share out.
    }

    @Override
    public double routingWeight() {
        return Double.NaN;
    }

    /** Invariant 6: demand is served, curtailed or still owed. */
    @Override
    public void check() {
        settle();
        double accounted = servedJoules + curtailedJoules + backlogJoules;
        if (Math.abs(accounted - demandJoules) > 1e-9 * Math.max(1, demandJoules)) {
            throw new InvariantViolation(
                    6,
                    kernel.nowNanos(),
                    "demand of " + demandJoules + " J, served " + servedJoules + ", curtailed " + curtailedJoules
                            + ", owed " + backlogJoules);
        }
    }

    private void demandChanges(long sample) {
        settle();
        int at = (int) sample;
        if (at == trace.size()) {
            demandWatts = 0;
        } else {
            demandWatts = Math.max(0, trace.watts()[at] - subtractWatts) * scale;
            long until = at + 1 < trace.size() ? trace.timeNanos()[at + 1] : trace.endNanos();
            kernel.schedule(until, Priority.PLANT, demandChanges, sample + 1);
        }
        serve();
    }

    private void settle() {
        double seconds = (kernel.nowNanos() - settledNanos) * 1e-9;
        settledNanos = kernel.nowNanos();
        demandJoules += demandWatts * seconds;
        servedJoules += servedWatts * seconds;
        double unserved = (demandWatts - servedWatts) * seconds;
        if (defers) {
            backlogJoules += unserved;
        } else {
            curtailedJoules += unserved;
        }
    }

    private void serve() {
        double gpuWatts = Math.min(model.gpus() * gpuLimitWatts, model.peakWatts(model.clockShare(clockMegahertz)));
        double podWatts = servers.activeWatts(gpuWatts, model.gpus());
        double capacityWatts = podWatts * serving.size();
        servedWatts = backlogJoules > 0 ? capacityWatts : Math.min(demandWatts, capacityWatts);
        epoch++;
        if (backlogJoules > 0 && servedWatts > demandWatts) {
            long nanos = (long) Math.ceil(backlogJoules / (servedWatts - demandWatts) * 1e9);
            kernel.schedule(kernel.nowNanos() + nanos, Priority.PLANT, backlogEnds, epoch);
        }
        boolean refusesNow = backlogJoules > 0 || demandWatts > servedWatts;
        if (refusesNow != refuses) {
            refuses = refusesNow;
            if (refusesNow) {
                refusals.refuse(kernel.nowNanos());
            } else {
                refusals.satisfy(kernel.nowNanos());
            }
        }
        for (Pod pod : serving) {
            deployment.drawActive(pod, Servers.microwatts(Math.max(idleActiveWatts, servedWatts / serving.size())));
        }
    }
}
