package dev.capstan.capping;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The three bands of Facebook's Dynamo on the root domain, with the GPU power limit of each service as the lever: at 99
 * % of the limit cut down to 95 %, uncap everything at 90 %. The cut starts with the lowest priority and, within it,
 * with the GPUs that draw most. Source: Wu et al., "Dynamo: Facebook's data center-wide power management system", ISCA
 * 2016, from second-hand accounts.
 *
 * <p>A service's watts become a limit on each of its GPUs by going down from the TDP: what a replica draws less than
 * its peak, its GPUs draw less than their TDP. The rest of the server then counts as if it drew its peak, so that the
 * limit is rather too low than too high.
 */
public final class ThreeBandPolicy implements CappingPolicy<ThreeBandPolicy.State> {

    /**
     * Remembers the last cut.
     *
     * @param cutAtNanos instant of the last cut; null before the first
     */
    public record State(@Nullable Long cutAtNanos) {}

    private final double capRatio;
    private final double targetRatio;
    private final double uncapRatio;
    private final double bucketWatts;
    private final double floorRatio;
    private final long settleNanos;

    ThreeBandPolicy(
            double capRatio,
            double targetRatio,
            double uncapRatio,
            double bucketWatts,
            double floorRatio,
            long settleNanos) {
        this.capRatio = capRatio;
        this.targetRatio = targetRatio;
        this.uncapRatio = uncapRatio;
        this.bucketWatts = bucketWatts;
        this.floorRatio = floorRatio;
        this.settleNanos = settleNanos;
    }

    @Override
    public State initialState() {
        return new State(null);
    }

    @Override
    public Senses senses() {
        return Senses.ROOT;
    }

    @Override
    public boolean limitsGpuPower() {
        return true;
    }

    @Override
    public Step<State> step(State state, Observation seen) {
        double watts = seen.rootPower().watts();
        double limitWatts = seen.allowedWatts();
        String reason = String.format(Locale.ROOT, "root reads %.0f W of %.0f W", watts, limitWatts);
        if (watts >= capRatio * limitWatts) {
            Long cutAt = state.cutAtNanos();
            // A sample from before the last cut has landed would make the same cut twice.
            if (cutAt != null && seen.nowNanos() - seen.rootPower().ageNanos() < cutAt + settleNanos) {
                return new Step<>(state, Decision.hold("settling", reason + ", sampled before the last cut settled"));
            }
            return cut(seen, watts - targetRatio * limitWatts, reason);
        }
        if (watts <= uncapRatio * limitWatts) {
            List<ServiceAction> actions = new ArrayList<>();
            for (ServiceReading service : seen.services()) {
                ReplicaPower power = service.replicaPower();
                if (power.gpuLimitWatts() < power.maxGpuLimitWatts()) {
                    actions.add(ServiceAction.gpuLimit(service.name(), power.maxGpuLimitWatts()));
                }
            }
            return new Step<>(state, new Decision(actions, actions.isEmpty() ? "steady" : "uncapped", reason));
        }
        return new Step<>(state, Decision.hold("steady", reason));
    }

    private Step<State> cut(Observation seen, double cutWatts, String reason) {
        Map<Integer, List<Target>> groups = new TreeMap<>();
        for (Target target : targets(seen)) {
            groups.computeIfAbsent(target.service.priority(), priority -> new ArrayList<>())
                    .add(target);
        }
        List<ServiceAction> actions = new ArrayList<>();
        double leftWatts = cutWatts;
        for (List<Target> group : groups.values()) {
            if (leftWatts > 0) {
                leftWatts -= cutGroup(group, leftWatts, actions);
            }
        }
        // Cuts end at floors or on the last watt of the sum, so a rest of rounding is no rest.
        boolean reached = leftWatts <= 1e-6 * cutWatts;
        String outcome = String.format(Locale.ROOT, ", cut %.0f W of %.0f W", cutWatts - leftWatts, cutWatts);
        return new Step<>(
                new State(seen.nowNanos()),
                new Decision(actions, reached ? "capped" : "floor-reached", reason + outcome));
    }

    /** Cuts the highest buckets, as many as it takes, evenly for each GPU; gives the watts achieved. */
    private double cutGroup(List<Target> group, double cutWatts, List<ServiceAction> actions) {
        group.sort(Comparator.comparingDouble((Target target) -> -Math.floor(target.gpuWatts / bucketWatts)));
        List<Target> chosen = new ArrayList<>();
        double capacityWatts = 0;
        double bucket = Double.NaN;
        for (Target target : group) {
            double its = Math.floor(target.gpuWatts / bucketWatts);
            if (capacityWatts >= cutWatts && its != bucket) {
                break;
            }
            bucket = its;
            chosen.add(target);
            capacityWatts += target.spareGpuWatts() * target.wallWattsPerLimitWatt;
        }
        // Smallest capacity first: what a GPU cannot give falls evenly on those after it.
        chosen.sort(Comparator.comparingDouble(Target::spareGpuWatts));
        double leftWatts = Math.min(cutWatts, capacityWatts);
        double achievedWatts = leftWatts;
        double weight = 0;
        for (Target target : chosen) {
            weight += target.wallWattsPerLimitWatt;
        }
        for (Target target : chosen) {
            double gpuCutWatts = Math.min(target.spareGpuWatts(), leftWatts / weight);
            leftWatts -= gpuCutWatts * target.wallWattsPerLimitWatt;
            weight -= target.wallWattsPerLimitWatt;
            if (gpuCutWatts > 0) {
                double limitWatts = Math.max(target.floorWatts, Math.floor(target.gpuWatts - gpuCutWatts));
                actions.add(ServiceAction.gpuLimit(target.service.name(), limitWatts));
            }
        }
        return achievedWatts;
    }

    private List<Target> targets(Observation seen) {
        double unexplainedWatts = seen.rootPower().watts() - seen.overheadWatts();
        double silentPeakWatts = 0;
        for (ServiceReading service : seen.services()) {
            if (service.power().isFresh()) {
                unexplainedWatts -= service.power().watts();
            } else {
                silentPeakWatts += peakWatts(service);
            }
        }
        List<Target> targets = new ArrayList<>();
        for (ServiceReading service : seen.services()) {
            int replicas = service.replicas().present();
            if (replicas == 0) {
                continue;
            }
            // Services without a reading share what the root shows beyond all others, by their peaks.
            double watts = service.power().isFresh()
                    ? service.power().watts()
                    : Math.max(0, Math.min(1, unexplainedWatts / silentPeakWatts)) * peakWatts(service);
            ReplicaPower power = service.replicaPower();
            double wallWattsPerReplica = power.wallWattsPerGpuWatt() * power.gpus();
            double belowPeakWatts = Math.max(0, power.peakWatts() - watts / replicas);
            double gpuWatts = power.maxGpuLimitWatts() - belowPeakWatts / wallWattsPerReplica;
            double enforcedWatts =
                    Double.isNaN(power.gpuLimitWatts()) ? power.maxGpuLimitWatts() : power.gpuLimitWatts();
            targets.add(new Target(
                    service,
                    Math.min(gpuWatts, enforcedWatts),
                    Math.max(power.minGpuLimitWatts(), floorRatio * power.maxGpuLimitWatts()),
                    wallWattsPerReplica * replicas));
        }
        return targets;
    }

    private static double peakWatts(ServiceReading service) {
        return service.replicas().present() * service.replicaPower().peakWatts();
    }

    /**
     * @param gpuWatts what each of its GPUs draws, estimated from below
     * @param floorWatts lowest limit for each
     * @param wallWattsPerLimitWatt watts at the root for each watt of the limit, all GPUs together
     */
    private record Target(ServiceReading service, double gpuWatts, double floorWatts, double wallWattsPerLimitWatt) {

        double spareGpuWatts() {
            return Math.max(0, gpuWatts - floorWatts);
        }
    }

    /** Makes the policy {@code three-band}. */
    public static final class Factory extends CataloguedPolicy {

        /** For the service loader. */
        public Factory() {
            super(
                    "three-band",
                    "Cuts GPU power limits at 99 % of the cap down to 95 %, uncaps at 90 %; lowest priority first.",
                    "Wu et al., Dynamo, ISCA 2016 (second-hand accounts)",
                    "structure and bands high, buckets medium, floor an assumption",
                    List.of("GPU power limit"),
                    true,
                    band("cap_ratio", 0.99, "Share of the limit from which power is cut."),
                    band("target_ratio", 0.95, "Share of the limit that a cut aims at."),
                    band("uncap_ratio", 0.90, "Share of the limit at which all limits are lifted."),
                    new PolicyParameter(
                            "bucket_watts",
                            "watts",
                            20,
                            1,
                            1000,
                            "Width of the buckets of power per GPU; the highest are cut first.",
                            "Wu et al., ISCA 2016: 10-30 W per server"),
                    new PolicyParameter(
                            "floor_ratio",
                            "ratio",
                            0.5,
                            0,
                            1,
                            "Lowest limit as a share of the board's highest; never under what the board accepts.",
                            "assumption"),
                    new PolicyParameter(
                            "settle_seconds",
                            "seconds",
                            2,
                            0,
                            600,
                            "Time for a cut to land; readings sampled before that do not cut again.",
                            "Wu et al., ISCA 2016: RAPL settles in about 2 s"));
        }

        private static PolicyParameter band(String name, double ratio, String description) {
            return new PolicyParameter(name, "ratio", ratio, 0.01, 2, description, "Wu et al., ISCA 2016");
        }

        @Override
        public CappingPolicy<?> create(Map<String, Double> parameters, long seed) {
            return new ThreeBandPolicy(
                    value(parameters, "cap_ratio"),
                    value(parameters, "target_ratio"),
                    value(parameters, "uncap_ratio"),
                    value(parameters, "bucket_watts"),
                    value(parameters, "floor_ratio"),
                    (long) (value(parameters, "settle_seconds") * 1e9));
        }
    }
}
