package dev.capstan.benchmarks;

import ch.qos.logback.classic.Level;
import dev.capstan.trace.RandomStream;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.cloudsimplus.brokers.DatacenterBroker;
import org.cloudsimplus.brokers.DatacenterBrokerSimple;
import org.cloudsimplus.cloudlets.Cloudlet;
import org.cloudsimplus.cloudlets.CloudletSimple;
import org.cloudsimplus.core.CloudSimPlus;
import org.cloudsimplus.datacenters.DatacenterSimple;
import org.cloudsimplus.hosts.Host;
import org.cloudsimplus.hosts.HostSimple;
import org.cloudsimplus.resources.Pe;
import org.cloudsimplus.resources.PeSimple;
import org.cloudsimplus.util.Log;
import org.cloudsimplus.utilizationmodels.UtilizationModelFull;
import org.cloudsimplus.vms.Vm;
import org.cloudsimplus.vms.VmSimple;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * As many requests by CloudSim Plus and by Capstan, on forty servers at about half of what they can take, or all at the
 * start: the whole time. A request is a cloudlet of one processing element on time-shared machines with four of them; no
 * power is metered there. Capstan batches, keeps KV cache, and integrates power.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 1)
@Measurement(iterations = 3)
@Fork(1)
public class CloudSimPlusBenchmark {

    private static final int MACHINES = 40;
    private static final int ELEMENTS = 4;
    private static final int HOSTS = 20;
    private static final double MIPS = 1000;
    private static final double SECONDS_BETWEEN_ARRIVALS = 0.05;
    /** Half of the elements are busy on average. */
    private static final double MEAN_LENGTH = MIPS * SECONDS_BETWEEN_ARRIVALS * MACHINES * ELEMENTS / 2;

    @Param({"1000", "10000"})
    int requests;

    @Param({"spread", "backlog"})
    String arrivals = "spread";

    private ServedRequests served;

    /** Makes up the requests of Capstan and silences the log of the other. */
    @Setup
    public void prepare() {
        Log.setLevel(Level.OFF);
        boolean spread = arrivals.equals("spread");
        served = new ServedRequests(
                requests,
                MACHINES,
                spread ? 1e9 / (MACHINES * ServedRequests.REQUESTS_PER_SECOND_AND_REPLICA) : 0);
    }

    @Benchmark
    public long capstan() {
        return served.serve();
    }

    @Benchmark
    public int cloudSimPlus() {
        CloudSimPlus simulation = new CloudSimPlus();
        List<Host> hosts = new ArrayList<>();
        for (int i = 0; i < HOSTS; i++) {
            List<Pe> elements = new ArrayList<>();
            for (int k = 0; k < MACHINES / HOSTS * ELEMENTS; k++) {
                elements.add(new PeSimple(MIPS));
            }
            hosts.add(new HostSimple(16_384, 100_000, 1_000_000, elements));
        }
        new DatacenterSimple(simulation, hosts);
        DatacenterBroker broker = new DatacenterBrokerSimple(simulation);
        List<Vm> machines = new ArrayList<>();
        for (int i = 0; i < MACHINES; i++) {
            machines.add(new VmSimple(MIPS, ELEMENTS).setRam(1024).setBw(1000).setSize(10_000));
        }
        broker.submitVmList(machines);
        RandomStream random = RandomStream.named(1, "lengths");
        List<Cloudlet> cloudlets = new ArrayList<>();
        for (int i = 0; i < requests; i++) {
            long length = Math.round(MEAN_LENGTH * 2 * random.nextDouble()) + 1;
            Cloudlet cloudlet = new CloudletSimple(length, 1).setUtilizationModelCpu(new UtilizationModelFull());
            cloudlet.setSubmissionDelay(arrivals.equals("spread") ? i * SECONDS_BETWEEN_ARRIVALS : 0);
            cloudlets.add(cloudlet);
        }
        broker.submitCloudletList(cloudlets);
        simulation.start();
        int finished = broker.getCloudletFinishedList().size();
        if (finished != requests) {
            throw new IllegalStateException(finished + " of " + requests + " cloudlets finished");
        }
        return finished;
    }
}
