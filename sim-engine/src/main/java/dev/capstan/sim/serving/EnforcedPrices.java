package dev.capstan.sim.serving;

import dev.capstan.sim.cluster.Pod;
import java.util.HashMap;
import java.util.Map;

/** What steps cost under the power limit and the clock in force, for each board factor there is. */
final class EnforcedPrices {

    /** Prices of steps under a power limit of each GPU, at a share of the maximum clock, on boards of a factor. */
    interface Pricing {
        StepPrices at(double gpuLimitWatts, double clock, double boardFactor);
    }

    private final ModelProfile model;
    private final Pricing pricing;
    private final Map<Double, StepPrices> byBoardFactor = new HashMap<>();
    private double gpuLimitWatts;
    private int clockMegahertz;

    /** Without a limit but that of the boards, and without a lock. */
    EnforcedPrices(ModelProfile model, Pricing pricing) {
        this.model = model;
        this.pricing = pricing;
        gpuLimitWatts = model.tdpGpuWatts();
    }

    /** The power limit of each GPU. */
    double gpuLimitWatts() {
        return gpuLimitWatts;
    }

    /** The clock at which GPUs are locked; 0 where they are not. */
    int clockMegahertz() {
        return clockMegahertz;
    }

    /** Sets the limit nearest to this one that the board takes; false where it stands there. */
    boolean limitGpus(double watts) {
        double limit = Math.min(model.tdpGpuWatts(), Math.max(model.minGpuLimitWatts(), watts));
        boolean changes = limit != gpuLimitWatts;
        if (changes) {
            gpuLimitWatts = limit;
            byBoardFactor.clear();
        }
        return changes;
    }

    /** Locks the nearest clock that the board takes, 0 for none; false where it is locked there. */
    boolean lockClock(int megahertz) {
        int lock = model.lockableMegahertz(megahertz);
        boolean changes = lock != clockMegahertz;
        if (changes) {
            clockMegahertz = lock;
            byBoardFactor.clear();
        }
        return changes;
    }

    StepPrices of(Pod pod) {
        double clock = model.clockShare(clockMegahertz);
        return byBoardFactor.computeIfAbsent(pod.boardFactor(), factor -> pricing.at(gpuLimitWatts, clock, factor));
    }
}
