package dev.capstan.sim.run;

import dev.capstan.capping.Decision;
import dev.capstan.capping.PowerReading;
import dev.capstan.capping.ServiceAction;
import dev.capstan.sim.control.ControlLoop;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** Takes down what the policy did and what happened. */
final class RunLog implements ControlLoop.Listener {

    private final boolean detailed;
    private final BooleanSupplier cappedNow;
    private final HeldFigure sensedWatts;
    private final HeldFigure ready;
    private final HeldFigure starting;
    private final HeldFigure terminating;
    private final List<RunResult.Sample> samples = new ArrayList<>();
    private final List<RunResult.LoggedDecision> decisions = new ArrayList<>();
    private final List<RunResult.LoggedEvent> events = new ArrayList<>();
    private @Nullable String lastCode;
    private long changes;
    private boolean scoring;
    private boolean capped;
    private long cappedSinceNanos;
    private long cappedNanos;

    /**
     * @param detailed whether more than the counts is kept
     * @param seconds of the run
     * @param cappedNow whether a lever stands below what the owner set
     */
    RunLog(boolean detailed, int seconds, BooleanSupplier cappedNow) {
        this.detailed = detailed;
        int kept = detailed ? seconds : 0;
        sensedWatts = new HeldFigure(kept, Double.NaN);
        ready = new HeldFigure(kept, 0);
        starting = new HeldFigure(kept, 0);
        terminating = new HeldFigure(kept, 0);
        this.cappedNow = cappedNow;
    }

    @Override
    public void decided(long nowNanos, Decision decision, List<ServiceAction> applied, PowerReading sensed) {
        markCapped(nowNanos);
        sensedWatts.set(nowNanos, sensed.watts());
        if (!applied.isEmpty() && scoring) {
            changes++;
        }
        if (detailed && (!applied.isEmpty() || !decision.code().equals(lastCode))) {
            decisions.add(new RunResult.LoggedDecision(
                    nowNanos,
                    decision.code(),
                    decision.reason(),
                    sensed.watts(),
                    sensed.quality().name(),
                    applied));
        }
        lastCode = decision.code();
    }

    @Override
    public void refused(long nowNanos, String service, int ceiling) {
        event(nowNanos, "write-refused", service, "replica ceiling " + ceiling);
    }

    /** Levers are looked at when the policy steps: capped time is exact to one interval. */
    private void markCapped(long nowNanos) {
        boolean now = cappedNow.getAsBoolean();
        if (capped && scoring) {
            cappedNanos += nowNanos - cappedSinceNanos;
        }
        capped = now;
        cappedSinceNanos = nowNanos;
    }

    void startScoring(long nowNanos) {
        scoring = true;
        capped = cappedNow.getAsBoolean();
        cappedSinceNanos = nowNanos;
    }

    void end(long nowNanos) {
        markCapped(nowNanos);
    }

    void event(long atNanos, String event, String subject, String detail) {
        if (detailed) {
            events.add(new RunResult.LoggedEvent(atNanos, event, subject, detail));
        }
    }

    /** Pods of all services from now on. */
    void replicas(long nowNanos, int nowReady, int nowStarting, int nowTerminating) {
        ready.set(nowNanos, nowReady);
        starting.set(nowNanos, nowStarting);
        terminating.set(nowNanos, nowTerminating);
    }

    void sample(RunResult.Sample sample) {
        samples.add(sample);
    }

    boolean isDetailed() {
        return detailed;
    }

    double cappedSeconds() {
        return cappedNanos * 1e-9;
    }

    long changes() {
        return changes;
    }

    RunResult.Seconds seconds() {
        return new RunResult.Seconds(sensedWatts.toArray(), ready.toArray(), starting.toArray(), terminating.toArray());
    }

    List<RunResult.Sample> samples() {
        return samples;
    }

    List<RunResult.LoggedDecision> decisions() {
        return decisions;
    }

    List<RunResult.LoggedEvent> events() {
        events.sort((a, b) -> Long.compare(a.atNanos(), b.atNanos()));
        return events;
    }
}
