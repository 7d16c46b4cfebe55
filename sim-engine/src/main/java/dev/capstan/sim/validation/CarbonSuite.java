package dev.capstan.sim.validation;

import static dev.capstan.sim.validation.Check.Layer.VERIFICATION;

import dev.capstan.capping.CappingPolicy;
import dev.capstan.capping.CarbonBudget;
import dev.capstan.capping.CarbonForecast;
import dev.capstan.capping.CarbonLyapunovPolicy;
import dev.capstan.capping.CarbonPlan;
import dev.capstan.capping.CarbonReading;
import dev.capstan.capping.DomainReading;
import dev.capstan.capping.GatewayReading;
import dev.capstan.capping.LatencyReading;
import dev.capstan.capping.Observation;
import dev.capstan.capping.PolicyFactory;
import dev.capstan.capping.PolicyRegistry;
import dev.capstan.capping.PowerReading;
import dev.capstan.capping.ReplicaCounts;
import dev.capstan.capping.ReplicaPower;
import dev.capstan.capping.ServiceAction;
import dev.capstan.capping.ServiceReading;
import dev.capstan.capping.Step;
import dev.capstan.trace.CarbonTrace;
import dev.capstan.trace.CarbonTraces;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What carbon policies promise of a year on real grids, and what they lose against perfect foresight. */
final class CarbonSuite implements Suite {

    private static final String FOLDER = "electricity-maps-hourly";
    private static final String SOURCE = "Electricity Maps 2024, ODbL";
    private static final List<String> ZONES = List.of("GB", "DE-LU", "US-CAL-CISO", "US-TEX-ERCO");
    private static final long HOUR_NANOS = 3_600_000_000_000L;
    private static final int DAY = 24;
    private static final double REPLICA_WATTS = 100;
    private static final int FLOOR = 10;
    private static final int MOST = 100;

    /** Of the emission at full power. */
    private static final double BUDGET_SHARE = 0.5;

    private static final Map<String, Double> LINEAR = Map.of("linear", 1.0);

    /** What is known of the hours to come. */
    private enum Foresight {
        NONE,
        PERSISTENCE,
        PERFECT
    }

    /**
     * What came of a year.
     *
     * @param kilowattHours served
     * @param dirtiestHour highest emission of an hour
     * @param overspendGrams most that emission was ahead of the budget at the end of any hour
     * @param dayOverspendGrams the same at the ends of days
     * @param unforeseenGrams the same less what the floors emitted that day beyond what was forecast of them
     * @param endOverspendGrams emission less the budget at the end
     * @param debtGrams what {@code carbon-lyapunov} owes at the end
     */
    private record Year(
            double kilowattHours,
            double dirtiestHour,
            double overspendGrams,
            double dayOverspendGrams,
            double unforeseenGrams,
            double endOverspendGrams,
            double debtGrams) {}

    @Override
    public String name() {
        return "carbon";
    }

    @Override
    public String about() {
        return "Carbon budgets over the hours of 2024 on four grids, in hourly steps. A service of " + FLOOR + " to "
                + MOST
                + " replicas of " + (int) REPLICA_WATTS
                + " W always draws all that it may, and the budget is half of what "
                + MOST
                + " replicas emit at the mean intensity. The bounds are proofs and must hold: carbon-cap in every hour,"
                + " carbon-bank at every hour from the start, carbon-plan at the end of every day but for what its floors emit"
                + " beyond their forecast, carbon-lyapunov up to the debt that it states. Regret is the energy that plans with"
                + " perfect foresight of each day serve beyond the policy on the same budget, as a share; carbon-plan by"
                + " persistence takes the day before for its forecast. Load that is not there, or cannot wait, makes less of it.";
    }

    @Override
    public List<Check> run(Optional<Path> traces) {
        Path data = traces.orElse(Path.of("CAPSTAN_TRACES")).resolve(FOLDER);
        if (!Files.isDirectory(data)) {
            return List.of(Check.skipped(
                    "carbon budgets kept and regret against perfect foresight", VERIFICATION, SOURCE, "no " + data));
        }
        List<Check> checks = new ArrayList<>();
        for (String zone : ZONES) {
            CarbonTrace trace = CarbonTraces.read(
                    data.resolve(zone + "_2024_hourly.csv"), CarbonTrace.Signal.AVERAGE, CarbonTrace.Scope.LIFE_CYCLE);
            zone(zone, trace.gramsPerKilowattHour(), checks);
        }
        return checks;
    }

    private static void zone(String zone, double[] intensity, List<Check> checks) {
        double mean = Arrays.stream(intensity, DAY, intensity.length).average().orElseThrow();
        CarbonBudget budget = new CarbonBudget(BUDGET_SHARE * MOST * REPLICA_WATTS / 1000 * mean, 1);
        double gram = 1 / budget.gramsPerHour();
        Year cap = year("carbon-cap", Map.of(), intensity, budget, Foresight.NONE);
        Year bank = year("carbon-bank", Map.of(), intensity, budget, Foresight.NONE);
        Year lyapunov = year("carbon-lyapunov", Map.of(), intensity, budget, Foresight.NONE);
        Year persistent = year("carbon-plan", LINEAR, intensity, budget, Foresight.PERSISTENCE);
        Year perfect = year("carbon-plan", LINEAR, intensity, budget, Foresight.PERFECT);
        checks.add(atMost(zone + ", carbon-cap: dirtiest hour", "of the budget", 1, cap.dirtiestHour() * gram));
        checks.add(
                atMost(zone + ", carbon-bank: most ahead of the budget", "h of it", 0, bank.overspendGrams() * gram));
        checks.add(atMost(
                zone + ", carbon-plan by foresight: most ahead of the budget at the end of a day",
                "h of it",
                0,
                perfect.dayOverspendGrams() * gram));
        checks.add(atMost(
                zone + ", carbon-plan by persistence: the same, less what the floors emitted beyond their forecast",
                "h of it",
                0,
                persistent.unforeseenGrams() * gram));
        checks.add(Check.reported(
                zone + ", carbon-plan by persistence: most ahead of the budget at the end of a day",
                VERIFICATION,
                SOURCE,
                "h of it",
                persistent.dayOverspendGrams() * gram));
        checks.add(atMost(
                zone + ", carbon-lyapunov: over the budget at the end, less its debt",
                "h of it",
                0,
                (lyapunov.endOverspendGrams() - lyapunov.debtGrams()) * gram));
        checks.add(Check.reported(
                zone + ", carbon-lyapunov: most ahead of the budget",
                VERIFICATION,
                SOURCE,
                "h of it",
                lyapunov.overspendGrams() * gram));
        double most = foreseen(intensity, budget, DAY);
        checks.add(Check.falls(
                zone + ", regret of carbon-cap, of carbon-plan by persistence and by foresight",
                VERIFICATION,
                SOURCE,
                "%",
                regret(cap.kilowattHours(), most),
                regret(persistent.kilowattHours(), most),
                regret(perfect.kilowattHours(), most)));
        checks.add(Check.within(
                zone + ", regret of carbon-plan by foresight: hourly re-planning of whole replicas costs nothing",
                VERIFICATION,
                SOURCE,
                "%",
                0,
                regret(perfect.kilowattHours(), most),
                0.1));
        checks.add(Check.reported(
                zone + ", regret of carbon-bank", VERIFICATION, SOURCE, "%", regret(bank.kilowattHours(), most)));
        checks.add(Check.reported(
                zone + ", regret of foresight of a day against that of the whole year",
                VERIFICATION,
                SOURCE,
                "%",
                regret(most, foreseen(intensity, budget, intensity.length - DAY))));
    }

    private static Check atMost(String name, String unit, double most, double got) {
        // Sums of a year carry rounding errors of their own.
        return Check.atMost(name, VERIFICATION, SOURCE, unit, most, Math.abs(got - most) < 1e-9 ? most : got);
    }

    private static double regret(double kilowattHours, double mostKilowattHours) {
        return 100 * (1 - kilowattHours / mostKilowattHours);
    }

    /** The energy that a plan of each period serves which knows all of it; what one leaves over, the next has. */
    private static double foreseen(double[] intensity, CarbonBudget budget, int periodHours) {
        double kilowattHours = 0;
        double left = 0;
        for (int from = DAY; from < intensity.length; from += periodHours) {
            double[] period = Arrays.copyOfRange(intensity, from, Math.min(from + periodHours, intensity.length));
            double[] hours = new double[period.length];
            Arrays.fill(hours, 1);
            left += period.length * budget.gramsPerHour();
            double[] watts = CarbonPlan.watts(
                    hours,
                    period,
                    budget.pue(),
                    FLOOR * REPLICA_WATTS,
                    MOST * REPLICA_WATTS,
                    left,
                    CarbonPlan.Utility.LINEAR);
            for (int hour = 0; hour < period.length; hour++) {
                kilowattHours += watts[hour] / 1000;
                left -= watts[hour] / 1000 * period[hour];
            }
        }
        return kilowattHours;
    }

    private static Year year(
            String name, Map<String, Double> parameters, double[] intensity, CarbonBudget budget, Foresight foresight) {
        PolicyFactory factory = PolicyRegistry.find(name);
        CappingPolicy<?> policy = factory.create(PolicyRegistry.resolve(factory, parameters), 1);
        return follow(policy, intensity, budget, foresight);
    }

    /** From the second day on, so that there is one before it. */
    private static <S extends Record> Year follow(
            CappingPolicy<S> policy, double[] intensity, CarbonBudget budget, Foresight foresight) {
        S state = policy.initialState();
        int ceiling = MOST;
        double watts = 0;
        double kilowattHours = 0;
        double dirtiest = 0;
        double grams = 0;
        double overspend = Double.NEGATIVE_INFINITY;
        double dayOverspend = Double.NEGATIVE_INFINITY;
        double unforeseen = Double.NEGATIVE_INFINITY;
        double floorsBeyond = 0;
        for (int hour = DAY; hour < intensity.length; hour++) {
            Step<S> step = policy.step(state, seen(hour, ceiling, watts, intensity, budget, foresight));
            state = step.state();
            for (ServiceAction action : step.decision().actions()) {
                Integer replicas = action.replicaCeiling();
                ceiling = replicas == null ? ceiling : replicas;
            }
            watts = ceiling * REPLICA_WATTS;
            kilowattHours += watts / 1000;
            double emitted = watts / 1000 * intensity[hour];
            dirtiest = Math.max(dirtiest, emitted);
            grams += emitted;
            int hours = hour + 1 - DAY;
            double over = grams - hours * budget.gramsPerHour();
            overspend = Math.max(overspend, over);
            floorsBeyond += FLOOR * REPLICA_WATTS / 1000 * Math.max(0, intensity[hour] - intensity[hour - DAY]);
            if (hours % DAY == 0) {
                dayOverspend = Math.max(dayOverspend, over);
                unforeseen = Math.max(unforeseen, over - floorsBeyond);
                floorsBeyond = 0;
            }
        }
        int last = intensity.length;
        state = policy.step(state, seen(last, ceiling, watts, intensity, budget, foresight))
                .state();
        double debt = state instanceof CarbonLyapunovPolicy.State lyapunov ? lyapunov.debtGrams() : 0;
        double end = grams - (last - DAY) * budget.gramsPerHour();
        return new Year(kilowattHours, dirtiest, overspend, dayOverspend, unforeseen, end, debt);
    }

    private static Observation seen(
            int hour, int ceiling, double watts, double[] intensity, CarbonBudget budget, Foresight foresight) {
        List<CarbonForecast.Slot> slots = new ArrayList<>();
        int back = foresight == Foresight.PERSISTENCE ? DAY : 0;
        for (int ahead = 0;
                ahead < DAY && foresight != Foresight.NONE && hour + ahead - back < intensity.length;
                ahead++) {
            long start = (hour + ahead) * HOUR_NANOS;
            slots.add(new CarbonForecast.Slot(start, start + HOUR_NANOS, intensity[hour + ahead - back]));
        }
        return new Observation(
                hour * HOUR_NANOS,
                MOST * REPLICA_WATTS,
                null,
                0,
                List.of(new DomainReading("site", null, Double.POSITIVE_INFINITY, PowerReading.fresh(watts, 0))),
                List.of(new ServiceReading(
                        "load",
                        "site",
                        PowerReading.fresh(watts, 0),
                        new ReplicaCounts(ceiling, 0, 0, ceiling, ceiling, FLOOR, MOST, false),
                        new ReplicaPower(
                                REPLICA_WATTS, 0, 0, 1, REPLICA_WATTS, REPLICA_WATTS, REPLICA_WATTS, Double.NaN, 0, 1),
                        null,
                        null,
                        GatewayReading.NONE,
                        LatencyReading.NONE,
                        1,
                        1,
                        Double.NaN,
                        Double.NaN,
                        Double.NaN,
                        Double.NaN)),
                new CarbonReading(
                        intensity[Math.min(hour, intensity.length - 1)],
                        0,
                        new CarbonForecast(hour * HOUR_NANOS, slots)),
                budget,
                List.of());
    }
}
