package dev.capstan.capping;

import static dev.capstan.capping.SimulatedService.observe;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ClimatikPoliciesTest {

    private static final PowerReading NO_METER = PowerReading.absent();

    private final ClimatikShippedPolicy shipped = new ClimatikShippedPolicy();
    private final ClimatikDocumentedPolicy documented = new ClimatikDocumentedPolicy(0.80, 0.95, false);

    private Decision shippedTick(double capWatts, SimulatedService... services) {
        return shipped.step(new ClimatikShippedPolicy.State(true), observe(10, capWatts, NO_METER, services))
                .decision();
    }

    private static Decision documentedTick(
            ClimatikDocumentedPolicy policy, double capWatts, SimulatedService... services) {
        return policy.step(new ClimatikDocumentedPolicy.State(true), observe(60, capWatts, NO_METER, services))
                .decision();
    }

    @Test
    void bothStartFromOneReplicaForEachHundredWatts() {
        Observation seen = observe(0, 950, NO_METER, SimulatedService.of("chat", 1, 0));
        ServiceAction nine = ServiceAction.ceiling("chat", 9);
        assertThat(SimulatedService.firstDecision(shipped, seen).actions()).containsExactly(nine);
        assertThat(SimulatedService.firstDecision(documented, seen).actions()).containsExactly(nine);
    }

    /** The project's own unit tests. */
    @ParameterizedTest
    @CsvSource({"950, 1", "800, 1", "500, 2"})
    void shippedDividesTheCapByTheTotalPower(double watts, int ceiling) {
        assertThat(shippedTick(1000, SimulatedService.of("chat", 3, watts)).actions())
                .containsExactly(ServiceAction.ceiling("chat", ceiling));
    }

    @Test
    void shippedGivesTheWholeCapToEveryService() {
        Decision decision = shippedTick(
                1000,
                SimulatedService.of("a", 1, 300),
                SimulatedService.of("b", 1, 300),
                SimulatedService.of("c", 1, 300));
        assertThat(decision.actions()).extracting(ServiceAction::replicaCeiling).containsExactly(3, 3, 3);
    }

    @Test
    void shippedCollapsesEveryServiceToOneReplicaWhenTelemetryIsLost() {
        SimulatedService chat = SimulatedService.of("chat", 9, 0);
        chat.power = PowerReading.absent();
        Decision decision = shippedTick(1000, chat, SimulatedService.of("code", 4, 0));
        assertThat(decision.actions())
                .containsExactly(ServiceAction.ceiling("chat", 1), ServiceAction.ceiling("code", 1));
        assertThat(decision.code()).isEqualTo("no-power");
    }

    @Test
    void shippedLosesTheTickWhenOneServiceReadsNothing() {
        SimulatedService silent = SimulatedService.of("silent", 2, 0);
        silent.power = PowerReading.absent();
        Decision decision = shippedTick(1000, SimulatedService.of("chat", 9, 5000), silent);
        assertThat(decision).returns("tick-lost", Decision::code);
        assertThat(decision.actions()).isEmpty();
    }

    @Test
    void shippedPassesACeilingOfZeroOn() {
        assertThat(shippedTick(1000, SimulatedService.of("chat", 3, 1001)).actions())
                .containsExactly(ServiceAction.ceiling("chat", 0));
    }

    /** Sum 960 W is 0.96 of the cap, 800 W is 0.80, 799 W is below both. */
    @Test
    void documentedFreezesAllowsOneMoreAndDoesNothing() {
        assertThat(documentedTick(documented, 1000, SimulatedService.of("a", 2, 500), SimulatedService.of("b", 3, 460))
                        .actions())
                .containsExactly(ServiceAction.ceiling("a", 2), ServiceAction.ceiling("b", 3));
        assertThat(documentedTick(documented, 1000, SimulatedService.of("a", 2, 800))
                        .actions())
                .containsExactly(ServiceAction.ceiling("a", 3));
        assertThat(documentedTick(documented, 1000, SimulatedService.of("a", 2, 799)))
                .returns("below-band", Decision::code)
                .returns(true, decision -> decision.actions().isEmpty());
    }

    @Test
    void documentedRestoresTheOwnersMaximumOnlyWithRelease() {
        assertThat(documentedTick(
                                new ClimatikDocumentedPolicy(0.80, 0.95, true), 1000, SimulatedService.of("a", 2, 799))
                        .actions())
                .containsExactly(ServiceAction.ceiling("a", 20));
    }
}
