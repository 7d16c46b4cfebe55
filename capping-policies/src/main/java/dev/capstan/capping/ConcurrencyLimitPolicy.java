package dev.capstan.capping;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Holds the cap with the sequences that each replica may run: the cap's watts become a power target for every replica, and
 * the owner's law of batch and power ({@link ReplicaLaw}) turns that into a concurrency limit. Whoever runs goes on, whoever
 * waits does so at the gateway. Source: G2G, arXiv 2602.05116, which steers the power of GPUs by their batch; the law in
 * place of its logistic curve, the shares of services and the growth freeze are Capstan's.
 *
 * <p>Each replica that is there has its target between the draw of the fewest sequences and that of the owner's limit. What
 * the fewest leave of the cap goes to the highest priority first, evenly within one. Services without a law or without a
 * gateway are left alone and count with what they read.
 *
 * <p>An open loop: what the law does not know (prompts above its mean, other lengths than those that were measured) is not
 * corrected for, and {@code target_ratio} is the place to allow for it. A lower limit takes away no sequence that runs, so
 * power falls with a time constant of output tokens per request times time per token.
 */
public final class ConcurrencyLimitPolicy implements CappingPolicy<Stateless> {

    private final double targetRatio;
    private final int fewestSequences;
    private final boolean freezesGrowth;

    ConcurrencyLimitPolicy(double targetRatio, int fewestSequences, boolean freezesGrowth) {
        this.targetRatio = targetRatio;
        this.fewestSequences = fewestSequences;
        this.freezesGrowth = freezesGrowth;
    }

    @Override
    public Stateless initialState() {
        return Stateless.STATE;
    }

    @Override
    public Class<Stateless> stateType() {
        return Stateless.class;
    }

    /** The law is no worst case: without telemetry nobody would see it fail. */
    @Override
    public Senses senses() {
        return Senses.SERVICES;
    }

    @Override
    public boolean setsCeilings() {
        return false;
    }

    @Override
    public Step<Stateless> step(Stateless state, Observation seen) {
        double budgetWatts = targetRatio * seen.allowedWatts() - seen.overheadWatts();
        double spareWatts = budgetWatts;
        TreeMap<Integer, List<Target>> groups = new TreeMap<>();
        for (ServiceReading service : seen.services()) {
            Target target = target(service);
            if (target == null) {
                spareWatts -= watts(service);
            } else {
                spareWatts -= target.replicas * target.fewestWatts;
                groups.computeIfAbsent(service.priority(), priority -> new ArrayList<>())
                        .add(target);
            }
        }
        List<ServiceAction> actions = new ArrayList<>();
        boolean limited = false;
        double leftWatts = Math.max(0, spareWatts);
        for (List<Target> group : groups.descendingMap().values()) {
            double wantedWatts = 0;
            for (Target target : group) {
                wantedWatts += target.replicas * target.rangeWatts();
            }
            double share = leftWatts >= wantedWatts ? 1 : leftWatts / wantedWatts;
            leftWatts -= share * wantedWatts;
            for (Target target : group) {
                int sequences = target.sequences(share);
                limited |= share < 1;
                ServiceAction action = action(target.service, sequences, spareWatts < target.fewestWatts);
                if (!action.isEmpty()) {
                    actions.add(action);
                }
            }
        }
        String code = spareWatts < 0 ? "floor-reached" : limited ? "limited" : "steady";
        String reason = String.format(
                Locale.ROOT,
                "%.0f W for services, %.0f W over the fewest sequences of every replica",
                budgetWatts,
                spareWatts);
        return new Step<>(state, new Decision(actions, code, reason));
    }

    /** What the levers need; empty where they stand there already. */
    private ServiceAction action(ServiceReading service, int sequences, boolean full) {
        boolean freeze = freezesGrowth && full;
        Integer limit = sequences == service.gateway().concurrencyLimit() ? null : (Integer) sequences;
        Boolean growth = freeze == service.replicas().growthFrozen() ? null : (Boolean) freeze;
        return new ServiceAction(service.name(), null, growth, null, null, limit, null, null, false);
    }

    private @Nullable Target target(ServiceReading service) {
        ReplicaLaw law = service.law();
        int most = service.gateway().maxConcurrencyLimit();
        if (law == null || most == 0) {
            return null;
        }
        int fewest = Math.min(fewestSequences, most);
        double fewestWatts = law.watts(fewest);
        double mostWatts = Math.min(law.watts(most), service.replicaPower().worstCaseWatts());
        return new Target(service, law, fewest, fewestWatts, most, Math.max(fewestWatts, mostWatts));
    }

    /** What a service draws that cannot be limited; before it has a reading, what its pods draw at most while they start. */
    private static double watts(ServiceReading service) {
        return service.power().quality() == Quality.ABSENT
                ? service.replicas().present() * service.replicaPower().startingWatts()
                : service.power().watts();
    }

    /** A service that can be limited, with the range of sequences and watts of each of its replicas. */
    private record Target(
            ServiceReading service,
            ReplicaLaw law,
            int replicas,
            int fewest,
            double fewestWatts,
            int most,
            double mostWatts) {

        Target(ServiceReading service, ReplicaLaw law, int fewest, double fewestWatts, int most, double mostWatts) {
            this(service, law, service.replicas().present(), fewest, fewestWatts, most, mostWatts);
        }

        double rangeWatts() {
            return mostWatts - fewestWatts;
        }

        /** The sequences of a replica that has this share of its range. */
        int sequences(double share) {
            double exact = share >= 1 ? most : Math.floor(law.sequences(fewestWatts + share * rangeWatts()));
            return (int) Math.max(fewest, Math.min(most, exact));
        }
    }

    /** Makes the policy {@code concurrency-limit}. */
    public static final class Factory extends CataloguedPolicy {

        /** For the service loader. */
        public Factory() {
            super(
                    "concurrency-limit",
                    "Limits the sequences of each replica to those that the cap has watts for, by the law of its batch.",
                    "G2G, arXiv 2602.05116; formula of Capstan's own fits of batch and power",
                    "structure high, law measured within 2 %, shares of services and growth freeze Capstan's own",
                    List.of("concurrency limit", "growth freeze"),
                    true,
                    new PolicyParameter(
                            "target_ratio",
                            "ratio",
                            0.95,
                            0.01,
                            2,
                            "Share of the cap that is planned with; prompts draw more than the law for a while.",
                            "assumption"),
                    new PolicyParameter(
                            "min_sequences",
                            "sequences",
                            8,
                            1,
                            100_000,
                            "Fewest sequences of a replica; the first ones bring most of its draw.",
                            "smallest batch of S-MLE3, the data behind the laws"),
                    new PolicyParameter(
                            "freeze_growth",
                            "switch",
                            1,
                            0,
                            1,
                            "Freezes growth where one more replica of the fewest sequences does not fit.",
                            "assumption"));
        }

        @Override
        public boolean needsRequests() {
            return true;
        }

        @Override
        public CappingPolicy<?> create(Map<String, Double> parameters, long seed) {
            return new ConcurrencyLimitPolicy(
                    value(parameters, "target_ratio"),
                    (int) value(parameters, "min_sequences"),
                    value(parameters, "freeze_growth") == 1);
        }
    }
}
