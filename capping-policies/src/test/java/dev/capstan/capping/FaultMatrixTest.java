package dev.capstan.capping;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every signal of an observation with every fault, around every guarded policy: ten minutes of health, fifteen of the fault,
 * twenty of health again. A fault of a service's signal is one of both services.
 */
class FaultMatrixTest {

    private static final double CAP_WATTS = 9000;
    private static final double OVERHEAD_WATTS = 900;
    private static final int STEP_SECONDS = 5;
    private static final int ONSET_SECONDS = 600;
    private static final int RETURN_SECONDS = 1500;
    private static final int END_SECONDS = 2700;
    private static final int LATE_SECONDS = 120;

    enum Fault {
        ABSENT,
        LATE,
        FROZEN,
        NAN,
        SPIKE,
        HALF;

        /** What is delivered of a value; NaN where that is nothing. */
        double of(double now, double late, double atOnset) {
            return switch (this) {
                case ABSENT, NAN -> Double.NaN;
                case LATE -> late;
                case FROZEN -> atOnset;
                case SPIKE -> 10 * now;
                case HALF -> now / 2;
            };
        }
    }

    /** A signal of the world; those of a service are read and overwritten on it. */
    enum Signal {
        ROOT_POWER,
        RACK_POWER,
        SERVICE_POWER,
        READY,
        STARTING,
        DESIRED,
        CEILING,
        GPU_LIMIT,
        CLOCK,
        RUNNING_REQUESTS,
        WAITING_REQUESTS,
        INPUT_TOKENS,
        OUTPUT_TOKENS,
        LATENCY,
        CONCURRENCY_LIMIT,
        ADMISSION_SHARE,
        ROUTING_WEIGHT,
        CARBON_INTENSITY,
        CARBON_FORECAST;

        double of(SimulatedService service) {
            return switch (this) {
                case READY -> service.ready;
                case STARTING -> service.starting;
                case DESIRED -> service.desired;
                case CEILING -> service.ceiling;
                case GPU_LIMIT -> service.gpuLimitWatts;
                case CLOCK -> service.clockMegahertz;
                case RUNNING_REQUESTS -> service.runningRequests;
                case WAITING_REQUESTS -> service.waitingRequests;
                case INPUT_TOKENS -> service.inputTokensPerSecond;
                case OUTPUT_TOKENS -> service.outputTokensPerSecond;
                case LATENCY -> service.latency.meanTpotSeconds();
                case CONCURRENCY_LIMIT -> service.concurrencyLimit;
                case ADMISSION_SHARE -> service.admissionShare;
                case ROUTING_WEIGHT -> service.routingWeight;
                case ROOT_POWER, RACK_POWER, SERVICE_POWER, CARBON_INTENSITY, CARBON_FORECAST -> Double.NaN;
            };
        }

        /** Counts that are not there are zero; shares and weights above 1 the observation refuses. */
        void write(SimulatedService service, double value) {
            switch (this) {
                case READY -> service.ready = (int) value;
                case STARTING -> service.starting = (int) value;
                case DESIRED -> service.desired = (int) value;
                case CEILING -> service.ceiling = (int) value;
                case GPU_LIMIT -> service.gpuLimitWatts = value;
                case CLOCK -> service.clockMegahertz = value;
                case RUNNING_REQUESTS -> service.runningRequests = value;
                case WAITING_REQUESTS -> service.waitingRequests = value;
                case INPUT_TOKENS -> service.inputTokensPerSecond = value;
                case OUTPUT_TOKENS -> service.outputTokensPerSecond = value;
                case LATENCY -> service.latency = World.latency(value);
                case CONCURRENCY_LIMIT -> service.concurrencyLimit = value;
                case ADMISSION_SHARE -> service.admissionShare = Math.min(1, value);
                case ROUTING_WEIGHT -> service.routingWeight = Math.min(1, value);
                case ROOT_POWER, RACK_POWER, SERVICE_POWER, CARBON_INTENSITY, CARBON_FORECAST -> {}
            }
        }
    }

    static Stream<Arguments> matrix() {
        return Stream.of(Signal.values())
                .flatMap(signal -> Stream.of(Fault.values()).map(fault -> Arguments.of(signal, fault)));
    }

    @ParameterizedTest(name = "{0} × {1}")
    @MethodSource("matrix")
    void staysInsideTheRailsAndRecovers(Signal signal, Fault fault) {
        for (PolicyFactory factory : PolicyRegistry.all()) {
            if (factory.guarded()) {
                follow(factory.name(), PolicyRegistry.build(factory, Map.of(), 7, GuardRails.DEFAULTS), signal, fault);
            }
        }
    }

    private static <S extends Record> void follow(String name, CappingPolicy<S> policy, Signal signal, Fault fault) {
        World world = new World(signal, fault);
        S state = policy.initialState();
        boolean lost = isLost(policy, signal, fault);
        String code = "";
        for (int second = 0; second <= END_SECONDS; second += STEP_SECONDS) {
            Step<S> step = policy.step(state, world.observe(second));
            state = step.state();
            code = step.decision().code();
            String where = name + " at " + second + " s: " + step.decision();
            assertInsideRails(step.decision(), world, where);
            world.apply(step.decision());
            assertThat(world.chat.ceiling).as(where).isBetween(2, 12);
            assertThat(world.code.ceiling).as(where).isBetween(3, 10);
            assertThat(world.chat.routingWeight + world.code.routingWeight)
                    .as(where)
                    .isPositive();
            // A reading ages for the maximum age before it is stale, and is then held for the hold time.
            if (lost && second >= ONSET_SECONDS + 60 && second < RETURN_SECONDS) {
                assertThat(world.worstCaseWatts()).as(where).isLessThanOrEqualTo(CAP_WATTS + 1e-6);
            }
        }
        assertThat(code).as(name).isNotIn("telemetry-lost", "safe-ceiling");
    }

    /** Whether the policy needs the signal and the fault leaves nothing of it that can be believed. */
    private static boolean isLost(CappingPolicy<?> policy, Signal signal, Fault fault) {
        boolean needed = (signal == Signal.ROOT_POWER && policy.senses().root())
                || (signal == Signal.SERVICE_POWER && policy.senses().services());
        // 10 times a load of a fifth or more is beyond 1.1 times what the boards can draw.
        return needed && fault != Fault.FROZEN && fault != Fault.HALF;
    }

    private static void assertInsideRails(Decision decision, World world, String where) {
        assertThat(decision.actions())
                .as(where)
                .extracting(ServiceAction::service)
                .doesNotHaveDuplicates();
        for (ServiceAction action : decision.actions()) {
            SimulatedService service = action.service().equals("chat") ? world.chat : world.code;
            assertWithin(action.replicaCeiling(), service.floor, service.originalCeiling, where);
            assertWithin(action.gpuLimitWatts(), service.minGpuLimitWatts, service.maxGpuLimitWatts, where);
            assertWithin(action.clockMegahertz(), 0, service.maxClockMegahertz, where);
            assertWithin(action.concurrencyLimit(), 1, service.maxConcurrencyLimit, where);
            assertWithin(action.admissionShare(), 0, service.maxAdmissionShare, where);
            assertWithin(action.routingWeight(), 0, 1, where);
        }
    }

    private static void assertWithin(@Nullable Number value, double lowest, double highest, String where) {
        if (value != null) {
            assertThat(value.doubleValue()).as(where).isBetween(lowest, highest);
        }
    }

    /** Two services with floors 2 and 3 that do at once what they are told, under a load that goes up and down. */
    private static final class World {

        private static final CarbonBudget BUDGET = new CarbonBudget(3600, 1.2);

        final SimulatedService chat = SimulatedService.chat();
        final SimulatedService code = SimulatedService.code();
        private final List<SimulatedService> services = List.of(chat, code);
        private final Signal signal;
        private final Fault fault;

        /** The true values of the faulty signal at every step, by service or the site alone. */
        private final List<double[]> history = new ArrayList<>();

        World(Signal signal, Fault fault) {
            this.signal = signal;
            this.fault = fault;
            chat.law = ReplicaLawTest.LLAMA_8B;
            code.law = new ReplicaLaw(14.15e-3, 0.1468e-3, 700, 0.0707);
            for (SimulatedService service : services) {
                service.domain = "rack";
                service.route = "both";
                service.routingWeight = 1;
                service.stepLaw = StepLawTest.LAW;
            }
        }

        static LatencyReading latency(double tpotSeconds) {
            return new LatencyReading(10 * tpotSeconds, tpotSeconds, tpotSeconds, 2 * tpotSeconds, 10, 1, 0.2);
        }

        Observation observe(int second) {
            // Between a fifth and all of what the replicas can do, within ten minutes.
            double load = 0.6 + 0.4 * StrictMath.sin(2 * Math.PI * second / 600);
            double chatWatts = serve(chat, 4 + second / 60 % 9, load);
            double codeWatts = serve(code, 3 + second / 90 % 8, load);
            double siteWatts = OVERHEAD_WATTS + chatWatts + codeWatts;
            boolean faulty = second >= ONSET_SECONDS && second < RETURN_SECONDS;
            double grams = 300 + 150 * StrictMath.sin(2 * Math.PI * second / 1800);
            double[] now = switch (signal) {
                case ROOT_POWER, RACK_POWER -> new double[] {siteWatts};
                case SERVICE_POWER -> new double[] {chatWatts, codeWatts};
                case CARBON_INTENSITY, CARBON_FORECAST -> new double[] {grams};
                default -> new double[] {signal.of(chat), signal.of(code)};
            };
            history.add(now);
            double[] seen = faulty ? delivered(now) : now;
            chat.power = power(Signal.SERVICE_POWER, chatWatts, seen[0], faulty);
            code.power = power(Signal.SERVICE_POWER, codeWatts, seen[seen.length - 1], faulty);
            PowerReading root = power(Signal.ROOT_POWER, siteWatts, seen[0], faulty);
            PowerReading rack = power(Signal.RACK_POWER, siteWatts, seen[0], faulty);
            List<DomainReading> domains = List.of(
                    new DomainReading("hall", null, Double.POSITIVE_INFINITY, root),
                    new DomainReading("rack", "hall", 12_000, rack));
            overwrite(seen);
            Observation observation = new Observation(
                    second * 1_000_000_000L,
                    CAP_WATTS,
                    null,
                    OVERHEAD_WATTS,
                    domains,
                    services.stream().map(SimulatedService::reading).toList(),
                    carbon(second, grams, seen[0], faulty),
                    BUDGET,
                    List.of());
            overwrite(now);
            return observation;
        }

        private double[] delivered(double[] now) {
            double[] late = history.get(Math.max(0, history.size() - 1 - LATE_SECONDS / STEP_SECONDS));
            double[] atOnset = history.get(ONSET_SECONDS / STEP_SECONDS);
            double[] seen = now.clone();
            for (int i = 0; i < seen.length; i++) {
                seen[i] = fault.of(now[i], late[i], atOnset[i]);
            }
            return seen;
        }

        private void overwrite(double[] values) {
            if (values.length == 2 && signal != Signal.SERVICE_POWER) {
                signal.write(chat, values[0]);
                signal.write(code, values[1]);
            }
        }

        private PowerReading power(Signal its, double watts, double seen, boolean faulty) {
            if (signal != its || !faulty) {
                return PowerReading.fresh(watts, 0);
            }
            return Double.isNaN(seen)
                    ? PowerReading.absent()
                    : PowerReading.fresh(seen, fault == Fault.LATE ? LATE_SECONDS * 1_000_000_000L : 0);
        }

        private CarbonReading carbon(int second, double grams, double seen, boolean faulty) {
            long now = second * 1_000_000_000L;
            long hour = 3_600_000_000_000L;
            boolean late = faulty && fault == Fault.LATE;
            double intensity = signal == Signal.CARBON_INTENSITY ? seen : grams;
            double forecast = signal == Signal.CARBON_FORECAST ? seen : grams;
            CarbonForecast slots = Double.isNaN(forecast)
                    ? CarbonForecast.NONE
                    : new CarbonForecast(
                            late && signal == Signal.CARBON_FORECAST ? now - LATE_SECONDS * 1_000_000_000L : now,
                            List.of(
                                    new CarbonForecast.Slot(now, now + hour, forecast),
                                    new CarbonForecast.Slot(now + hour, now + 5 * hour, 300)));
            return new CarbonReading(
                    intensity, late && signal == Signal.CARBON_INTENSITY ? LATE_SECONDS * 1_000_000_000L : 0, slots);
        }

        /** Replicas between the floor and the ceiling as the demand asks, drawing what the load takes of their limit. */
        private static double serve(SimulatedService service, int demand, double load) {
            service.ready = Math.max(service.floor, Math.min(service.ceiling, demand));
            service.starting = Math.min(1, service.ceiling - service.ready);
            service.desired = service.ready + service.starting;
            service.runningRequests = 20.0 * service.ready;
            service.waitingRequests = 4.0 * Math.max(0, demand - service.ready);
            service.inputTokensPerSecond = 2000 * load * service.ready;
            service.outputTokensPerSecond = 4000 * load * service.ready;
            service.latency = latency(0.02 + 0.2 * load);
            double most = service.replicaPower().worstCaseWatts();
            return service.ready * (service.idleWatts + load * (most - service.idleWatts))
                    + service.starting * service.startingWatts;
        }

        void apply(Decision decision) {
            chat.apply(decision);
            code.apply(decision);
        }

        double worstCaseWatts() {
            return OVERHEAD_WATTS
                    + chat.ceiling * chat.replicaPower().worstCaseWatts()
                    + code.ceiling * code.replicaPower().worstCaseWatts();
        }
    }
}
