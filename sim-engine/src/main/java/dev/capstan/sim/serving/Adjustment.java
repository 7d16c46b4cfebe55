package dev.capstan.sim.serving;

import dev.capstan.sim.serving.ModelProfile.Context;
import dev.capstan.sim.serving.ModelProfile.Idle;
import dev.capstan.sim.serving.ModelProfile.Power;
import dev.capstan.sim.serving.ModelProfile.Response;
import dev.capstan.sim.serving.ModelProfile.Start;
import dev.capstan.sim.serving.ModelProfile.Step;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What an experiment changes of a profile, to see how much hangs on what nobody knows well.
 *
 * @param response in place of the profile's; its basis does not count
 * @param idleGpuWatts of a GPU with the model loaded and no work
 * @param stepTime factor on the time of decode steps, context included
 * @param power factor on the draw of decode steps, before the board's own limit
 * @param startupGpuWatts of each GPU in every phase of a start; null for those of the phases
 */
public record Adjustment(
        Response response,
        double idleGpuWatts,
        double stepTime,
        double power,
        @Nullable Double startupGpuWatts) {

    public Adjustment {
        Require.above("step_time", stepTime, 0);
        Require.above("power", power, 0);
    }

    Step of(Step step) {
        return stepTime == 1
                ? step
                : new Step(
                        times(step.baseMs(), stepTime),
                        times(step.perSequenceMs(), stepTime),
                        step.sequences(),
                        times(step.milliseconds(), stepTime),
                        step.basis().adjusted("times " + stepTime));
    }

    Context of(Context context) {
        return stepTime == 1 || context.perTokenNs() == 0
                ? context
                : new Context(
                        context.perTokenNs() * stepTime,
                        context.workloadTokens(),
                        context.basis().adjusted("times " + stepTime));
    }

    Power of(Power decode) {
        return power == 1
                ? decode
                : new Power(
                        times(decode.fixedWatts(), power),
                        times(decode.joulesPerToken(), power),
                        times(decode.joulesPerContextToken(), power),
                        decode.closedLoopBaseMs(),
                        decode.closedLoopPerSequenceMs(),
                        decode.sequences(),
                        times(decode.watts(), power),
                        decode.basis().adjusted("times " + power));
    }

    Idle of(Idle idle) {
        return idleGpuWatts == idle.gpuWatts()
                ? idle
                : new Idle(idleGpuWatts, idle.basis().adjusted(idleGpuWatts + " W"));
    }

    Response of(Response was) {
        StringBuilder changes = new StringBuilder();
        change(changes, "kappa_decode_from", was.kappaDecodeFrom(), response.kappaDecodeFrom());
        change(changes, "kappa_decode_to", was.kappaDecodeTo(), response.kappaDecodeTo());
        change(changes, "kappa_prefill", was.kappaPrefill(), response.kappaPrefill());
        change(changes, "gamma", was.gamma(), response.gamma());
        change(changes, "gamma_below_knee", was.gammaBelowKnee(), response.gammaBelowKnee());
        change(changes, "knee", was.knee(), response.knee());
        change(changes, "lag_ms", was.lagMs(), response.lagMs());
        return changes.isEmpty()
                ? was
                : new Response(
                        response.kappaDecodeFrom(),
                        response.kappaDecodeTo(),
                        response.kappaPrefill(),
                        response.gamma(),
                        response.gammaBelowKnee(),
                        response.knee(),
                        response.lagMs(),
                        was.basis().adjusted(changes.toString()));
    }

    Start of(Start start) {
        return startupGpuWatts == null
                ? start
                : new Start(
                        start.phases().stream()
                                .map(phase -> new Start.Phase(phase.name(), phase.seconds(), startupGpuWatts))
                                .toList(),
                        start.basis().adjusted(startupGpuWatts + " W"));
    }

    private static void change(StringBuilder changes, String key, double from, double to) {
        if (from != to) {
            changes.append(changes.isEmpty() ? "" : ", ")
                    .append(key)
                    .append(' ')
                    .append(to);
        }
    }

    private static @Nullable Double times(@Nullable Double value, double factor) {
        return value == null ? null : value * factor;
    }

    private static @Nullable List<Double> times(@Nullable List<Double> values, double factor) {
        return values == null
                ? null
                : values.stream().map(value -> value * factor).toList();
    }
}
