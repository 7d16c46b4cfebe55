package dev.capstan.sim.run;

import dev.capstan.capping.ServiceAction;
import dev.capstan.sim.serving.RequestLog;
import java.util.List;
import java.util.Optional;

/**
 * What came of a run. Figures that do not exist are {@link Double#NaN}; the columns are those of {@code docs/results.md}.
 *
 * @param figures value of each of {@link Figure}, by its ordinal
 * @param services figures of each service, in the order of the experiment: value of each of {@link ServiceFigure}, by its
 *     ordinal
 * @param events handled by the kernel
 * @param detail only where it was asked for
 */
public record RunResult(
        double[] figures,
        List<double[]> services,
        long events,
        List<Disturbance> disturbances,
        Optional<Detail> detail) {

    /** A figure. */
    public double figure(Figure figure) {
        return figures[figure.ordinal()];
    }

    /** A figure of one service, by its place in the experiment. */
    public double figure(int service, ServiceFigure figure) {
        return services.get(service)[figure.ordinal()];
    }

    /**
     * The course of a run.
     *
     * @param powerWatts 1 s averages of the root domain's true power from the start of the run
     * @param referenceWatts the same of the run without capping
     * @param capWatts the cap over each second
     * @param domainWatts 1 s averages of each domain
     * @param budgetWatts 1 s averages of the services of each budget
     * @param seconds states at the end of each second
     * @param samples states at each step of the timeline
     * @param logs what became of the requests of each service; empty in power mode
     */
    public record Detail(
            double[] powerWatts,
            double[] referenceWatts,
            double[] capWatts,
            List<double[]> domainWatts,
            List<double[]> budgetWatts,
            Seconds seconds,
            List<Sample> samples,
            List<LoggedDecision> decisions,
            List<LoggedEvent> events,
            List<RequestLog> logs) {}

    /**
     * States at the end of each second: what the policy saw last of the root domain, NaN for nothing, and the pods of all
     * services.
     */
    public record Seconds(double[] sensedWatts, double[] ready, double[] starting, double[] terminating) {}

    /**
     * States at one instant of the timeline.
     *
     * @param overBudgetSeconds time in which the services of each budget drew more, since scoring began
     */
    public record Sample(
            long atNanos,
            double sensedWatts,
            double[] breakerHeat,
            double[] overBudgetSeconds,
            List<ServiceSample> services) {}

    /**
     * State of one service.
     *
     * @param lockedMegahertz clock at which its GPUs are locked; 0 where they are not
     * @param growthFrozen whether its autoscaler may not add replicas
     * @param concurrencyLimit most sequences that each replica runs at once; 0 where it serves no requests
     * @param admissionShare share of new requests that are admitted
     * @param routingWeight weight among the pools of its route; NaN where it has a stream of its own
     */
    public record ServiceSample(
            int ready,
            int starting,
            int terminating,
            int desired,
            int ceiling,
            double gpuLimitWatts,
            int lockedMegahertz,
            boolean growthFrozen,
            int concurrencyLimit,
            double admissionShare,
            double routingWeight,
            double running,
            double waiting,
            double powerWatts) {}

    /** A step of the policy that changed a lever or its reason. */
    public record LoggedDecision(
            long atNanos,
            String code,
            String reason,
            double sensedWatts,
            String quality,
            List<ServiceAction> actions) {}

    /** Something that happened. */
    public record LoggedEvent(long atNanos, String event, String subject, String detail) {}
}
