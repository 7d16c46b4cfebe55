package dev.capstan.capping;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** Whatever a policy wants, and however long it waits between two steps. */
class RaisePaceProperties {

    /** What is wanted of two services some time after the step before; {@code onlyCode} says nothing of the first. */
    record Tick(int seconds, boolean onlyCode, int chatCeiling, int codeCeiling, double chatLimit, double codeLimit) {}

    @Provide
    Arbitrary<List<Tick>> ticks() {
        Arbitrary<Integer> ceilings = Arbitraries.integers().between(1, 20);
        Arbitrary<Double> limits = Arbitraries.doubles().between(200, 700);
        return Combinators.combine(
                        Arbitraries.of(1, 5, 10, 60), Arbitraries.of(true, false), ceilings, ceilings, limits, limits)
                .as(Tick::new)
                .list()
                .ofMinSize(2)
                .ofMaxSize(60);
    }

    /**
     * Between any two instants the worst case of the ceilings and limits in force rises by no more than the ramp brings
     * meanwhile, and what it has saved up: one raise interval, or the largest raise.
     */
    @Property(tries = 300)
    void theWorstCaseRisesNoFasterThanTheRamp(
            @ForAll("ticks") List<Tick> ticks, @ForAll("ramps") double rampWattsPerSecond) {
        SimulatedService chat = SimulatedService.of("chat", 1, 0);
        SimulatedService code = SimulatedService.of("code", 1, 0);
        List<SimulatedService> services = List.of(chat, code);
        services.forEach(service -> service.gpuLimitWatts = 200);
        GuardRails rails = RaisePaceTest.rails(rampWattsPerSecond, 0);
        CapController.State<Stateless> state = new CapController<>(wanting(ticks.get(0)), rails, 7).initialState();
        int[] seconds = new int[ticks.size()];
        double[] watts = new double[ticks.size()];
        double burstWatts = 15 * rampWattsPerSecond;
        int now = 0;
        for (int i = 0; i < seconds.length; i++) {
            now += ticks.get(i).seconds;
            for (SimulatedService service : services) {
                service.ready = i == 0 ? 5 : service.ceiling;
                service.ceiling = service.ready;
            }
            Step<CapController.State<Stateless>> step = new CapController<>(wanting(ticks.get(i)), rails, 7)
                    .step(state, SimulatedService.observe(now, 100_000, PowerReading.absent(), chat, code));
            state = step.state();
            Decision decision = step.decision();
            for (SimulatedService service : services) {
                double before = worstCaseWatts(service);
                service.apply(decision);
                burstWatts = Math.max(burstWatts, worstCaseWatts(service) - before);
            }
            seconds[i] = now;
            watts[i] = worstCaseWatts(chat) + worstCaseWatts(code);
            for (int j = 0; j < i; j++) {
                assertThat(watts[i] - watts[j])
                        .as("from %d to %d s", seconds[j], seconds[i])
                        .isLessThanOrEqualTo(rampWattsPerSecond * (seconds[i] - seconds[j]) + burstWatts + 1e-6);
            }
        }
    }

    @Provide
    Arbitrary<Double> ramps() {
        return Arbitraries.of(0.5, 5.0, 20.0, 100.0, 1000.0);
    }

    /** A watt of the limit is a watt of the 700 W of a replica. */
    private static double worstCaseWatts(SimulatedService service) {
        return service.ceiling * service.gpuLimitWatts;
    }

    private static StatelessPolicy wanting(Tick tick) {
        ServiceAction chat = ServiceAction.ceiling("chat", tick.chatCeiling).withGpuLimitWatts(tick.chatLimit);
        ServiceAction code = ServiceAction.ceiling("code", tick.codeCeiling).withGpuLimitWatts(tick.codeLimit);
        return new Wanting(tick.onlyCode ? List.of(code) : List.of(chat, code));
    }

    private record Wanting(List<ServiceAction> actions) implements StatelessPolicy {

        @Override
        public Senses senses() {
            return Senses.NOTHING;
        }

        @Override
        public Decision decide(Observation seen) {
            return new Decision(actions, "wanting", "");
        }
    }
}
