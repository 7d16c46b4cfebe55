package dev.capstan.sim.control;

import dev.capstan.capping.ServiceAction;
import dev.capstan.sim.cluster.ServicePlant;
import dev.capstan.sim.experiment.Experiment;
import dev.capstan.sim.kernel.Kernel;
import dev.capstan.sim.kernel.Priority;
import dev.capstan.trace.RandomStream;
import java.util.function.BooleanSupplier;
import java.util.function.DoubleConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The levers of one service: what was asked of each, and the commands on their way to it. A command that asks for what was
 * asked before is not sent.
 */
final class ServiceLevers {

    /** Which commands are lost on the way: those to GPUs and those to gateways, each by chance of their own. */
    static final class Failing {

        private final double ofGpus;
        private final double ofGateways;
        private final RandomStream gpus;
        private final RandomStream gateways;

        Failing(Experiment.Control control, long seed) {
            ofGpus = control.silentFailures();
            ofGateways = control.gateways().failures();
            gpus = RandomStream.named(seed, "silent-failures");
            gateways = RandomStream.named(seed, "gateway-failures");
        }

        /** Whether a command to GPUs arrives. One that does not leaves no trace but in what is read back later. */
        boolean reachesGpus() {
            return ofGpus == 0 || gpus.nextDouble() >= ofGpus;
        }

        boolean reachesGateway() {
            return ofGateways == 0 || gateways.nextDouble() >= ofGateways;
        }
    }

    /** One lever. */
    private final class Lever {

        private final BooleanSupplier arrives;
        private final int lands;
        private double asked;

        Lever(double inForce, BooleanSupplier arrives, DoubleConsumer takesHold) {
            asked = inForce;
            this.arrives = arrives;
            lands = kernel.register(bits -> takesHold.accept(Double.longBitsToDouble(bits)));
        }

        /** Asks for a value, null for none; false where it was asked for before. */
        boolean ask(@Nullable Double value, long latencyNanos) {
            // A lever that is not there stands at NaN, and differs from nothing.
            if (value == null || !(Math.abs(value - asked) > 0)) {
                return false;
            }
            if (arrives.getAsBoolean()) {
                asked = value;
                kernel.schedule(
                        kernel.nowNanos() + latencyNanos, Priority.ACTUATION, lands, Double.doubleToLongBits(value));
            }
            return true;
        }
    }

    private final Kernel kernel;
    private final Experiment.Control control;
    private final ServicePlant plant;
    private final ServiceAutoscaler autoscaler;
    private final int ownersMegahertz;
    private final Failing failing;
    private final Lever ceiling;
    private final Lever freeze;
    private final Lever gpuLimit;
    private final Lever concurrency;
    private final Lever admission;
    private final Lever routing;
    private final int clockLands;
    private int askedMegahertz;
    /** The newest clock command: an older one that has not landed yet never will. */
    private long clockCommand;

    /** @param ownersMegahertz the clock at which the owner locks the GPUs; 0 for none */
    ServiceLevers(
            Kernel kernel,
            Experiment.Control control,
            ServicePlant plant,
            ServiceAutoscaler autoscaler,
            int ownersMegahertz,
            Failing failing) {
        this.kernel = kernel;
        this.control = control;
        this.plant = plant;
        this.autoscaler = autoscaler;
        this.ownersMegahertz = ownersMegahertz;
        this.failing = failing;
        ceiling = new Lever(autoscaler.ceiling(), () -> true, replicas -> autoscaler.setCeiling((int) replicas));
        freeze = new Lever(0, () -> true, frozen -> autoscaler.freezeGrowth(frozen == 1));
        gpuLimit = new Lever(plant.gpuLimitWatts(), failing::reachesGpus, plant::limitGpus);
        concurrency = new Lever(
                plant.concurrencyLimit(),
                failing::reachesGateway,
                sequences -> plant.limitConcurrency((int) sequences));
        admission = new Lever(plant.admissionShare(), failing::reachesGateway, plant::admit);
        routing = new Lever(plant.routingWeight(), failing::reachesGateway, plant::weigh);
        askedMegahertz = plant.clockMegahertz();
        clockLands = kernel.register(command -> {
            if (command == clockCommand) {
                plant.lockClock(askedMegahertz);
            }
        });
    }

    /** Whether the API server refuses this ceiling, where it is another than was asked for last. */
    boolean refuses(int replicas) {
        return replicas != ceiling.asked && !autoscaler.accepts(replicas);
    }

    /** Sends the commands of an action; false where all of it was asked for before. */
    boolean write(ServiceAction action) {
        boolean changes = ceiling.ask(asDouble(action.replicaCeiling()), control.apiLatencyNanos());
        Boolean frozen = action.freezeGrowth();
        changes |= freeze.ask(frozen == null ? null : frozen ? 1.0 : 0.0, control.apiLatencyNanos());
        changes |= gpuLimit.ask(action.gpuLimitWatts(), control.gpuLimitLatencyNanos());
        changes |= lockClock(action);
        if (plant.maxConcurrency() > 0) {
            Experiment.Gateways gateways = control.gateways();
            changes |= concurrency.ask(asDouble(action.concurrencyLimit()), gateways.concurrencyLatencyNanos());
            changes |= admission.ask(action.admissionShare(), gateways.admissionLatencyNanos());
            changes |= routing.ask(action.routingWeight(), gateways.routingLatencyNanos());
        }
        return changes;
    }

    private boolean lockClock(ServiceAction action) {
        Integer wished = action.clockMegahertz();
        if (wished == null) {
            return false;
        }
        int clock = wished == 0 ? ownersMegahertz : wished;
        if (clock == askedMegahertz) {
            return false;
        }
        if (failing.reachesGpus()) {
            askedMegahertz = clock;
            long latency = action.urgent() ? control.brakeLatencyNanos() : control.clockLatencyNanos();
            kernel.schedule(kernel.nowNanos() + latency, Priority.ACTUATION, clockLands, ++clockCommand);
        }
        return true;
    }

    private static @Nullable Double asDouble(@Nullable Integer value) {
        return value == null ? null : (Double) value.doubleValue();
    }
}
