package dev.capstan.sim.validation;

import java.util.List;
import java.util.stream.Collectors;

/** The suites of the validation programme, in the order of its page. */
public final class Suites {

    private static final List<Suite> ALL = List.of(
            new QueueingSuite(),
            new BatchingSuite(),
            new TelemetrySuite(),
            new LoopSuite(),
            new BreakerSuite(),
            new StepTimeSuite(),
            new ExpertsSuite(),
            new ContextSuite(),
            new CapResponseSuite(),
            new WallPowerSuite(),
            new PhasePowerSuite(),
            new MeasuredGpuSuite(),
            new BatchEnergySuite(),
            new ClimatikSuite(),
            new PolcaSuite(),
            new ActuationSuite(),
            new ClockSavingSuite(),
            new SloClockSuite(),
            new ThreeBandSuite(),
            new FeedLossSuite(),
            new TimerSuite(),
            new PoolingSuite(),
            new PlacementSuite(),
            new ReshapingSuite(),
            new SplitwiseSuite(),
            new RoutingSuite(),
            new CarbonSuite());

    private Suites() {}

    /** All suites. */
    public static List<Suite> all() {
        return ALL;
    }

    /**
     * The suite of that name.
     *
     * @throws IllegalArgumentException for an unknown one, which lists those that are known
     */
    public static Suite find(String name) {
        return ALL.stream()
                .filter(suite -> suite.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("there is no suite '" + name + "'. Known: "
                        + ALL.stream().map(Suite::name).collect(Collectors.joining(", ")) + "."));
    }
}
