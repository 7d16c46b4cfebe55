package dev.capstan.sim.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.capstan.capping.PowerBudget;
import dev.capstan.sim.kernel.CheckLevel;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Whole runs under budgets over groups of services: replicas of 100 W, two services of ten. */
class BudgetRunTest {

    private final TinyExperiment tiny = new TinyExperiment();

    BudgetRunTest() {
        tiny.services = 2;
        tiny.initialReplicas = 10;
        tiny.maxReplicas = 10;
        tiny.autoscaled = false;
        tiny.startShare = 0;
    }

    private static PowerBudget budget(String name, double watts, String... services) {
        return new PowerBudget(name, watts, List.of(services), Map.of());
    }

    private RunResult run(String policy, Load first, Load second) {
        List<Load> loads = List.of(first, second);
        return SimulationRun.run(
                tiny.build(),
                TinyExperiment.policy(policy),
                loads,
                Grid.UNKNOWN,
                () -> SimulationRun.reference(tiny.build(), loads, 1),
                1,
                CheckLevel.FULL,
                true);
    }

    /**
     * One service rises from 500 to 900 W at 300 s, the other falls from 900 W to nothing at 200 s. Over 800 W is the first for
     * 300 s and the second for 200 s; both together are over 1350 W for the 200 s of 1400 W. Some budget is exceeded for 500 s
     * of 600 s.
     */
    @Test
    void scoresEachBudgetAndTheTimeInWhichAnyIsExceeded() {
        tiny.budgets = List.of(
                budget("first", 800, "service-0"),
                budget("both", 1350, "service-0", "service-1"),
                budget("second", 800, "service-1"));
        RunResult run = run("none", TinyExperiment.step(500, 900, 300), TinyExperiment.step(900, 0, 200));

        RunResult.Detail detail = run.detail().orElseThrow();
        double[] over = detail.samples().get(detail.samples().size() - 1).overBudgetSeconds();
        assertThat(over).containsExactly(new double[] {300, 200, 200}, within(1e-9));
        assertThat(run.figure(Figure.OVER_BUDGET_SECONDS)).isCloseTo(500, within(1e-9));
        assertThat(detail.budgetWatts().get(1)[100]).isCloseTo(1400, within(1e-6));
        assertThat(detail.budgetWatts().get(1)[250]).isCloseTo(500, within(1e-6));
        assertThat(detail.budgetWatts().get(1)[400]).isCloseTo(900, within(1e-6));
    }

    /** Of the 500 s that are over some budget, those before the 250 s of the warm-up do not count. */
    @Test
    void leavesTheWarmUpOut() {
        tiny.warmupSeconds = 250;
        tiny.durationSeconds = 350;
        tiny.budgets = List.of(budget("first", 800, "service-0"), budget("second", 800, "service-1"));
        RunResult run = run("none", TinyExperiment.step(500, 900, 300), TinyExperiment.step(900, 0, 200));
        assertThat(run.figure(Figure.OVER_BUDGET_SECONDS)).isCloseTo(300, within(1e-9));
    }

    @Test
    void hasNoSuchFigureWithoutBudgets() {
        RunResult run = run("none", TinyExperiment.saturating(), TinyExperiment.saturating());
        assertThat(run.figure(Figure.OVER_BUDGET_SECONDS)).isNaN();
    }

    /** 500 W hold five replicas of the first service; the second keeps ten under the cap of 2000 W. */
    @Test
    void reachesThePolicy() {
        tiny.budgets = List.of(budget("first", 500, "service-0"));
        RunResult run = run("static-floor", TinyExperiment.saturating(), TinyExperiment.saturating());
        RunResult.Detail detail = run.detail().orElseThrow();
        assertThat(detail.budgetWatts().get(0)[500]).isCloseTo(500, within(1e-6));
        assertThat(detail.powerWatts()[500]).isCloseTo(1500, within(1e-6));
    }
}
