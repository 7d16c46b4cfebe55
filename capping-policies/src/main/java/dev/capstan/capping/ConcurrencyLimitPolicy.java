package dev.capstan.capping;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * Holds the cap with the sequences that each replica may run: the cap's watts become a power target for every replica, and
 * the owner's law of batch and power ({@link ReplicaLaw}) turns that into a concurrency limit. Whoever runs goes on, whoever
 * waits does so at the gateway. Source: G2G, arXiv 2602.05116, which steers the power of GPUs by their batch; the law in
 * place of its logistic curve, its correction, the shares of services and the growth freeze are Capstan's.
 *
 * <p>Each replica that is there has its target between the draw of the fewest sequences and that of the owner's limit. What
 * the fewest leave of the cap goes to the highest priority first, evenly within one. Services without a law or without a
 * gateway are left alone and count with what they read.
 *
 * <p>Where a service reads more than its law says for the sequences that it runs, because prompts are longer than those
 * that were measured, the law is scaled up by the ratio, smoothed; never down, since a reading that lags behind a rising load
 * is too low. A lower limit takes away no sequence that runs, so power falls with a time constant of output tokens per
 * request times time per token.
 */
public final class ConcurrencyLimitPolicy implements CappingPolicy<ConcurrencyLimitPolicy.State> {

    /** No reading lets a law be scaled by more. */
    private static final double MOST_CORRECTION = 2;

    /**
     * Remembers how far the laws are off.
     *
     * @param corrections factor of the law of each service, 1 to 2
     */
    public record State(Map<String, Double> corrections) {

        /** Copies the map in the order of its keys, so that equal states are written as equal JSON. */
        public State {
            corrections = Collections.unmodifiableMap(new TreeMap<>(corrections));
        }
    }

    private final double targetRatio;
    private final int fewestSequences;
    private final boolean freezesGrowth;
    private final double smoothing;

    ConcurrencyLimitPolicy(double targetRatio, int fewestSequences, boolean freezesGrowth, double smoothing) {
        this.targetRatio = targetRatio;
        this.fewestSequences = fewestSequences;
        this.freezesGrowth = freezesGrowth;
        this.smoothing = smoothing;
    }

    @Override
    public State initialState() {
        return new State(Map.of());
    }

    @Override
    public Senses senses() {
        return Senses.SERVICES;
    }

    @Override
    public boolean setsCeilings() {
        return false;
    }

    @Override
    public Step<State> step(State state, Observation seen) {
        double budgetWatts = targetRatio * seen.allowedWatts() - seen.overheadWatts();
        double spareWatts = budgetWatts;
        Map<String, Double> corrections = new TreeMap<>();
        TreeMap<Integer, List<Target>> groups = new TreeMap<>();
        for (ServiceReading service : seen.services()) {
            ReplicaLaw law = service.law();
            if (law == null || service.gateway().maxConcurrencyLimit() == 0) {
                spareWatts -= watts(service);
                continue;
            }
            double correction = corrected(state.corrections().getOrDefault(service.name(), 1.0), law, service);
            corrections.put(service.name(), correction);
            Target target = target(service, law.scaled(correction));
            spareWatts -= target.replicas * target.fewestWatts;
            groups.computeIfAbsent(service.priority(), priority -> new ArrayList<>())
                    .add(target);
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
            limited |= share < 1;
            for (Target target : group) {
                boolean full = spareWatts < 0 || !target.gainsByOneMore(share, leftWatts);
                ServiceAction action = action(target.service, target.sequences(share), full);
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
        return new Step<>(new State(corrections), new Decision(actions, code, reason));
    }

    /** The factor of the law after this reading. */
    private double corrected(double before, ReplicaLaw law, ServiceReading service) {
        ReplicaCounts replicas = service.replicas();
        double perReplica = service.runningRequests() / replicas.ready();
        // Replicas that start or drain draw what no law of theirs tells; with less than one sequence they idle
        // meanwhile.
        if (!service.power().isFresh() || replicas.present() > replicas.ready() || !(perReplica >= 1)) {
            return before;
        }
        double ratio = service.power().watts() / (replicas.ready() * law.watts(perReplica));
        return before + smoothing * (Math.max(1, Math.min(MOST_CORRECTION, ratio)) - before);
    }

    /** What the levers need; empty where they stand there already. */
    private ServiceAction action(ServiceReading service, int sequences, boolean full) {
        boolean freeze = freezesGrowth && full;
        Integer limit = sequences == service.gateway().concurrencyLimit() ? null : (Integer) sequences;
        Boolean growth = freeze == service.replicas().growthFrozen() ? null : (Boolean) freeze;
        return new ServiceAction(service.name(), null, growth, null, null, limit, null, null, false);
    }

    private Target target(ServiceReading service, ReplicaLaw law) {
        int most = service.gateway().maxConcurrencyLimit();
        int fewest = Math.min(fewestSequences, most);
        double fewestWatts = law.watts(fewest);
        double mostWatts = Math.min(law.watts(most), service.replicaPower().worstCaseWatts());
        return new Target(
                service,
                law,
                service.replicas().present(),
                fewest,
                fewestWatts,
                most,
                Math.max(fewestWatts, mostWatts));
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

        double rangeWatts() {
            return mostWatts - fewestWatts;
        }

        /** The sequences of a replica that has this share of its range. */
        int sequences(double share) {
            double exact = share >= 1 ? most : Math.floor(law.sequences(fewestWatts + share * rangeWatts()));
            return (int) Math.max(fewest, Math.min(most, exact));
        }

        /**
         * Whether one more replica makes more tokens of the same watts, and of those that nobody else has: it brings its fixed
         * watts, which the others then lack.
         */
        boolean gainsByOneMore(double share, double leftWatts) {
            double allWatts = replicas * (fewestWatts + share * rangeWatts()) + leftWatts;
            return allWatts >= (replicas + 1) * fewestWatts
                    && (replicas + 1) * dynamicWatts(allWatts / (replicas + 1))
                            > replicas * dynamicWatts(allWatts / Math.max(1, replicas));
        }

        /** What a replica of this target draws for its tokens. */
        private double dynamicWatts(double watts) {
            return Math.max(0, Math.min(watts, mostWatts) - law.fixedWatts());
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
                    "structure high, law measured within 2 %, the rest Capstan's own",
                    List.of("concurrency limit", "growth freeze"),
                    true,
                    new PolicyParameter(
                            "target_ratio",
                            "ratio",
                            0.95,
                            0.01,
                            2,
                            "Share of the cap that is planned with; steps with prompts draw more than the mean.",
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
                            "Freezes growth where one more replica would make no more tokens of the watts there are.",
                            "Capstan: its fixed watts go off the batch of the others"),
                    new PolicyParameter(
                            "smoothing",
                            "ratio",
                            0.1,
                            0,
                            1,
                            "Weight of the newest reading in the correction of the law; 0 trusts the law.",
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
                    value(parameters, "freeze_growth") == 1,
                    value(parameters, "smoothing"));
        }
    }
}
