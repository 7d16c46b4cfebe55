package dev.capstan.sim.cluster;

import dev.capstan.sim.kernel.Kernel;
import dev.capstan.sim.kernel.Priority;
import dev.capstan.sim.power.GroupPower;
import dev.capstan.sim.power.PowerDomains;
import dev.capstan.trace.RandomStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Keeps as many pods as its spec asks for. New pods go through the phases of their start; pods too many are stopped,
 * those that do not serve yet first, then the youngest, and drain until done or their grace period ends. Starting and
 * draining pods draw power.
 */
public final class Deployment {

    private static final long NO_IMAGE = Long.MAX_VALUE;

    private final Kernel kernel;
    private final PowerDomains power;
    private final Servers servers;
    private final int gpus;
    private final List<StartupPhase> startup;
    private final double startupJitter;
    private final long graceNanos;
    private final RandomStream random;
    private final PodLoad load;
    private final int phaseEnds;
    private final int graceEnds;

    private final List<Pod> everyPod = new ArrayList<>();
    private final List<Pod> present = new ArrayList<>();
    private final int[] counts = new int[Pod.Phase.values().length];
    private long imagePullNanos;
    /** When each server has the image; empty where pulling takes no time. */
    private long[] imageAtNanos = {};

    private @Nullable GroupPower groupPower;
    /** Groups that the pods count in; empty in most runs. */
    private int[] groups = {};

    private Runnable countsChanged = () -> {};
    private int specReplicas;
    private long changes;
    private long readyNanos;
    private long readySettledNanos;
    private double unscoredJoules;

    /**
     * @param gpus of one pod
     * @param startupJitter each phase takes its time times 1 ± this, uniformly
     * @param random the deployment's own stream
     */
    public Deployment(
            Kernel kernel,
            PowerDomains power,
            Servers servers,
            int gpus,
            List<StartupPhase> startup,
            double startupJitter,
            long graceNanos,
            RandomStream random,
            PodLoad load) {
        this.kernel = kernel;
        this.power = power;
        this.servers = servers;
        this.gpus = gpus;
        this.startup = startup;
        this.startupJitter = startupJitter;
        this.graceNanos = graceNanos;
        this.random = random;
        this.load = load;
        phaseEnds = kernel.register(ordinal -> nextPhase(everyPod.get((int) ordinal)));
        graceEnds = kernel.register(ordinal -> endGrace(everyPod.get((int) ordinal)));
        servers.whenFree(this::retryPending);
    }

    /**
     * From now on a pod whose server has no image waits until it is pulled, before it goes through the phases of its start;
     * its GPUs draw what they draw unallocated. A server keeps what it has pulled, whatever happens to it later, and begins
     * anew where it goes down meanwhile.
     *
     * @param nanos how long it takes, but for the jitter of phases; above 0
     */
    public void pullImages(long nanos) {
        imagePullNanos = nanos;
        imageAtNanos = new long[servers.count()];
        Arrays.fill(imageAtNanos, NO_IMAGE);
    }

    /** From now on, before there is a pod, its active power counts in these groups. */
    public void countIn(GroupPower meters, int[] groupsOfMeters) {
        groupPower = meters;
        groups = groupsOfMeters.clone();
    }

    /** Begins with pods that serve already; their servers have the image. */
    public void begin(int replicas) {
        specReplicas = replicas;
        for (int i = 0; i < replicas; i++) {
            Pod pod = create();
            if (!place(pod)) {
                throw new IllegalStateException("no server has " + gpus + " GPUs free for an initial replica");
            }
            if (imagePullNanos > 0) {
                imageAtNanos[pod.server] = kernel.nowNanos();
            }
            become(pod, Pod.Phase.READY);
            load.ready(pod);
        }
    }

    /** Asks for this many pods. */
    public void scale(int replicas) {
        specReplicas = replicas;
        int running = running();
        for (; running < replicas; running++) {
            changes++;
            Pod pod = create();
            startIfPlaced(pod);
        }
        for (; running > replicas; running--) {
            changes++;
            stop(victim());
        }
    }

    /** GPUs of each pod. */
    public int gpus() {
        return gpus;
    }

    /** The replicas asked for. */
    public int specReplicas() {
        return specReplicas;
    }

    /** Pods that are not on their way out: what the scale subresource reports as replicas. */
    public int running() {
        return count(Pod.Phase.UNREACHABLE)
                + count(Pod.Phase.PENDING)
                + count(Pod.Phase.STARTING)
                + count(Pod.Phase.READY);
    }

    /** What to call whenever the number of pods in some phase has changed. */
    public void whenCountsChange(Runnable listener) {
        countsChanged = listener;
    }

    /** Pods in a phase. */
    public int count(Pod.Phase phase) {
        return counts[phase.ordinal()];
    }

    /** Pods that exist, in the order of their creation. */
    public List<Pod> pods() {
        return present;
    }

    /** Pods started and pods told to stop since the beginning. */
    public long changes() {
        return changes;
    }

    /** Active energy of every pod there ever was. */
    public double activeJoules(long nowNanos) {
        double joules = 0;
        for (Pod pod : everyPod) {
            joules += pod.activeJoules(nowNanos);
        }
        return joules;
    }

    /** The warm-up is over. */
    public void startScoring() {
        settleReady();
        readyNanos = 0;
        unscoredJoules = activeJoulesSoFar();
    }

    /** Active energy of every pod there was since scoring began. */
    public double scoredJoules() {
        return activeJoulesSoFar() - unscoredJoules;
    }

    /** Time that pods were ready since scoring began, all of them together. */
    public double readySeconds() {
        settleReady();
        return readyNanos * 1e-9;
    }

    private double activeJoulesSoFar() {
        double joules = 0;
        for (Pod pod : everyPod) {
            joules += pod.activeJoulesSoFar(kernel.nowNanos());
        }
        return joules;
    }

    private void settleReady() {
        readyNanos += count(Pod.Phase.READY) * (kernel.nowNanos() - readySettledNanos);
        readySettledNanos = kernel.nowNanos();
    }

    /** The boards of a pod draw this much together from now on. */
    public void draw(Pod pod, double boardWatts) {
        drawActive(pod, Servers.microwatts(servers.activeWatts(boardWatts, gpus)));
    }

    /** The same with the active microwatts worked out beforehand: for hot paths. */
    public void drawActive(Pod pod, long activeMicrowatts) {
        long now = kernel.nowNanos();
        long change = pod.draw(activeMicrowatts, now);
        power.add(pod.domain, change, now);
        if (groupPower != null) {
            for (int group : groups) {
                groupPower.add(group, change, now);
            }
        }
    }

    /** Nothing is left on a pod that was draining. */
    public void drained(Pod pod) {
        remove(pod);
    }

    /** A server has failed: whatever ran on it is lost, and its pods count on until they are evicted. */
    void serverFailed(int server) {
        if (imagePullNanos > 0 && imageAtNanos[server] > kernel.nowNanos()) {
            imageAtNanos[server] = NO_IMAGE;
        }
        for (Pod pod : List.copyOf(present)) {
            if (pod.server == server) {
                lose(pod);
                drawActive(pod, 0);
                if (pod.phase == Pod.Phase.TERMINATING) {
                    remove(pod);
                } else {
                    become(pod, Pod.Phase.UNREACHABLE);
                }
            }
        }
    }

    /** A GPU has failed: the pod that holds it is lost whole, and another starts in its place unless it was on its way out. */
    void gpuFailed(int server, long gpu) {
        for (Pod pod : present) {
            if (pod.server == server && (pod.gpus & gpu) != 0) {
                boolean wanted = pod.phase != Pod.Phase.TERMINATING;
                lose(pod);
                remove(pod);
                if (wanted) {
                    startIfPlaced(create());
                }
                return;
            }
        }
    }

    /** Pods that are still unreachable are given up, and others start in their place: evicted, or their server is back. */
    void replaceUnreachable(int server) {
        for (Pod pod : List.copyOf(present)) {
            if (pod.server == server && pod.phase == Pod.Phase.UNREACHABLE) {
                remove(pod);
                startIfPlaced(create());
            }
        }
        retryPending();
    }

    private void lose(Pod pod) {
        if (pod.phase == Pod.Phase.READY && load.drain(pod)) {
            return;
        }
        if (pod.phase == Pod.Phase.READY || pod.phase == Pod.Phase.TERMINATING) {
            load.kill(pod);
        }
    }

    private Pod create() {
        Pod pod = new Pod(everyPod.size());
        everyPod.add(pod);
        present.add(pod);
        counts[pod.phase.ordinal()]++;
        countsChanged.run();
        return pod;
    }

    private boolean place(Pod pod) {
        pod.server = servers.withFree(gpus);
        if (pod.server < 0) {
            return false;
        }
        pod.gpus = servers.take(pod.server, gpus);
        pod.boardFactor = servers.podFactor(pod.server, pod.gpus);
        pod.domain = servers.domain(pod.server);
        pod.draw(0, kernel.nowNanos());
        return true;
    }

    private void startIfPlaced(Pod pod) {
        if (place(pod)) {
            become(pod, Pod.Phase.STARTING);
            if (imagePullNanos > 0 && imageNanos(pod.server) > kernel.nowNanos()) {
                kernel.schedule(imageAtNanos[pod.server], Priority.PLANT, phaseEnds, pod.ordinal());
            } else {
                nextPhase(pod);
            }
        }
    }

    /** When a server has the image, which it pulls if nobody has asked for it before. */
    private long imageNanos(int server) {
        if (imageAtNanos[server] == NO_IMAGE) {
            imageAtNanos[server] = kernel.nowNanos() + jittered(imagePullNanos);
        }
        return imageAtNanos[server];
    }

    private void nextPhase(Pod pod) {
        if (pod.phase != Pod.Phase.STARTING) {
            return;
        }
        if (++pod.startupPhase == startup.size()) {
            become(pod, Pod.Phase.READY);
            load.ready(pod);
            return;
        }
        StartupPhase phase = startup.get(pod.startupPhase);
        draw(pod, gpus * phase.gpuWatts());
        kernel.schedule(kernel.nowNanos() + jittered(phase.nanos()), Priority.PLANT, phaseEnds, pod.ordinal());
    }

    private long jittered(long nanos) {
        return Math.round(nanos * (1 + startupJitter * (2 * random.nextDouble() - 1)));
    }

    private Pod victim() {
        Pod victim = null;
        for (Pod pod : present) {
            if (pod.phase.compareTo(Pod.Phase.READY) <= 0
                    && (victim == null || pod.phase.compareTo(victim.phase) <= 0)) {
                victim = pod;
            }
        }
        if (victim == null) {
            throw new IllegalStateException("no pod is left to stop");
        }
        return victim;
    }

    private void stop(Pod pod) {
        boolean serves = pod.phase == Pod.Phase.READY;
        become(pod, Pod.Phase.TERMINATING);
        if (!serves || load.drain(pod)) {
            remove(pod);
        } else {
            kernel.schedule(kernel.nowNanos() + graceNanos, Priority.PLANT, graceEnds, pod.ordinal());
        }
    }

    private void endGrace(Pod pod) {
        if (pod.phase == Pod.Phase.TERMINATING) {
            load.kill(pod);
            remove(pod);
        }
    }

    private void remove(Pod pod) {
        if (pod.server >= 0) {
            drawActive(pod, 0);
            servers.release(pod.server, pod.gpus);
        }
        become(pod, Pod.Phase.GONE);
        present.remove(pod);
        servers.offerFree();
    }

    /** Pods that wait for GPUs start where they find some now. */
    private void retryPending() {
        if (count(Pod.Phase.PENDING) == 0) {
            return;
        }
        for (Pod pod : List.copyOf(present)) {
            if (pod.phase == Pod.Phase.PENDING) {
                startIfPlaced(pod);
            }
        }
    }

    private void become(Pod pod, Pod.Phase phase) {
        settleReady();
        counts[pod.phase.ordinal()]--;
        pod.phase = phase;
        counts[phase.ordinal()]++;
        countsChanged.run();
    }
}
