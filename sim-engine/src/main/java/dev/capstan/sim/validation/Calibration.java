package dev.capstan.sim.validation;

import java.util.List;

/** The suites that hold the profiles of models and servers against data they were not fitted on. */
public final class Calibration {

    private Calibration() {}

    /** All suites, in the order of the validation programme: C1, C2, C5, C6, C7. */
    public static List<Suite> suites() {
        return List.of(
                new StepTimeSuite(),
                new ContextSuite(),
                new CapResponseSuite(),
                new WallPowerSuite(),
                new PhasePowerSuite());
    }
}
