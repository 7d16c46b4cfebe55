package dev.capstan.sim.experiment;

import dev.capstan.sim.cluster.StartupPhase;
import dev.capstan.sim.serving.Adjustment;
import dev.capstan.sim.serving.ModelProfile;
import dev.capstan.sim.serving.ModelProfile.Response;
import dev.capstan.trace.Quantity;
import java.math.BigDecimal;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads what a service changes of its profile. What is not given is the profile's, and stands in the manifest. */
final class AdjustmentReader {

    private final Section section;
    private final @Nullable Double startupGpuWatts;

    AdjustmentReader(Section section) {
        this.section = section;
        startupGpuWatts = section.has("startup_gpu") ? section.power("startup_gpu", null, 0) : null;
    }

    ModelProfile adjust(ModelProfile model) {
        Response was = model.response();
        double kappaFrom = section.number("kappa_decode_from", was.kappaDecodeFrom(), 0, 1);
        double kappaTo = section.number("kappa_decode_to", was.kappaDecodeTo(), 0, 1);
        double kappaPrefill = section.number("kappa_prefill", was.kappaPrefill(), 0, 1);
        double gamma = section.number("gamma", was.gamma(), 0.5, 10);
        double gammaBelowKnee = section.number("gamma_below_knee", was.gammaBelowKnee(), 0.5, 10);
        double knee = section.number("knee", was.knee(), 0.05, 1);
        long lag = section.duration("lag", Quantity.formatDuration(Math.round(was.lagMs() * 1e6)), "0s");
        double idle = section.power("idle_gpu", watts(model.idleGpuWatts()), 0);
        double stepTime = section.number("step_time", 1, 0.1, 10);
        double power = section.number("power", 1, 0.1, 10);
        section.finish();
        if (kappaFrom > kappaTo) {
            section.issue("kappa_decode_from", "must not exceed kappa_decode_to (" + kappaTo + "), was " + kappaFrom);
        } else if (idle > model.tdpGpuWatts()) {
            section.issue("idle_gpu", "must not exceed the board's limit of " + watts(model.tdpGpuWatts()));
        } else if (lag > Quantity.durationNanos("1m")) {
            section.issue("lag", "must be at most 1m, was " + Quantity.formatDuration(lag));
        } else {
            Response response =
                    new Response(kappaFrom, kappaTo, kappaPrefill, gamma, gammaBelowKnee, knee, lag / 1e6, was.basis());
            return model.adjusted(new Adjustment(response, idle, stepTime, power, startupGpuWatts));
        }
        return model;
    }

    /** The phases of a start that do not come from the profile. */
    List<StartupPhase> adjust(List<StartupPhase> startup) {
        Double watts = startupGpuWatts;
        return watts == null
                ? startup
                : startup.stream()
                        .map(phase -> new StartupPhase(phase.name(), phase.nanos(), watts))
                        .toList();
    }

    private static String watts(double watts) {
        return BigDecimal.valueOf(watts).stripTrailingZeros().toPlainString() + " W";
    }
}
