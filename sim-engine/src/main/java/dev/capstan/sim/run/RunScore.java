package dev.capstan.sim.run;

import dev.capstan.sim.cluster.ServicePlant;
import dev.capstan.sim.experiment.Experiment;
import dev.capstan.sim.power.DomainMeter;
import dev.capstan.sim.power.PowerDomains;
import dev.capstan.sim.serving.RequestService;
import dev.capstan.trace.CarbonTrace;
import dev.capstan.trace.PriceTrace;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Scores a run that has ended, on true power. {@code docs/results.md} defines the figures. */
final class RunScore {

    private static final long SECOND_NANOS = 1_000_000_000L;
    private static final double JOULES_PER_KILOWATT_HOUR = 3.6e6;
    private static final double JOULES_PER_MEGAWATT_HOUR = 3.6e9;

    private final Experiment experiment;
    private final double[] capOfSecond;
    private final PowerDomains power;
    private final RunLog log;
    private final DomainMeter root;
    private final double[] watts;
    private final int from;
    private final double durationSeconds;
    private final double[] figures = none();

    /**
     * @param capOfSecond the cap over each second from the start of the run
     * @param power settled at the end
     */
    RunScore(Experiment experiment, long endNanos, double[] capOfSecond, PowerDomains power, RunLog log) {
        this.experiment = experiment;
        this.capOfSecond = capOfSecond;
        this.power = power;
        this.log = log;
        root = power.meter(0);
        watts = root.means().toArray();
        from = (int) (experiment.warmupNanos() / SECOND_NANOS);
        durationSeconds = (endNanos - experiment.warmupNanos()) * 1e-9;
    }

    private static double[] none() {
        double[] figures = new double[Figure.values().length];
        Arrays.fill(figures, Double.NaN);
        return figures;
    }

    /** By the ordinal of {@link Figure}; NaN where there is none. */
    double[] figures() {
        return figures;
    }

    void set(Figure figure, double value) {
        figures[figure.ordinal()] = value;
    }

    void set(Figure figure, long count) {
        figures[figure.ordinal()] = (double) count;
    }

    /** Writes the figures of power and control, and tells the log of excursions and disturbances. */
    List<Disturbance> judge(double[] reference) {
        int bridge = (int) Math.ceil(experiment.scoring().bridgeNanos() * 1e-9);
        List<Excursion> excursions = Excursion.find(watts, capOfSecond, from, watts.length, bridge);
        List<Excursion> demanded = Excursion.find(reference, capOfSecond, from, watts.length, bridge);
        double trippedSeconds = Double.POSITIVE_INFINITY;
        int trips = 0;
        double hottest = Double.NaN;
        for (int i = 0; i < power.size(); i++) {
            DomainMeter meter = power.meter(i);
            if (meter.hasBreaker()) {
                hottest = Double.isNaN(hottest) ? meter.highestHeat() : Math.max(hottest, meter.highestHeat());
                trips += meter.trips();
                if (meter.trips() > 0) {
                    trippedSeconds = Math.min(trippedSeconds, meter.firstTripNanos() * 1e-9);
                }
            }
        }
        List<Disturbance> disturbances = Disturbance.judge(
                demanded,
                excursions,
                experiment.scoring().ignoreNanos() * 1e-9,
                experiment.cap().containWithinNanos() * 1e-9,
                trippedSeconds);
        long contained = disturbances.stream().filter(Disturbance::contained).count();
        int longest = 0;
        for (Excursion one : excursions) {
            longest = Math.max(longest, one.seconds());
            log.event(
                    one.fromSeconds() * SECOND_NANOS,
                    "excursion",
                    power.domain(0).name(),
                    one.seconds() + " s");
        }
        for (Disturbance one : disturbances) {
            log.event(
                    one.fromSeconds() * SECOND_NANOS,
                    "disturbance",
                    power.domain(0).name(),
                    (one.contained() ? "contained" : "not contained")
                            + (one.selfInflicted() ? ", self-inflicted" : ""));
        }

        set(Figure.DURATION_SECONDS, durationSeconds);
        set(Figure.SUCCESS_RATE, disturbances.isEmpty() ? Double.NaN : (double) contained / disturbances.size());
        set(Figure.TIME_UNDER_CAP_FRACTION, 1 - root.overLimitSeconds() / durationSeconds);
        set(Figure.WINDOW_SUCCESS_1S, windowSuccess(1));
        set(Figure.WINDOW_SUCCESS_10S, windowSuccess(10));
        set(Figure.WINDOW_SUCCESS_60S, windowSuccess(60));
        set(Figure.WINDOW_SUCCESS_900S, windowSuccess(900));
        set(Figure.EXCURSIONS, excursions.size());
        set(Figure.LONGEST_EXCURSION_SECONDS, longest);
        set(Figure.OVER_CAP_SECONDS, root.overLimitSeconds());
        set(Figure.OVER_CAP_JOULES, root.overLimitJoules());
        set(Figure.PEAK_POWER_WATTS, root.peakWatts());
        set(Figure.PEAK_OVER_CAP_WATTS, root.peakOverLimitWatts());
        set(Figure.MEAN_POWER_WATTS, root.energyJoules() / durationSeconds);
        set(Figure.STRANDED_WATT_SECONDS, root.strandedWattSeconds());
        set(Figure.BREAKER_TRIPS, trips);
        set(Figure.MIN_BREAKER_MARGIN, 1 - hottest);
        set(Figure.ENERGY_JOULES, root.energyJoules());
        set(Figure.CAPPED_SECONDS, log.cappedSeconds());
        set(Figure.DECISIONS, log.changes());
        set(Figure.DISTURBANCES, disturbances.size());
        set(Figure.DISTURBANCES_CONTAINED, contained);
        set(
                Figure.DISTURBANCES_SELF_INFLICTED,
                disturbances.stream().filter(Disturbance::selfInflicted).count());
        return disturbances;
    }

    /**
     * Writes the figures of requests, all services together; leaves them out where no service plays any.
     *
     * @return the figures of each service, by the ordinal of {@link ServiceFigure}; NaN where there is none
     */
    List<double[]> services(List<ServicePlant> plants) {
        OrderStatistics statistics = new OrderStatistics();
        RequestScore all = new RequestScore(experiment.warmupNanos());
        List<double[]> services = new ArrayList<>();
        boolean requests = false;
        for (int i = 0; i < plants.size(); i++) {
            ServicePlant plant = plants.get(i);
            // The figures of a single service are those of the run.
            double[] own = plants.size() == 1 ? figures : none();
            if (plant instanceof RequestService service) {
                Experiment.Service spec = experiment.services().get(i);
                RequestScore score = new RequestScore(experiment.warmupNanos());
                score.add(service, spec.ttftSloSeconds(), spec.tpotSloSeconds());
                score.write(own, statistics, durationSeconds);
                all.add(score);
                requests = true;
            }
            own[Figure.REPLICA_CHANGES.ordinal()] = plant.deployment().changes();
            services.add(ofService(plant, own));
        }
        if (requests) {
            if (plants.size() > 1) {
                all.write(figures, statistics, durationSeconds);
            }
            double tokens = figures[Figure.OUTPUT_TOKENS.ordinal()];
            set(Figure.JOULES_PER_OUTPUT_TOKEN, perToken(root.energyJoules(), tokens));
        }
        return services;
    }

    /** @param own what {@link Figure} has of the service alone */
    private double[] ofService(ServicePlant plant, double[] own) {
        double[] service = new double[ServiceFigure.values().length];
        for (ServiceFigure figure : ServiceFigure.values()) {
            Figure ofRun = figure.ofRun();
            service[figure.ordinal()] = ofRun == null ? Double.NaN : own[ofRun.ordinal()];
        }
        double joules = plant.deployment().scoredJoules();
        service[ServiceFigure.ACTIVE_ENERGY_JOULES.ordinal()] = joules;
        service[ServiceFigure.MEAN_READY_REPLICAS.ordinal()] =
                plant.deployment().readySeconds() / durationSeconds;
        if (plant instanceof RequestService requests) {
            double tokens = requests.scoredOutputTokens();
            service[ServiceFigure.REFUSED_SHARE.ordinal()] =
                    own[Figure.REQUESTS_REFUSED.ordinal()] / own[Figure.REQUESTS_ARRIVED.ordinal()];
            service[ServiceFigure.GENERATED_TOKENS.ordinal()] = tokens;
            service[ServiceFigure.GENERATED_TOKENS_PER_SECOND.ordinal()] = tokens / durationSeconds;
            service[ServiceFigure.ACTIVE_JOULES_PER_GENERATED_TOKEN.ordinal()] = perToken(joules, tokens);
        }
        return service;
    }

    private static double perToken(double joules, double tokens) {
        return tokens == 0 ? Double.NaN : joules / tokens;
    }

    /** Share of whole windows whose mean power does not exceed their mean cap. */
    private double windowSuccess(int windowSeconds) {
        int windows = 0;
        int under = 0;
        for (int start = from; start + windowSeconds <= watts.length; start += windowSeconds) {
            double sum = 0;
            double cap = 0;
            for (int second = start; second < start + windowSeconds; second++) {
                sum += watts[second];
                cap += capOfSecond[second];
            }
            windows++;
            if (sum <= cap) {
                under++;
            }
        }
        return windows == 0 ? Double.NaN : (double) under / windows;
    }

    /**
     * Root power × PUE × intensity, against the budget where there is one; the last intensity holds beyond the end of its
     * trace.
     *
     * @param floorWatts worst case of the floors, which no policy can go under
     */
    void carbon(CarbonTrace trace, double floorWatts) {
        Experiment.Carbon carbon = experiment.carbon().orElseThrow();
        double[] intensity = perSecond(trace.timeNanos(), trace.gramsPerKilowattHour(), carbon.fromNanos());
        double gramsPerJoule = experiment.cluster().pue() / JOULES_PER_KILOWATT_HOUR;
        double budget = carbon.budgetGramsPerHour() / 3600;
        double grams = 0;
        double overspend = 0;
        int over = 0;
        int infeasible = 0;
        for (int i = 0; i < intensity.length; i++) {
            double rate = intensity[i] * gramsPerJoule;
            grams += watts[from + i] * rate;
            overspend = Math.max(overspend, grams - budget * (i + 1));
            over += watts[from + i] * rate > budget ? 1 : 0;
            infeasible += floorWatts * rate > budget ? 1 : 0;
        }
        set(Figure.CARBON_GRAMS, grams);
        if (!Double.isNaN(budget)) {
            set(Figure.CARBON_OVERSPEND_GRAMS, overspend);
            set(Figure.OVER_CARBON_BUDGET_SECONDS, over);
            set(Figure.CARBON_INFEASIBLE_SECONDS, infeasible);
        }
    }

    /** Root power × PUE × price; the last price holds beyond the end of its trace. */
    void cost(PriceTrace trace) {
        long offset = experiment.price().map(Experiment.Price::fromNanos).orElse(0L);
        double[] price = perSecond(trace.timeNanos(), trace.perMegawattHour(), offset);
        double cost = 0;
        for (int i = 0; i < price.length; i++) {
            cost += watts[from + i] * price[i] / JOULES_PER_MEGAWATT_HOUR;
        }
        set(Figure.ENERGY_COST, cost * experiment.cluster().pue());
    }

    /** A value over time at the beginning of each scored second. */
    private double[] perSecond(long[] timeNanos, double[] values, long offsetNanos) {
        double[] perSecond = new double[Math.max(0, watts.length - from)];
        int at = 0;
        for (int i = 0; i < perSecond.length; i++) {
            long now = offsetNanos + (from + i) * SECOND_NANOS;
            while (at + 1 < timeNanos.length && timeNanos[at + 1] <= now) {
                at++;
            }
            perSecond[i] = values[at];
        }
        return perSecond;
    }
}
