package dev.capstan.sim.validation;

import dev.capstan.sim.experiment.Experiment;
import dev.capstan.sim.experiment.Workload;
import dev.capstan.sim.serving.ModelProfile;
import dev.capstan.sim.serving.ServingOptions;
import dev.capstan.trace.Disturbance.Shape;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Experiments of the validation: sound sensors, no faults, no grid, and a load that is handed to the run. */
final class PlainExperiment {

    static final long SECOND = 1_000_000_000L;

    /** A disturbance must be contained within this time. */
    static final int CONTAIN_SECONDS = 60;

    /** Stands for the load that is handed to the run. */
    static final Workload GIVEN = new Workload.PowerDemand(
            new Workload.Signal(Shape.STEP, 0, 0, 0, 0, SECOND), 1, 0, Workload.Unserved.CURTAIL);

    private PlainExperiment() {}

    /** @param stepNanos of the timeline */
    static Experiment of(
            Experiment.Mode mode,
            long warmupNanos,
            long durationNanos,
            Experiment.Cluster cluster,
            List<Experiment.Service> services,
            Experiment.Cap cap,
            Experiment.Control control,
            Experiment.Telemetry telemetry,
            long stepNanos) {
        return new Experiment(
                "validation",
                "",
                mode,
                warmupNanos,
                durationNanos,
                1,
                1,
                cluster,
                services,
                List.of(),
                cap,
                List.of(),
                control,
                telemetry,
                Optional.empty(),
                Optional.empty(),
                List.of(new Experiment.Policy("none", "none", Map.of())),
                new Experiment.Scoring(5 * SECOND, 0, Optional.empty()),
                new Experiment.Output(null, stepNanos, 0));
    }

    /** A cap that stays as it is. */
    static Experiment.Cap cap(double watts) {
        return new Experiment.Cap(watts, List.of(), CONTAIN_SECONDS * SECOND);
    }

    /** Commands that land after these times and never fail. */
    static Experiment.Control control(long intervalNanos, long gpuLimitNanos, long clockNanos, long brakeNanos) {
        return new Experiment.Control(
                intervalNanos,
                0,
                gpuLimitNanos,
                clockNanos,
                brakeNanos,
                0,
                60 * SECOND,
                60 * SECOND,
                Double.POSITIVE_INFINITY,
                0,
                Experiment.Gateways.PROMPT);
    }

    static Experiment.Telemetry telemetry(
            Experiment.Source source, long exporterNanos, long scrapeNanos, long windowNanos) {
        return new Experiment.Telemetry(
                source, exporterNanos, scrapeNanos, windowNanos, List.of(), Experiment.SensorFaults.NONE);
    }

    /** A service of so many replicas, which serve from the beginning, with a grace of 30 s. */
    static Experiment.Service fixed(
            String name,
            ModelProfile model,
            int priority,
            int replicas,
            ServingOptions serving,
            double ttftSloSeconds,
            double tpotSloSeconds) {
        return new Experiment.Service(
                name,
                GIVEN,
                model,
                priority,
                1,
                replicas,
                replicas,
                replicas,
                0,
                List.of(),
                0,
                30 * SECOND,
                serving,
                0,
                new Experiment.Autoscaler(false, 1, 15 * SECOND, 300 * SECOND, 30 * SECOND, 300 * SECOND),
                ttftSloSeconds,
                tpotSloSeconds);
    }
}
