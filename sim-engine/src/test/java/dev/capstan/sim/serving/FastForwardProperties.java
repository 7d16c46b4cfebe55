package dev.capstan.sim.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.capstan.sim.kernel.Priority;
import dev.capstan.sim.serving.RequestLog.Outcome;
import dev.capstan.sim.serving.ServingOptions.Routing;
import dev.capstan.sim.serving.StepwiseReference.Action;
import dev.capstan.sim.serving.StepwiseReference.ContextCost;
import dev.capstan.trace.PrefixBlocks;
import dev.capstan.trace.RandomStream;
import dev.capstan.trace.RequestTrace;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.statistics.Statistics;

/** Advancing stretches of steps at once gives what stepping through them one by one gives, to the nanosecond. */
class FastForwardProperties {

    private static final long END = 2_000_000_000L;

    @Property(tries = 400, seed = "1")
    void arrivalsInTheMiddleOfSteps(
            @ForAll long seed,
            @ForAll @IntRange(min = 1, max = 3) int replicas,
            @ForAll @IntRange(min = 1, max = 60) int requests) {
        RandomStream random = RandomStream.named(seed, "trace");
        ModelProfile model = ServingRig.model(10_000, 1_700, 90, 64, 12, 100_000);
        same(model, replicas, 0, trace(random, requests, 4_000_000, 1, 50, 120), List.of());
    }

    /** Steps of exactly 1000 ns and arrivals on multiples of 500 ns: every second one meets the end of a step. */
    @Property(tries = 400, seed = "1")
    void arrivalsAtTheVeryEndOfSteps(@ForAll long seed, @ForAll @IntRange(min = 1, max = 60) int requests) {
        RandomStream random = RandomStream.named(seed, "trace");
        ModelProfile model = ServingRig.model(1_000, 0, 0, 1000, 5, 100_000);
        same(model, 1, 0, trace(random, requests, 300_000, 500, 0, 40), List.of());
    }

    @Property(tries = 400, seed = "1")
    void promptsOverTheBudgetOfAStep(@ForAll long seed, @ForAll @IntRange(min = 1, max = 16) int budget) {
        RandomStream random = RandomStream.named(seed, "trace");
        ModelProfile model = ServingRig.model(10_000, 1_300, 700, budget, 10, 100_000);
        same(model, 2, 0, trace(random, 30, 5_000_000, 1, 100, 60), List.of());
    }

    @Property(tries = 400, seed = "1")
    void fewSlotsAndLittleCache(
            @ForAll long seed,
            @ForAll @IntRange(min = 1, max = 4) int replicas,
            @ForAll @IntRange(min = 1, max = 6) int slots,
            @ForAll @IntRange(min = 60, max = 300) int cache) {
        RandomStream random = RandomStream.named(seed, "trace");
        ModelProfile model = ServingRig.model(10_000, 1_300, 70, 50, slots, cache);
        same(model, replicas, 0, trace(random, 60, 3_000_000, 1, 60, 90), List.of());
    }

    /** Sequences outgrow the cache all the time, so that most are preempted, some many times, and prompts again in part. */
    @Property(tries = 600, seed = "1")
    void sequencesThatOutgrowTheCache(
            @ForAll long seed,
            @ForAll @IntRange(min = 1, max = 3) int replicas,
            @ForAll @IntRange(min = 1, max = 40) int budget,
            @ForAll @IntRange(min = 220, max = 600) int cache,
            @ForAll Routing routing) {
        RandomStream random = RandomStream.named(seed, "trace");
        ModelProfile model = ServingRig.model(10_000, 1_300, 70, budget, 12, cache);
        Played played = same(
                model,
                replicas,
                0,
                trace(random, 50, 3_000_000, 1, 60, 120),
                options(routing, 16, ServingOptions.NEVER, ServingOptions.NEVER),
                new ContextCost(3L * random.nextInt(2), 700L * random.nextInt(2)),
                List.of());
        Statistics.label("preempts").collect(played.preemptions() > 0);
    }

    /** Prompts that begin alike, on a cache that holds some of their blocks at a time. */
    @Property(tries = 600, seed = "1")
    void promptsThatBeginAlike(
            @ForAll long seed,
            @ForAll @IntRange(min = 1, max = 3) int replicas,
            @ForAll @IntRange(min = 8, max = 80) int budget,
            @ForAll @IntRange(min = 300, max = 900) int cache,
            @ForAll @IntRange(min = 0, max = 2) int blockShift,
            @ForAll Routing routing) {
        RandomStream random = RandomStream.named(seed, "trace");
        ModelProfile model = ServingRig.model(10_000, 1_300, 70, budget, 12, cache);
        Played played = same(
                model,
                replicas,
                0,
                sharing(random, trace(random, 50, 4_000_000, 1, 200, 60), 16),
                options(routing, 4 << blockShift, ServingOptions.NEVER, ServingOptions.NEVER),
                new ContextCost(0, 0),
                List.of());
        Statistics.label("hits").collect(played.cachedTokens() > 0);
        Statistics.label("preempts").collect(played.preemptions() > 0);
    }

    /** Everything at once: little cache, shared prompts, deadlines, limits, replicas that come and go. */
    @Property(tries = 800, seed = "1")
    void everythingAtOnce(
            @ForAll long seed,
            @ForAll @IntRange(min = 4, max = 80) int budget,
            @ForAll @IntRange(min = 340, max = 900) int cache,
            @ForAll @IntRange(min = 50_000, max = 3_000_000) int timeout,
            @ForAll @IntRange(min = 10_000, max = 1_000_000) int patience,
            @ForAll @LongRange(min = 0, max = 2_000_003) long graceNanos,
            @ForAll Routing routing) {
        RandomStream random = RandomStream.named(seed, "trace");
        ModelProfile model = ServingRig.model(10_007, 1_301, 71, budget, 12, cache);
        List<Action> actions = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            long at = random.nextInt(6_000_000);
            actions.add(
                    switch (i % 5) {
                        case 4 -> Action.concurrency(at, 8 + random.nextInt(5));
                        case 0 -> Action.limit(at, 200 + random.nextInt(501));
                        case 2 -> Action.clock(at, 50 * random.nextInt(20));
                        default -> Action.scale(at, 1 + random.nextInt(4));
                    });
        }
        actions.sort((a, b) -> Long.compare(a.atNanos(), b.atNanos()));
        Played played = same(
                model,
                2,
                graceNanos,
                sharing(random, trace(random, 60, 2_000_000, 1, 200, 120), 32),
                options(routing, 16, timeout, patience),
                new ContextCost(3L * random.nextInt(2), 700L * random.nextInt(2)),
                actions);
        Statistics.label("preempts").collect(played.preemptions() > 0);
        Statistics.label("times out").collect(played.timedOut() > 0);
        Statistics.label("gives up").collect(played.abandoned() > 0);
    }

    @Property(tries = 400, seed = "1")
    void powerLimitsThatComeAndGo(@ForAll long seed) {
        RandomStream random = RandomStream.named(seed, "actions");
        List<Action> actions = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            actions.add(Action.limit(random.nextInt(6_000_000), 200 + random.nextInt(501)));
        }
        sameUnder(actions, random);
    }

    /** Locks from the lowest clock up, lifted by 0 every now and then, beside limits that bind more or less than they do. */
    @Property(tries = 400, seed = "1")
    void clocksThatAreLockedAndUnlocked(@ForAll long seed) {
        RandomStream random = RandomStream.named(seed, "actions");
        List<Action> actions = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            long at = random.nextInt(6_000_000);
            actions.add(
                    i % 3 == 0
                            ? Action.limit(at, 200 + random.nextInt(501))
                            : Action.clock(at, Math.max(0, random.nextInt(1200) - 100)));
        }
        sameUnder(actions, random);
    }

    /** Concurrency limits from under 1 to over what the engine takes, on a cache that is a limit of its own. */
    @Property(tries = 600, seed = "1")
    void concurrencyLimitsThatComeAndGo(
            @ForAll long seed, @ForAll @IntRange(min = 220, max = 900) int cache, @ForAll Routing routing) {
        RandomStream random = RandomStream.named(seed, "actions");
        List<Action> actions = new ArrayList<>();
        for (int i = 0; i < 16; i++) {
            long at = random.nextInt(4_000_000);
            actions.add(
                    i % 8 == 7
                            ? Action.scale(at, 1 + random.nextInt(4))
                            : Action.concurrency(at, random.nextInt(11) - 1));
        }
        actions.sort((a, b) -> Long.compare(a.atNanos(), b.atNanos()));
        same(
                ServingRig.model(10_000, 1_300, 400, 50, 8, cache),
                2,
                1_000_000,
                trace(random, 60, 3_000_000, 1, 80, 90),
                options(routing, 16, ServingOptions.NEVER, ServingOptions.NEVER),
                new ContextCost(2, 500),
                actions);
    }

    private static void sameUnder(List<Action> actions, RandomStream random) {
        actions.sort((a, b) -> Long.compare(a.atNanos(), b.atNanos()));
        same(
                ServingRig.model(10_000, 1_300, 400, 50, 8, 100_000),
                2,
                0,
                trace(random, 40, 5_000_000, 1, 80, 90),
                ServingOptions.DEFAULTS,
                new ContextCost(2, 500),
                actions);
    }

    @Property(tries = 600, seed = "1")
    void replicasThatStartDrainAndAreKilled(
            @ForAll long seed, @ForAll @LongRange(min = 0, max = 2_000_003) long graceNanos) {
        RandomStream random = RandomStream.named(seed, "actions");
        ModelProfile model = ServingRig.model(10_007, 1_301, 401, 50, 4, 400);
        List<Action> actions = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            long at = random.nextInt(6_000_000);
            actions.add(
                    i % 4 == 3 ? Action.limit(at, 200 + random.nextInt(501)) : Action.scale(at, 1 + random.nextInt(4)));
        }
        actions.sort((a, b) -> Long.compare(a.atNanos(), b.atNanos()));
        same(model, 2, graceNanos, trace(random, 50, 6_000_000, 1, 80, 120), actions);
    }

    /** A head of the queue that fits nowhere hides a smaller request that the other replica has room for. */
    @Example
    void offersTheNextInTheQueueToEveryReplicaWithRoom() {
        ModelProfile model = ServingRig.model(1_000, 0, 0, 1000, 10, 100);
        // Replica 0 holds 40 and 60 tokens, replica 1 holds 90; the 100 wait for replica 0, and only then do the 10
        // fit.
        RequestTrace trace = ServingRig.trace(
                new long[] {0, 1, 2, 3, 4}, new int[] {0, 0, 0, 0, 0}, new int[] {40, 90, 60, 100, 10});

        same(model, 2, 0, trace, List.of());
    }

    /** A counter that Prometheus scrapes in the middle of a stretch shows the steps that are done. */
    @Example
    void countsTokensInTheMiddleOfAStretch() {
        ModelProfile model = ServingRig.model(1_000, 0, 0, 1000, 10, 1000);
        ServingRig rig = new ServingRig(
                model, 1, 0, ServingRig.trace(new long[] {0, 0}, new int[] {0, 0}, new int[] {500, 500}));
        rig.service.deployment().begin(1);

        // The first step gives the first request's first token; from the second on both are in the batch.
        rig.kernel.runUntil(1_000);
        assertThat(rig.service.outputTokens()).isEqualTo(1);
        rig.kernel.runUntil(100_999);
        assertThat(rig.service.outputTokens()).isEqualTo(1 + 2 * 99);
        rig.kernel.runUntil(END);
        assertThat(rig.service.outputTokens()).isEqualTo(1000);
    }

    private static RequestTrace trace(
            RandomStream random, int size, int spanNanos, int gridNanos, int longestInput, int longestOutput) {
        long[] arrivals = new long[size];
        int[] inputs = new int[size];
        int[] outputs = new int[size];
        for (int i = 0; i < size; i++) {
            arrivals[i] = (long) gridNanos * random.nextInt(spanNanos / gridNanos);
            inputs[i] = random.nextInt(longestInput + 1);
            outputs[i] = 1 + random.nextInt(longestOutput);
        }
        Arrays.sort(arrivals);
        return ServingRig.trace(arrivals, inputs, outputs);
    }

    /** The same with prompts that have one of a few beginnings for a while and then go on of their own. */
    private static RequestTrace sharing(RandomStream random, RequestTrace trace, int blockTokens) {
        int[] offsets = new int[trace.size() + 1];
        List<Long> hashes = new ArrayList<>();
        for (int request = 0; request < trace.size(); request++) {
            int blocks = (trace.inputTokens()[request] + blockTokens - 1) / blockTokens;
            int alike = random.nextInt(blocks + 1);
            long family = random.nextInt(3);
            for (int block = 0; block < blocks; block++) {
                hashes.add(block < alike ? 1000 * family + block : 1_000_000L + 1000L * request + block);
            }
            offsets[request + 1] = hashes.size();
        }
        return new RequestTrace(
                trace.arrivalNanos(),
                trace.inputTokens(),
                trace.outputTokens(),
                trace.start(),
                trace.origin(),
                trace.labels(),
                Optional.of(new PrefixBlocks(
                        blockTokens,
                        offsets,
                        hashes.stream().mapToLong(Long::longValue).toArray())));
    }

    private static ServingOptions options(Routing routing, int blockTokens, long timeoutNanos, long patienceNanos) {
        return new ServingOptions(routing, blockTokens, true, 300, timeoutNanos, patienceNanos);
    }

    private record Played(long preemptions, long cachedTokens, int timedOut, int abandoned) {}

    private static void same(
            ModelProfile model, int replicas, long graceNanos, RequestTrace trace, List<Action> actions) {
        same(model, replicas, graceNanos, trace, ServingOptions.DEFAULTS, new ContextCost(0, 0), actions);
    }

    private static Played same(
            ModelProfile model,
            int replicas,
            long graceNanos,
            RequestTrace trace,
            ServingOptions options,
            ContextCost contextCost,
            List<Action> actions) {
        ServingRig rig = new ServingRig(model, 64, graceNanos, trace, options, contextCost);
        int act = rig.kernel.register(index -> {
            Action action = actions.get((int) index);
            Integer clock = action.clockMegahertz();
            Integer sequences = action.concurrency();
            if (sequences != null) {
                rig.service.limitConcurrency(sequences);
            } else if (clock != null) {
                rig.service.lockClock(clock);
            } else if (action.gpuLimitWatts() > 0) {
                rig.service.limitGpus(action.gpuLimitWatts());
            } else {
                rig.service.deployment().scale(action.replicas());
            }
        });
        for (int i = 0; i < actions.size(); i++) {
            rig.kernel.schedule(actions.get(i).atNanos(), Priority.HPA, act, i);
        }
        rig.service.deployment().begin(replicas);
        rig.kernel.checkAfterEvents(() -> {
            rig.service.check();
            rig.power.check(rig.kernel.nowNanos());
        });
        // Halfway, in the middle of whatever is going on, what telemetry would see must agree as well.
        long halfway = trace.spanNanos() / 2;
        StepwiseReference half =
                new StepwiseReference(model, replicas, graceNanos, trace, options, contextCost, actions);
        half.play(halfway);
        rig.kernel.runUntil(halfway);
        agree(rig, half, halfway, "halfway");

        StepwiseReference reference =
                new StepwiseReference(model, replicas, graceNanos, trace, options, contextCost, actions);
        reference.play(END);
        rig.kernel.runUntil(END);
        RequestLog log = rig.service.log();
        for (int request = 0; request < trace.size(); request++) {
            String name = "request " + request;
            assertThat(log.outcome(request)).as(name).isEqualTo(reference.outcomes[request]);
            if (log.outcome(request) == Outcome.COMPLETED) {
                long arrival = trace.arrivalNanos()[request];
                assertThat(log.e2eNanos(request))
                        .as("completion of " + name)
                        .isEqualTo(reference.endNanos[request] - arrival);
                assertThat(log.ttftNanos(request))
                        .as("first token of " + name)
                        .isEqualTo(reference.firstTokenNanos[request] - arrival);
            }
        }
        agree(rig, reference, END, "at the end");
        return new Played(
                reference.preemptions,
                reference.cachedTokens,
                log.count(Outcome.TIMED_OUT),
                log.count(Outcome.ABANDONED));
    }

    private static void agree(ServingRig rig, StepwiseReference reference, long nowNanos, String when) {
        rig.power.settle(nowNanos);
        assertThat(rig.service.outputTokens()).as("output tokens " + when).isEqualTo(reference.outputTokens);
        assertThat(rig.service.inputTokens()).as("input tokens " + when).isEqualTo(reference.inputTokens);
        assertThat(rig.service.effort())
                .as("effort " + when)
                .isEqualTo(new Effort(
                        reference.preemptions,
                        reference.recomputedTokens,
                        reference.cachedTokens,
                        reference.wastedInputTokens,
                        reference.wastedOutputTokens));
        assertThat(rig.power.meter(0).energyJoules())
                .as("energy " + when)
                .isEqualTo(reference.joules, within(1e-9 * reference.joules));
    }
}
