package dev.capstan.bridge.operator;

import dev.capstan.bridge.journal.JournalWriter;
import dev.capstan.bridge.resource.CapResource;
import dev.capstan.bridge.resource.ClusterPowerCap;
import dev.capstan.bridge.resource.PowerCap;
import dev.capstan.bridge.target.ClusterView;
import dev.capstan.bridge.target.LeverFinder;
import dev.capstan.bridge.target.LeverWriter;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.javaoperatorsdk.operator.Operator;
import io.javaoperatorsdk.operator.api.config.LeaderElectionConfigurationBuilder;
import io.javaoperatorsdk.operator.api.reconciler.ControllerConfiguration;
import io.javaoperatorsdk.operator.processing.retry.GenericRetry;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The operator as a whole. Several processes may run it: one leads, the others are ready to take over.
 *
 * <p>Source of the election: the lease of Kubernetes' own controllers, by the Java Operator SDK. Its release 5.3.2 goes on
 * after a lost lease, and its deprecated constructors hang on the way out; hence a process that loses its lease halts here,
 * and one that is told to stop says so first.
 */
public final class CapstanOperator implements AutoCloseable {

    private static final String FINALIZER = "capstan.dev/restore";
    private static final Duration LONGEST_RETRY = Duration.ofSeconds(5);

    private final Operator operator;
    private final Leadership leadership;
    private final ClusterView view;
    private final Operating operating;
    private final OperatorMetrics metrics;

    /**
     * An operator over real sources and by the clock of the machine.
     *
     * @param client its retries should be few: the next turn is the retry
     * @param journal of every step; null for none
     * @param lost what to do when another process may lead; must end this one at once
     */
    public static CapstanOperator of(
            KubernetesClient client, OperatorSettings settings, @Nullable JournalWriter journal, Runnable lost) {
        ExecutorService background = Executors.newCachedThreadPool(CapstanOperator::daemon);
        Keys keys = new Keys(client, settings.namespace(), System::nanoTime);
        return new CapstanOperator(
                client,
                settings,
                new LiveSources(keys, InstantSource.system(), background),
                journal == null ? step -> {} : new JournalListener(journal, settings.version()),
                InstantSource.system(),
                System::nanoTime,
                lost);
    }

    private static Thread daemon(Runnable work) {
        Thread thread = new Thread(work, "capstan-background");
        thread.setDaemon(true);
        return thread;
    }

    CapstanOperator(
            KubernetesClient client,
            OperatorSettings settings,
            Sources sources,
            StepListener listener,
            InstantSource clock,
            LongSupplier monotonicNanos,
            Runnable lost) {
        leadership = new Leadership(
                settings.identity(), settings.stepLimit(), monotonicNanos, () -> takeOver(client, settings), lost);
        metrics = new OperatorMetrics(leadership::leads);
        view = new ClusterView(client, monotonicNanos);
        LeverFinder finder = new LeverFinder(view);
        Keys keys = new Keys(client, settings.namespace(), monotonicNanos);
        Events events = new Events(client, settings.identity(), clock);
        operating = new Operating(
                settings.version(),
                clock,
                monotonicNanos,
                ManagementFactory.getThreadMXBean()::getCurrentThreadCpuTime,
                leadership,
                new Services(view, finder),
                new Holds(),
                finder,
                new LeverWriter(client, view),
                new ClientStatusStore(client, leadership),
                new Certificates(keys, settings.version()),
                new Announcements(events),
                events,
                StepListeners.of(metrics, listener));
        CapLoops loops = new CapLoops(operating, sources);
        operator = new Operator(overrides -> overrides
                .withKubernetesClient(client)
                .withCloseClientOnStop(false)
                .withConcurrentReconciliationThreads(settings.threads())
                .withStopOnInformerErrorDuringStartup(true)
                .withLeaderElectionConfiguration(
                        LeaderElectionConfigurationBuilder.aLeaderElectionConfiguration(settings.leaseName())
                                .withLeaseNamespace(settings.namespace())
                                .withIdentity(settings.identity())
                                .withLeaseDuration(settings.leaseDuration())
                                .withRenewDeadline(settings.renewDeadline())
                                .withRetryPeriod(settings.retryPeriod())
                                .withLeaderCallbacks(leadership.callbacks())
                                .build()));
        // The framework would leave a cap alone for hours after some failures.
        GenericRetry forEver = new GenericRetry()
                .setInitialInterval(Duration.ofSeconds(1))
                .setMaxInterval(LONGEST_RETRY.toMillis())
                .withoutMaxAttempts();
        operator.register(
                new PowerCaps(loops),
                overrides -> overrides.withFinalizer(FINALIZER).withRetry(forEver));
        operator.register(
                new ClusterPowerCaps(loops),
                overrides -> overrides.withFinalizer(FINALIZER).withRetry(forEver));
    }

    /**
     * Finds out what all caps hold, before the first of them may raise anything that another holds down.
     *
     * @return the number of times that the lease has changed hands, which grows with each leader
     */
    private long takeOver(KubernetesClient client, OperatorSettings settings) {
        List<CapResource> caps = new ArrayList<>();
        caps.addAll(client.resources(PowerCap.class).inAnyNamespace().list().getItems());
        caps.addAll(client.resources(ClusterPowerCap.class).list().getItems());
        caps.forEach(operating::heldBy);
        Lease lease = client.leases()
                .inNamespace(settings.namespace())
                .withName(settings.leaseName())
                .get();
        Integer transitions = lease == null || lease.getSpec() == null
                ? null
                : lease.getSpec().getLeaseTransitions();
        return transitions == null ? 0 : transitions;
    }

    /** Begins to watch, and to lead where nobody does. */
    public void start() {
        operator.start();
    }

    /** Whether this process leads. */
    public boolean leads() {
        return leadership.leads();
    }

    /** Figures of every cap, in the text format of Prometheus, version 0.0.4. */
    public String scrape() {
        return metrics.scrape();
    }

    /** Ends all turns; ceilings stay as they are. */
    @Override
    public void close() {
        leadership.stopping();
        operator.stop();
        view.close();
    }

    @ControllerConfiguration(name = "powercap")
    private static final class PowerCaps extends CapReconciler<PowerCap> {
        PowerCaps(CapLoops loops) {
            super(loops);
        }
    }

    @ControllerConfiguration(name = "clusterpowercap")
    private static final class ClusterPowerCaps extends CapReconciler<ClusterPowerCap> {
        ClusterPowerCaps(CapLoops loops) {
            super(loops);
        }
    }
}
