package dev.capstan.sim.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.capstan.sim.experiment.Experiment;
import dev.capstan.sim.experiment.Experiment.CapEvent;
import dev.capstan.sim.kernel.CheckLevel;
import dev.capstan.trace.CarbonTrace;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whole runs under caps that move: replicas of 100 W that drain for 30 s, and more demand than they can serve. */
class MovingCapTest {

    private static final long SECOND = TinyExperiment.SECOND;

    private final TinyExperiment tiny = new TinyExperiment();

    MovingCapTest() {
        tiny.capWatts = 1000;
        tiny.initialReplicas = 10;
        tiny.maxReplicas = 10;
        tiny.startShare = 0;
    }

    /** Told ten minutes ahead, the policy is down to five replicas before the event; untold it is over the cap for a while. */
    @Test
    void anEventThatIsAnnouncedIsMetOnTheSecond() {
        tiny.capEvents = List.of(new CapEvent(300 * SECOND, 120 * SECOND, 0, 500, 0));
        RunResult untold = run("static-floor", Grid.UNKNOWN);
        assertThat(untold.figure(Figure.OVER_CAP_SECONDS)).isBetween(10.0, 60.0);

        tiny.capEvents = List.of(new CapEvent(300 * SECOND, 120 * SECOND, 0, 500, 600 * SECOND));
        RunResult told = run("static-floor", Grid.UNKNOWN);
        assertThat(told.figure(Figure.OVER_CAP_SECONDS)).isZero();
        // Not before the lead time, and back to ten replicas after the event.
        double[] watts = told.detail().orElseThrow().powerWatts();
        assertThat(watts[230]).isCloseTo(1000, within(1e-6));
        assertThat(watts[350]).isCloseTo(500, within(1e-6));
        assertThat(watts[599]).isGreaterThan(600);
    }

    /**
     * 1000 g/h are 500 W at 2000 g/kWh. After 300 s at 1000 g/kWh and 1000 W, which emit just the budget, the same power
     * emits twice of it: 300 s x 1000/3600 g/s too much.
     */
    @Test
    void scoresEmissionAgainstTheBudget() {
        tiny.carbonBudgetGramsPerHour = 1000;
        Grid grid = grid(TinyExperiment.carbon(new long[] {0, 300}, 1000, 2000));
        RunResult free = run("none", grid);
        assertThat(free.figure(Figure.CARBON_GRAMS)).isCloseTo(250, within(1e-6));
        assertThat(free.figure(Figure.CARBON_OVERSPEND_GRAMS)).isCloseTo(300 / 3.6, within(1e-6));
        assertThat(free.figure(Figure.OVER_CARBON_BUDGET_SECONDS)).isEqualTo(300);
        assertThat(free.figure(Figure.CARBON_INFEASIBLE_SECONDS)).isZero();
        assertThat(free.figure(Figure.OVER_CAP_SECONDS)).isZero();

        RunResult held = run("carbon-cap", grid);
        double[] watts = held.detail().orElseThrow().powerWatts();
        assertThat(watts[290]).isCloseTo(1000, within(1e-6));
        assertThat(watts[400]).isCloseTo(500, within(1e-6));
        assertThat(held.figure(Figure.OVER_CARBON_BUDGET_SECONDS)).isBetween(10.0, 60.0);
    }

    /** 3 floors of 100 W emit 600 g/h at 2000 g/kWh: more than 500 g/h, which are 250 W. */
    @Test
    void aCapThatFollowsTheBudgetStopsAtTheFloorsAndSaysSo() {
        tiny.minReplicas = 3;
        tiny.carbonBudgetGramsPerHour = 500;
        tiny.capFollowsCarbon = true;
        RunResult run = run("static-floor", grid(TinyExperiment.carbon(new long[] {0, 300}, 500, 2000)));
        RunResult.Detail detail = run.detail().orElseThrow();
        assertThat(detail.capWatts()[299]).isEqualTo(1000);
        assertThat(detail.capWatts()[300]).isEqualTo(300);
        assertThat(detail.powerWatts()[400]).isCloseTo(300, within(1e-6));
        assertThat(detail.events())
                .anySatisfy(event -> assertThat(event.detail()).isEqualTo("allows 250.0 W, the floors need 300.0 W"));
        assertThat(run.figure(Figure.CARBON_INFEASIBLE_SECONDS)).isEqualTo(300);
    }

    /**
     * Half an hour at 250 W and 2000 g/kWh saves 250 g of a budget of 1000 g/h, or 500 W. Then demand takes all it gets: 1250
     * g/h, the saved ones within an hour, are 625 W or six replicas, and nearly so for the next half an hour. Emission is never
     * ahead of the budget.
     */
    @Test
    void aBankIsSpentAndNotOverdrawnThroughTheWholeLoop() {
        tiny.durationSeconds = 3600;
        tiny.carbonBudgetGramsPerHour = 1000;
        tiny.windowSeconds = 60;
        Grid grid = grid(TinyExperiment.carbon(new long[] {0}, 2000));
        RunResult run = tiny.run(
                TinyExperiment.policy("carbon-bank"),
                List.of(TinyExperiment.step(250, 1e9, 1800)),
                grid,
                1,
                CheckLevel.FULL);
        assertThat(run.figure(Figure.CARBON_OVERSPEND_GRAMS)).isZero();
        assertThat(run.detail().orElseThrow().powerWatts()[1900]).isCloseTo(600, within(1e-6));
    }

    /**
     * 1000 g/h are 1000 W at 1000 g/kWh, and 250 W at 4000 from 300 s on, of which 240 W are planned with: at 40 W for each six
     * replicas, where 960 W hold all ten.
     */
    @Test
    void capstanStartsNoReplicaThatAForecastFallTakesAway() {
        capFollowsCarbon(1000);
        tiny.initialReplicas = 3;
        tiny.windowSeconds = 30;
        Grid grid = grid(TinyExperiment.carbon(new long[] {0, 300}, 1000, 4000));
        assertThat(mostReplicas(run("capstan", grid))).isEqualTo(10);

        tiny.forecast = Experiment.Forecast.PERFECT;
        assertThat(mostReplicas(run("capstan", grid))).isEqualTo(6);
    }

    /** The forecast has the intensity halved at 300 s, where it doubles. */
    @ParameterizedTest
    @ValueSource(strings = {"static-floor", "capstan"})
    void aRiseThatIsForecastAndDoesNotComeChangesNothing(String policy) {
        capFollowsCarbon(1000);
        Grid grid = grid(
                TinyExperiment.carbon(new long[] {0, 300}, 1000, 2000),
                TinyExperiment.carbon(new long[] {0, 300}, 1000, 500));
        RunResult untold = run(policy, grid);
        tiny.forecast = Experiment.Forecast.PUBLISHED;
        RunResult told = run(policy, grid);
        assertThat(told.figures()).isEqualTo(untold.figures());
        assertThat(told.detail().orElseThrow().powerWatts())
                .isEqualTo(untold.detail().orElseThrow().powerWatts());
    }

    /** The forecast has the intensity doubled at 300 s; it stays. The cap is held, and the lower one not longer than its lead. */
    @ParameterizedTest
    @ValueSource(strings = {"static-floor", "capstan"})
    void aFallThatIsForecastAndDoesNotComeIsHeldForItsLeadTimeOnly(String policy) {
        capFollowsCarbon(1000);
        tiny.forecast = Experiment.Forecast.PUBLISHED;
        RunResult told = run(
                policy,
                grid(
                        TinyExperiment.carbon(new long[] {0}, 1000),
                        TinyExperiment.carbon(new long[] {0, 300}, 1000, 2000)));
        double[] watts = told.detail().orElseThrow().powerWatts();
        assertThat(watts[239]).isCloseTo(1000, within(1e-6));
        assertThat(watts[299]).isLessThan(501);
        assertThat(watts[599]).isGreaterThan(900);
        assertThat(told.figure(Figure.OVER_CAP_SECONDS)).isZero();
    }

    @Test
    void leavesTheFiguresOfABudgetOutWhereThereIsNone() {
        RunResult run = run("none", Grid.UNKNOWN);
        assertThat(run.figure(Figure.CARBON_OVERSPEND_GRAMS)).isNaN();
        assertThat(run.figure(Figure.OVER_CARBON_BUDGET_SECONDS)).isNaN();
        assertThat(run.figure(Figure.CARBON_INFEASIBLE_SECONDS)).isNaN();
    }

    private void capFollowsCarbon(double gramsPerHour) {
        tiny.carbonBudgetGramsPerHour = gramsPerHour;
        tiny.capFollowsCarbon = true;
    }

    private static int mostReplicas(RunResult run) {
        return run.detail().orElseThrow().samples().stream()
                .mapToInt(sample -> sample.services().get(0).ready()
                        + sample.services().get(0).starting())
                .max()
                .orElseThrow();
    }

    private RunResult run(String policy, Grid grid) {
        return tiny.run(TinyExperiment.policy(policy), List.of(TinyExperiment.saturating()), grid, 1, CheckLevel.FULL);
    }

    private static Grid grid(CarbonTrace carbon) {
        return new Grid(Optional.of(carbon), Optional.empty(), Optional.empty());
    }

    private static Grid grid(CarbonTrace carbon, CarbonTrace published) {
        return new Grid(Optional.of(carbon), Optional.of(published), Optional.empty());
    }
}
