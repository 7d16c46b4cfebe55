package dev.capstan.capping;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JavaType;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;

/** What every policy of the registry promises, those that other jars add included. */
class CappingPolicyContractProperties {

    private static final ObjectMapper JSON = new ObjectMapper();

    /** One step of the world around a policy: demand in replicas, load of each, what telemetry makes of it, the grid. */
    record Tick(
            double capWatts,
            int chatDemand,
            int codeDemand,
            double load,
            Quality quality,
            int ageSeconds,
            double gramsPerKilowattHour) {}

    @Provide
    Arbitrary<String> policies() {
        return Arbitraries.of(
                PolicyRegistry.all().stream().map(PolicyFactory::name).toList());
    }

    @Provide
    Arbitrary<List<Tick>> ticks() {
        Arbitrary<Quality> quality = Arbitraries.frequency(
                Tuple.of(12, Quality.FRESH),
                Tuple.of(1, Quality.PARTIAL),
                Tuple.of(1, Quality.STALE),
                Tuple.of(4, Quality.ABSENT),
                Tuple.of(1, Quality.IMPLAUSIBLE));
        return Combinators.combine(
                        Arbitraries.of(9000.0, 6000.0, 3000.0),
                        Arbitraries.integers().between(0, 12),
                        Arbitraries.integers().between(0, 12),
                        Arbitraries.doubles().between(0, 1),
                        quality,
                        Arbitraries.integers().between(0, 70),
                        Arbitraries.of(Double.NaN, 0.0, 200.0, 450.0, 800.0))
                .as(Tick::new)
                .list()
                .ofMinSize(1)
                .ofMaxSize(40);
    }

    @Property(tries = 600)
    void decidesTheSameAgainAndAfterItsStateWentThroughJson(
            @ForAll("policies") String name, @ForAll("ticks") List<Tick> ticks) throws JsonProcessingException {
        followThroughJson(build(name), ticks);
    }

    @Property(tries = 600)
    void keepsGuardedPoliciesInsideTheRails(@ForAll("policies") String name, @ForAll("ticks") List<Tick> ticks) {
        if (PolicyRegistry.find(name).guarded()) {
            followInsideRails(build(name), ticks);
        }
    }

    /** 6000 W hold the floors of 900 + 2 * 700 + 3 * 1000 = 5300 W but not the 900 + 12 * 700 + 10 * 1000 W of all. */
    @Property(tries = 300)
    void survivesAnHourWithoutTelemetryNeitherCollapsedNorUnlimited(
            @ForAll("policies") String name, @ForAll("ticks") List<Tick> ticks) {
        PolicyFactory factory = PolicyRegistry.find(name);
        if (factory.guarded() && !factory.levers().isEmpty()) {
            // Lending spare watts, or leaving what runs alone, leaves ceilings in force that are not safe without
            // telemetry.
            Map<String, Double> parameters = switch (name) {
                case "replica-cap" -> Map.of("theta", 0.1, "raise_steps", 1.0);
                case "requested-clamp" -> Map.of("shrink", 1.0);
                default -> Map.of();
            };
            loseTelemetry(PolicyRegistry.build(factory, parameters, 7, GuardRails.DEFAULTS), ticks);
        }
    }

    /** The 4400 W of the floors fit the budget of 5100 W, which is the cap of 6000 W less the overhead; the site's cap does not bind. */
    @Property(tries = 100)
    void staysInABudgetWithoutTelemetry(@ForAll("policies") String name) {
        PolicyFactory factory = PolicyRegistry.find(name);
        // Misses no telemetry, so that the guard leaves it alone, and knows no budgets itself.
        boolean exempt = name.equals("requested-clamp");
        if (factory.guarded() && !factory.levers().isEmpty() && !exempt) {
            keepBudgetBlind(PolicyRegistry.build(factory, Map.of(), 7, GuardRails.DEFAULTS));
        }
    }

    private static <S extends Record> void keepBudgetBlind(CappingPolicy<S> policy) {
        World world = new World();
        PowerBudget budget = new PowerBudget("both", 5100, List.of("chat", "code"), Map.of("chat", 2000.0));
        Tick silence = new Tick(50_000, 12, 12, 1, Quality.ABSENT, 0, 450);
        S state = policy.initialState();
        for (int second = 0; second <= 600; second += 5) {
            Step<S> step = policy.step(state, SimulatedService.withBudgets(world.next(silence), budget));
            state = step.state();
            world.apply(step.decision());
            if (second > 65) {
                assertThat(world.worstCaseWatts() - 900).isLessThanOrEqualTo(5100 + 1e-6);
            }
        }
    }

    private static CappingPolicy<?> build(String name) {
        return PolicyRegistry.build(PolicyRegistry.find(name), Map.of(), 7, GuardRails.DEFAULTS);
    }

    private static <S extends Record> void followThroughJson(CappingPolicy<S> policy, List<Tick> ticks)
            throws JsonProcessingException {
        World world = new World();
        JavaType type = JSON.getTypeFactory().constructType(policy.stateJsonType());
        assertThat(type.getRawClass()).isEqualTo(policy.stateType());
        S state = policy.initialState();
        for (Tick tick : ticks) {
            Observation seen = world.next(tick);
            S read = JSON.readValue(JSON.writeValueAsString(state), type);
            assertThat(read).isEqualTo(state);
            Step<S> step = policy.step(state, seen);
            assertThat(policy.step(state, seen)).isEqualTo(step);
            assertThat(policy.step(read, seen)).isEqualTo(step);
            state = step.state();
            world.apply(step.decision());
        }
    }

    private static <S extends Record> void followInsideRails(CappingPolicy<S> policy, List<Tick> ticks) {
        World world = new World();
        S state = policy.initialState();
        for (Tick tick : ticks) {
            Observation seen = world.next(tick);
            Step<S> step = policy.step(state, seen);
            assertThat(step.decision().actions())
                    .extracting(ServiceAction::service)
                    .doesNotHaveDuplicates();
            for (ServiceAction action : step.decision().actions()) {
                SimulatedService service = world.service(action.service());
                Integer ceiling = action.replicaCeiling();
                if (ceiling != null) {
                    assertThat(ceiling).isBetween(service.floor, service.originalCeiling);
                    assertThat(ceiling).isLessThanOrEqualTo(service.ceiling + 1);
                }
                Double limit = action.gpuLimitWatts();
                if (limit != null) {
                    assertThat(limit).isBetween(service.minGpuLimitWatts, service.maxGpuLimitWatts);
                }
                Integer sequences = action.concurrencyLimit();
                if (sequences != null) {
                    assertThat(sequences).isBetween(1, service.maxConcurrencyLimit);
                }
                Double share = action.admissionShare();
                if (share != null) {
                    assertThat(share).isBetween(0.0, service.maxAdmissionShare);
                }
                Double routed = action.routingWeight();
                if (routed != null) {
                    assertThat(routed).isBetween(0.0, 1.0);
                }
            }
            state = step.state();
            world.apply(step.decision());
            assertThat(world.chat.routingWeight + world.code.routingWeight).isPositive();
        }
    }

    private static <S extends Record> void loseTelemetry(CappingPolicy<S> policy, List<Tick> ticks) {
        World world = new World();
        S state = policy.initialState();
        for (Tick tick : ticks) {
            Step<S> step = policy.step(state, world.next(tick));
            state = step.state();
            world.apply(step.decision());
        }
        Tick silence = new Tick(6000, 12, 12, 1, Quality.ABSENT, 0, 450);
        for (int second = 0; second <= 3600; second += 5) {
            Step<S> step = policy.step(state, world.next(silence));
            state = step.state();
            world.apply(step.decision());
            if (second > 65) {
                assertThat(world.worstCaseWatts()).isLessThanOrEqualTo(6000 + 1e-6);
            }
            assertThat(world.chat.ceiling).isGreaterThanOrEqualTo(2);
            assertThat(world.code.ceiling).isGreaterThanOrEqualTo(3);
        }
    }

    /** Two services with floors 2 and 3 that do at once what they are told. */
    private static final class World {

        /** At 450 g/kWh 6667 W. */
        private static final CarbonBudget BUDGET = new CarbonBudget(3600, 1.2);

        final SimulatedService chat = SimulatedService.chat();
        final SimulatedService code = SimulatedService.code();
        private double seconds;

        World() {
            chat.route = "both";
            chat.routingWeight = 1;
            code.route = "both";
            code.routingWeight = 1;
            chat.law = ReplicaLawTest.LLAMA_8B;
            code.law = new ReplicaLaw(14.15e-3, 0.1468e-3, 700, 0.0707);
            chat.stepLaw = StepLawTest.LAW;
            code.stepLaw = StepLawTest.LAW;
        }

        Observation next(Tick tick) {
            seconds += 5;
            double chatWatts = run(chat, tick.chatDemand, tick.load);
            double codeWatts = run(code, tick.codeDemand, tick.load);
            chat.power = reading(tick, chatWatts);
            code.power = reading(tick, codeWatts);
            return SimulatedService.observe(
                    seconds,
                    tick.capWatts,
                    900,
                    reading(tick, 900 + chatWatts + codeWatts),
                    carbon(tick),
                    BUDGET,
                    chat,
                    code);
        }

        private CarbonReading carbon(Tick tick) {
            if (Double.isNaN(tick.gramsPerKilowattHour)) {
                return CarbonReading.UNKNOWN;
            }
            long now = (long) (seconds * 1e9);
            long hour = 3_600_000_000_000L;
            return new CarbonReading(
                    tick.gramsPerKilowattHour,
                    tick.ageSeconds * 1_000_000_000L,
                    new CarbonForecast(
                            now,
                            List.of(
                                    new CarbonForecast.Slot(now, now + hour, tick.gramsPerKilowattHour),
                                    new CarbonForecast.Slot(now + hour, now + 5 * hour, 300))));
        }

        private static double run(SimulatedService service, int demand, double load) {
            service.ready = Math.max(service.floor, Math.min(service.ceiling, demand));
            service.runningRequests = 20.0 * service.ready;
            service.waitingRequests = 4.0 * Math.max(0, demand - service.ready);
            service.inputTokensPerSecond = 2000 * load * service.ready;
            service.outputTokensPerSecond = 4000 * load * service.ready;
            double seconds = 0.02 + 0.2 * load;
            service.latency = new LatencyReading(10 * seconds, seconds, seconds, 2 * seconds, 10, 1, 0.2);
            double most = service.replicaPower().worstCaseWatts();
            return service.ready * (service.idleWatts + load * (most - service.idleWatts));
        }

        private static PowerReading reading(Tick tick, double watts) {
            double sensed = tick.quality == Quality.ABSENT ? Double.NaN : watts;
            return new PowerReading(sensed, tick.ageSeconds * 1_000_000_000L, tick.quality);
        }

        void apply(Decision decision) {
            chat.apply(decision);
            code.apply(decision);
        }

        SimulatedService service(String name) {
            return name.equals("chat") ? chat : code;
        }

        /** 700 W at a limit of 700 W and 1000 W at 400 W; a watt of the limit is 1 W and 2 * 1.1 W at the meter. */
        double worstCaseWatts() {
            return 900
                    + chat.ceiling * (700 - (700 - chat.gpuLimitWatts))
                    + code.ceiling * (1000 - 2.2 * (400 - code.gpuLimitWatts));
        }
    }

    @Property(tries = 600)
    void keepsThePlanUnderTheCapWheneverItIsFeasible(
            @ForAll("feasiblePlans") String name, @ForAll("ticks") List<Tick> ticks) {
        World world = new World();
        CappingPolicy<?> policy =
                PolicyRegistry.find(name).create(PolicyRegistry.resolve(PolicyRegistry.find(name), Map.of()), 1);
        followPlan(policy, world, ticks);
    }

    @Provide
    Arbitrary<String> feasiblePlans() {
        return Arbitraries.of("static-floor", "replica-cap");
    }

    private static <S extends Record> void followPlan(CappingPolicy<S> policy, World world, List<Tick> ticks) {
        S state = policy.initialState();
        for (Tick tick : ticks) {
            Step<S> step = policy.step(state, world.next(tick));
            state = step.state();
            world.apply(step.decision());
            // Floors need 900 + 2 * 700 + 3 * 1000 = 5300 W.
            boolean feasible = tick.capWatts >= 5300;
            assertThat(step.decision().code().equals("infeasible")).isEqualTo(!feasible);
            assertThat(world.worstCaseWatts()).isLessThanOrEqualTo((feasible ? tick.capWatts : 5300) + 1e-6);
        }
    }
}
