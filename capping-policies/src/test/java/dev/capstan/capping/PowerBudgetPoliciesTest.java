package dev.capstan.capping;

import static dev.capstan.capping.SimulatedService.firstDecision;
import static dev.capstan.capping.SimulatedService.observe;
import static dev.capstan.capping.SimulatedService.withBudgets;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Policies under budgets over groups of services, with figures worked out by hand. */
class PowerBudgetPoliciesTest {

    private static final List<String> TEAM = List.of("chat", "code");

    private static CappingPolicy<?> policy(String name) {
        PolicyFactory factory = PolicyRegistry.find(name);
        return factory.create(PolicyRegistry.resolve(factory, Map.of()), 1);
    }

    private static PowerBudget budget(double watts, Map<String, Double> reserved) {
        return new PowerBudget("team", watts, TEAM, reserved);
    }

    /** One board of 100 to 400 W. */
    private static SimulatedService board(String name, double watts) {
        return SimulatedService.of(name, 1, watts).with400WattBoards();
    }

    private static Observation roomy(SimulatedService... services) {
        return observe(0, 100_000, PowerReading.fresh(1000, 0), services);
    }

    private static double limit(Decision decision, String service) {
        for (ServiceAction action : decision.actions()) {
            Double watts = action.gpuLimitWatts();
            if (action.service().equals(service) && watts != null) {
                return watts;
            }
        }
        return Double.NaN;
    }

    private static int ceiling(Decision decision, String service) {
        for (ServiceAction action : decision.actions()) {
            Integer replicas = action.replicaCeiling();
            if (action.service().equals(service) && replicas != null) {
                return replicas;
            }
        }
        return -1;
    }

    /**
     * Two of three boards at full power share 500 W: 250 W each. With 350 W reserved for one and the lowest 100 W of the other,
     * 50 W are left, 25 W each.
     */
    @ParameterizedTest
    @ValueSource(strings = {"capmaestro", "powergrad"})
    void limitsOnlyTheGroup(String name) {
        Observation seen = roomy(board("chat", 400), board("code", 400), board("web", 400));

        Decision shared = firstDecision(policy(name), withBudgets(seen, budget(500, Map.of())));
        assertThat(limit(shared, "chat")).isEqualTo(250);
        assertThat(limit(shared, "code")).isEqualTo(250);
        assertThat(limit(shared, "web")).isNaN();

        Decision reserved = firstDecision(policy(name), withBudgets(seen, budget(500, Map.of("chat", 350.0))));
        assertThat(limit(reserved, "chat")).isEqualTo(375);
        assertThat(limit(reserved, "code")).isEqualTo(125);
    }

    /** Chat reads 100 W and so wants 110 W of the 350 W that are reserved for it: code has 390 W. */
    @ParameterizedTest
    @ValueSource(strings = {"capmaestro", "powergrad"})
    void lendsWhatIsReservedAndNotWanted(String name) {
        Observation seen = roomy(board("chat", 100), board("code", 400));
        Decision lent = firstDecision(policy(name), withBudgets(seen, budget(500, Map.of("chat", 350.0))));
        assertThat(limit(lent, "chat")).isEqualTo(110);
        assertThat(limit(lent, "code")).isEqualTo(390);
    }

    /** Under 450 W of the site code has 200 W reserved, whatever the priority of chat, which has 250 W. */
    @ParameterizedTest
    @ValueSource(strings = {"capmaestro", "powergrad"})
    void keepsWhatIsReservedUnderTheCapOfTheSiteToo(String name) {
        SimulatedService chat = board("chat", 400);
        chat.priority = 2;
        chat.weight = 1000;
        Observation seen = observe(0, 450, PowerReading.fresh(450, 0), chat, board("code", 400));
        Decision decision = firstDecision(policy(name), withBudgets(seen, budget(700, Map.of("code", 200.0))));
        assertThat(limit(decision, "chat")).isBetween(249.0, 250.0);
        assertThat(limit(decision, "code")).isEqualTo(200);
    }

    /** The budget carries 200 W each, the site 300 W for both: 50 W each beyond the lowest, and 100 W are missing. */
    @ParameterizedTest
    @ValueSource(strings = {"capmaestro", "powergrad"})
    void cutsWhatTheSiteCannotCarryOfReservations(String name) {
        Observation seen = observe(0, 300, PowerReading.fresh(300, 0), board("chat", 400), board("code", 400));
        Decision decision =
                firstDecision(policy(name), withBudgets(seen, budget(700, Map.of("chat", 200.0, "code", 200.0))));
        assertThat(decision.code()).isEqualTo("shared");
        assertThat(decision.reason()).endsWith("; hall lacks 100 W for reservations");
        assertThat(limit(decision, "chat")).isBetween(149.0, 150.0);
        assertThat(limit(decision, "code")).isBetween(149.0, 150.0);
    }

    /** 500 W less the margin of 4 % are 480 W, and each board reads more than half of them: 240 W each. */
    @Test
    void capstanLimitsWhatAGroupCanReach() {
        Observation seen =
                withBudgets(roomy(board("chat", 300), board("code", 300), board("web", 300)), budget(500, Map.of()));
        Decision decision = firstDecision(policy("capstan"), seen);
        assertThat(limit(decision, "chat")).isEqualTo(240);
        assertThat(limit(decision, "code")).isEqualTo(240);
        assertThat(limit(decision, "web")).isNaN();
        assertThat(ceiling(decision, "chat")).isEqualTo(1);
        assertThat(ceiling(decision, "web")).isEqualTo(-1);
    }

    /** Of 432 W of the site code keeps 0.96 x 250 W reserved against a higher priority, and chat has the other 192 W. */
    @Test
    void capstanKeepsWhatIsReservedUnderTheCapOfTheSiteToo() {
        SimulatedService chat = board("chat", 300);
        chat.priority = 2;
        Observation seen = observe(0, 450, PowerReading.fresh(450, 0), chat, board("code", 300));
        Decision decision = firstDecision(policy("capstan"), withBudgets(seen, budget(700, Map.of("code", 250.0))));
        assertThat(limit(decision, "chat")).isEqualTo(192);
        assertThat(limit(decision, "code")).isEqualTo(240);
    }

    /** Of 480 W for planning code keeps 0.96 x 350 W reserved, of which 340 W, its 300 W and a tenth, are all it can reach. */
    @Test
    void capstanKeepsWhatIsReserved() {
        Observation seen =
                withBudgets(roomy(board("chat", 300), board("code", 300)), budget(500, Map.of("code", 350.0)));
        Decision decision = firstDecision(policy("capstan"), seen);
        assertThat(limit(decision, "chat")).isEqualTo(140);
        assertThat(limit(decision, "code")).isNaN();
    }

    /** Boards go down to 100 W each: 150 W of the team cannot be held. */
    @Test
    void saysWhichBudgetCannotBeHeld() {
        Observation seen = withBudgets(roomy(board("chat", 400), board("code", 400)), budget(150, Map.of()));
        Decision decision = firstDecision(policy("capmaestro"), seen);
        assertThat(decision.code()).isEqualTo("floor-reached");
        assertThat(decision.reason()).endsWith("; team lacks 50 W for the lowest limits");
        assertThat(limit(decision, "chat")).isEqualTo(100);

        Decision guarded = firstDecision(new CapController<>(new UncappedPolicy(), GuardRails.DEFAULTS, 1), seen);
        assertThat(guarded.code()).isEqualTo("infeasible");
        assertThat(guarded.reason()).startsWith("the floors of team need 200 W of 150 W");
    }

    /** 300 W each are reserved of 500 W: 100 W are missing, and both have 250 W. */
    @Test
    void saysWhichReservationsDoNotFit() {
        Observation seen = withBudgets(
                roomy(board("chat", 400), board("code", 400)), budget(500, Map.of("chat", 300.0, "code", 300.0)));
        Decision decision = firstDecision(policy("capmaestro"), seen);
        assertThat(decision.code()).isEqualTo("shared");
        assertThat(decision.reason()).endsWith("; team lacks 100 W for reservations");
        assertThat(limit(decision, "chat")).isEqualTo(250);
    }

    /** Replicas of 700 W: four in 3000 W, of which 2100 W reserved are three. Web is held by its owner's 20 alone. */
    @ParameterizedTest
    @ValueSource(strings = {"static-floor", "replica-cap"})
    void keepsCeilingsInEveryBudget(String name) {
        SimulatedService chat = SimulatedService.of("chat", 4, 2800);
        SimulatedService code = SimulatedService.of("code", 4, 2800);
        chat.ceiling = 4;
        code.ceiling = 4;
        Observation seen = roomy(chat, code, SimulatedService.of("web", 20, 14_000));

        Decision shared = firstDecision(policy(name), withBudgets(seen, budget(3000, Map.of())));
        assertThat(ceiling(shared, "chat")).isEqualTo(2);
        assertThat(ceiling(shared, "code")).isEqualTo(2);
        assertThat(ceiling(shared, "web")).isEqualTo(-1);

        Decision reserved = firstDecision(policy(name), withBudgets(seen, budget(3000, Map.of("code", 2100.0))));
        assertThat(ceiling(reserved, "chat")).isEqualTo(1);
        assertThat(ceiling(reserved, "code")).isEqualTo(3);

        Decision floors = firstDecision(policy(name), withBudgets(seen, budget(1000, Map.of())));
        assertThat(floors.code()).isEqualTo("infeasible");
        assertThat(floors.reason()).endsWith("; team lacks 400 W for the floors");
        assertThat(ceiling(floors, "chat")).isEqualTo(1);
    }

    /** Four boards of 200 to 700 W in 2000 W: (2000 − 800)/(2800 − 800) of the range, 500 W. Without limits two replicas. */
    @Test
    void isSafeInEveryBudgetWithoutTelemetry() {
        SimulatedService chat = SimulatedService.of("chat", 2, 1400);
        SimulatedService code = SimulatedService.of("code", 2, 1400);
        chat.ceiling = 2;
        code.ceiling = 2;
        Observation seen = withBudgets(roomy(chat, code, SimulatedService.of("web", 2, 1400)), budget(2000, Map.of()));

        Decision limited = CapController.safeDecision(seen, 0, true);
        assertThat(limited.code()).isEqualTo("safe-ceiling");
        assertThat(limit(limited, "chat")).isEqualTo(500);
        assertThat(limit(limited, "code")).isEqualTo(500);
        assertThat(limit(limited, "web")).isNaN();

        Decision lowered = CapController.safeDecision(seen, 0, false);
        assertThat(ceiling(lowered, "chat")).isEqualTo(1);
        assertThat(ceiling(lowered, "code")).isEqualTo(1);
        assertThat(ceiling(lowered, "web")).isEqualTo(-1);
    }

    @Test
    void refusesTwoBudgetsOfOneName() {
        Observation seen = roomy(board("chat", 400));
        assertThatThrownBy(() -> withBudgets(seen, budget(1, Map.of()), budget(2, Map.of())))
                .hasMessageContaining("team is there twice");
    }
}
