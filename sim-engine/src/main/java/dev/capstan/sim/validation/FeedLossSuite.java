package dev.capstan.sim.validation;

import static dev.capstan.sim.validation.Check.Layer.REPRODUCTION;

import dev.capstan.sim.run.RunResult;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/** One of four feeds is lost: the cap falls by a quarter at once, and power supplies ride through about 10 s. */
final class FeedLossSuite implements Suite {

    private static final String SOURCE = "Zhang et al., Flex, ISCA 2021, deadline recalled";
    private static final int SEEDS = 12;
    private static final int LOST_SECONDS = 600;
    private static final int DURATION_SECONDS = 900;
    private static final double RIDE_THROUGH_SECONDS = 10;
    private static final double CAP_WATTS = 1000;
    private static final double DEMAND_WATTS = 450;

    private static final SmallCluster CLUSTER = new SmallCluster(
            2, 5, 5, 0, CAP_WATTS, false, new SmallCluster.Timers(1, 1, 0, 1, 15, 0.5, 60), 0, DURATION_SECONDS);

    @Override
    public String name() {
        return "feed-loss";
    }

    @Override
    public String about() {
        return "Two services of five replicas draw 90 % of a cap that falls by a quarter. Gauges are read, scraped and acted on"
                + " every second, limits land after half of one. Seconds over the cap from the fall on, the worst of "
                + SEEDS
                + " phases of all clocks. Flex and capstan claim the 10 s that power supplies ride through; the others"
                + " are there to compare.";
    }

    @Override
    public List<Check> run(Optional<Path> traces) {
        List<Check> checks = new ArrayList<>();
        for (String policy : List.of("flex", "capstan")) {
            checks.add(Check.atMost(
                    policy + ", seconds over the cap after the loss",
                    REPRODUCTION,
                    SOURCE,
                    "s",
                    RIDE_THROUGH_SECONDS,
                    worstSeconds(policy)));
        }
        for (String policy : List.of("three-band", "capmaestro", "pid", "thunderbolt", "static-floor", "none")) {
            checks.add(Check.reported(
                    policy + ", seconds over the cap after the loss", REPRODUCTION, SOURCE, "s", worstSeconds(policy)));
        }
        return checks;
    }

    private static double worstSeconds(String policy) {
        return IntStream.range(0, SEEDS)
                .mapToDouble(seed -> secondsOver(CLUSTER.fall(
                        SmallCluster.Policies.named(policy).make(Map.of(), seed),
                        DEMAND_WATTS,
                        0.75 * CAP_WATTS,
                        LOST_SECONDS,
                        seed)))
                .max()
                .orElseThrow();
    }

    private static double secondsOver(RunResult result) {
        RunResult.Detail detail = result.detail().orElseThrow();
        return IntStream.range(LOST_SECONDS, DURATION_SECONDS)
                .filter(second -> detail.powerWatts()[second] > detail.capWatts()[second])
                .count();
    }
}
