package dev.capstan.bridge.telemetry;

import dev.capstan.bridge.PowerReadings;
import dev.capstan.bridge.prometheus.InstantSample;
import dev.capstan.bridge.prometheus.PrometheusClient;
import dev.capstan.capping.PowerReading;
import dev.capstan.capping.Quality;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.regex.Pattern;

/**
 * Power as a Prometheus knows it. All queries of one reading are for the same instant, and their number does not grow with
 * that of the services: rows come grouped by pod and are matched to services here.
 *
 * <ul>
 *   <li>No row of a service that has pods: absent, never 0 W. A service without pods is known to draw nothing, and one
 *       whose pods only start does not make the domain absent.
 *   <li>Fewer boards or pods than the ready replicas have, boards without a value, a server that warns: partial.
 *   <li>Older than the maximum age: stale. Below 0 W or above what boards can draw: implausible.
 * </ul>
 *
 * <p><b>Caveats.</b> Not safe for use by several threads. Keeps what it saw last, for ages and for what it remarks; a new
 * one knows as much after one reading of everything.
 */
public final class PrometheusPowerSource {

    private static final Duration FROZEN_AFTER = Duration.ofMinutes(10);
    private static final int FROZEN_SAMPLES = 10;

    private final Supplier<PrometheusClient> client;
    private final TelemetrySettings settings;
    private final Meter meter;
    private final boolean gauge;
    private final Map<String, Long> lastSeenNanos = new HashMap<>();
    private final Map<String, Unchanged> unchanged = new HashMap<>();
    private double overheadWatts;
    private List<String> remarks = List.of();

    private record Unchanged(double watts, long sinceNanos) {}

    /** Reads these metrics from this Prometheus. */
    public PrometheusPowerSource(PrometheusClient client, PowerMetrics metrics, TelemetrySettings settings) {
        this(() -> client, metrics, settings);
    }

    /**
     * The same, of a Prometheus whose login may change.
     *
     * @param client asked for in each reading
     */
    public PrometheusPowerSource(Supplier<PrometheusClient> client, PowerMetrics metrics, TelemetrySettings settings) {
        this.client = client;
        this.settings = settings;
        overheadWatts = settings.overheadWatts();
        if (metrics instanceof PowerMetrics.Dcgm dcgm) {
            meter = new DcgmMeter(dcgm, settings.highestBoardWatts());
            gauge = dcgm.energyWindow() == null;
        } else if (metrics instanceof PowerMetrics.Kepler kepler) {
            meter = new KeplerMeter(kepler, settings.highestBoardWatts());
            gauge = !kepler.energy();
        } else {
            meter = new CustomMeter((PowerMetrics.Custom) metrics);
            gauge = false;
        }
    }

    /**
     * The newest readings of services and of the domain of the settings.
     *
     * @param nowNanos in nanoseconds since the Unix epoch; ages are counted from it
     * @throws IOException if the Prometheus does not answer a query, or not as it should; says which one
     */
    public PowerReadings read(List<MeteredService> services, long nowNanos) throws IOException {
        remarks = List.of();
        List<String> found = new ArrayList<>();
        Asker asker = new Asker(client.get(), Instant.ofEpochSecond(0, nowNanos));
        List<Draw> draws = services.isEmpty() ? List.of() : meter.pods(asker, services);
        boolean podsMayLack = asker.takeWarned();
        List<Draw> domain = meter.domain(asker);
        boolean domainMayLack = asker.takeWarned();

        Map<String, List<Draw>> byService = match(services, draws, found);
        Map<String, PowerReading> readings = new TreeMap<>();
        for (MeteredService service : services) {
            List<Draw> own = byService.getOrDefault(service.name(), List.of());
            readings.put(service.name(), reading(service, own, podsMayLack, nowNanos, found));
        }
        PowerReading root = domain == null
                ? sum(services, byService, readings)
                : domainReading(services, domain, domainMayLack, nowNanos, found);
        if (root.isFresh()) {
            overheadWatts = overhead(root, readings);
        }
        found.addAll(asker.remarks());
        remarks = List.copyOf(found);
        return new PowerReadings(overheadWatts, Map.of(settings.domain(), root), readings);
    }

    /** What is wrong with the readings of the last cycle, in sentences; empty where nothing is, or nothing answered. */
    public List<String> remarks() {
        return remarks;
    }

    /** Which metrics and labels answered so far, in words; empty where none did. */
    public String matched() {
        return meter.matched();
    }

    /**
     * The highest sum over some time up to now, sampled each minute at the least, with what is not measured.
     *
     * @param nowNanos in nanoseconds since the Unix epoch
     * @throws IOException if the Prometheus does not answer, or knows nothing of that time
     */
    public double peakWatts(List<MeteredService> services, Duration over, long nowNanos) throws IOException {
        Asker asker = new Asker(client.get(), Instant.ofEpochSecond(0, nowNanos));
        long step = Math.max(1, Math.min(60, over.toSeconds() / 60));
        String query = "max_over_time((" + meter.sum(asker, services) + ")[" + over.toSeconds() + "s:" + step + "s])";
        List<InstantSample> answer = asker.ask(query);
        double watts = answer.size() == 1 ? answer.get(0).value() : Double.NaN;
        if (!(watts > 0) || Double.isInfinite(watts)) {
            throw new IOException("the query " + PromQl.shown(query) + " has no power: it answers with " + answer.size()
                    + " series" + (answer.size() == 1 ? " of " + watts : "")
                    + ". Maybe the power was not recorded that long, or of none of these pods.");
        }
        return watts + settings.overheadWatts();
    }

    private record PodsOf(String service, Pattern pods) {}

    private Map<String, List<Draw>> match(List<MeteredService> services, List<Draw> draws, List<String> found) {
        Map<String, List<PodsOf>> byNamespace = new HashMap<>();
        for (MeteredService service : services) {
            // Own queries know names of services, not pods.
            boolean named = meter instanceof CustomMeter;
            byNamespace
                    .computeIfAbsent(named ? "" : service.namespace(), name -> new ArrayList<>())
                    .add(new PodsOf(
                            service.name(),
                            Pattern.compile(named ? Pattern.quote(service.name()) : service.podPattern())));
        }
        Map<String, List<Draw>> matched = new HashMap<>();
        Map<String, String> owners = new HashMap<>();
        Set<String> told = new HashSet<>();
        for (Draw draw : draws) {
            for (PodsOf service : byNamespace.getOrDefault(draw.namespace(), List.of())) {
                if (!service.pods().matcher(draw.pod()).matches()) {
                    continue;
                }
                matched.computeIfAbsent(service.service(), name -> new ArrayList<>())
                        .add(draw);
                String other = draw.unit() == null ? null : owners.put(draw.unit(), service.service());
                if (other != null && !other.equals(service.service()) && told.add(draw.unit())) {
                    found.add(draw.unit() + " is charged in full to " + other + " and to " + service.service()
                            + ": they share it, or the patterns of their pods both match " + draw.pod());
                }
            }
        }
        return matched;
    }

    private PowerReading reading(
            MeteredService service, List<Draw> draws, boolean mayLack, long nowNanos, List<String> found) {
        if (draws.isEmpty() && service.readyReplicas() == 0) {
            // Nothing wrong: before a pod runs, there need not be a series.
            return service.presentReplicas() == 0 ? PowerReading.fresh(0, 0) : PowerReading.absent();
        }
        String name = service.name();
        int counted = Tally.units(draws);
        if (counted == 0) {
            return absent(
                    name,
                    (draws.isEmpty() ? "no series of" : "no value in any series of") + " the pods "
                            + service.podPattern() + " in " + service.namespace() + hint(),
                    nowNanos,
                    found);
        }
        int most = service.presentReplicas() * Math.max(1, service.gpusPerReplica());
        int expected = meter.expectedUnits(service);
        if (expected > 0 && counted > most) {
            found.add(name + ": " + counted + " " + meter.unit() + " answer, but its " + service.presentReplicas()
                    + " pods can have no more than " + most + ". Maybe " + service.podPattern()
                    + " matches the pods of another service.");
        }
        Tally tally = new Tally(draws, meter.highestUnitWatts(service));
        PowerReading reading = tally.reading(name, counted, expected, meter.unit(), mayLack, settings, 0, found);
        seen(name, reading, nowNanos, found);
        return reading;
    }

    private PowerReading domainReading(
            List<MeteredService> services, List<Draw> draws, boolean mayLack, long nowNanos, List<String> found) {
        if (draws.stream().allMatch(Draw::isBlank)) {
            return absent(settings.domain(), "no value of the power domain" + hint(), nowNanos, found);
        }
        double highest = meter instanceof CustomMeter ? Double.MAX_VALUE : settings.highestBoardWatts();
        PowerReading reading = new Tally(draws, highest)
                .reading(
                        settings.domain(),
                        meter.countedUnits(draws),
                        meter.expectedUnits(services),
                        meter.unit(),
                        mayLack,
                        settings,
                        settings.overheadWatts(),
                        found);
        seen(settings.domain(), reading, nowNanos, found);
        return reading;
    }

    private String hint() {
        return meter.matched().isEmpty()
                ? ". Nothing has answered yet: maybe the exporter is not scraped, or has no labels of pods"
                : "; what answered so far is " + meter.matched();
    }

    private PowerReading absent(String name, String problem, long nowNanos, List<String> found) {
        Long seen = lastSeenNanos.get(name);
        long age = seen == null ? 0 : Math.max(0, nowNanos - seen);
        found.add(name + ": there is " + problem
                + (seen == null ? "" : String.format(Locale.ROOT, "; the last value is %.0f s old", age / 1e9)));
        return new PowerReading(Double.NaN, age, Quality.ABSENT);
    }

    private void seen(String name, PowerReading reading, long nowNanos, List<String> found) {
        lastSeenNanos.merge(name, nowNanos - reading.ageNanos(), Math::max);
        Unchanged before = unchanged.get(name);
        if (before == null || before.watts() != reading.watts()) {
            unchanged.put(name, new Unchanged(reading.watts(), nowNanos));
            return;
        }
        long sameNanos = nowNanos - before.sinceNanos();
        long limitNanos = Math.max(
                FROZEN_AFTER.toNanos(),
                FROZEN_SAMPLES * settings.exporterInterval().toNanos());
        if (gauge && reading.watts() > 0 && sameNanos > limitNanos) {
            found.add(String.format(
                    Locale.ROOT,
                    "%s: %.3f W to the last digit for %.0f s. Maybe its exporter hangs.",
                    name,
                    reading.watts(),
                    sameNanos / 1e9));
        }
    }

    /**
     * As good as the worst of the services, and absent where one of them is. One that only starts need not have a series:
     * guard rails do not wait for it either.
     */
    private PowerReading sum(
            List<MeteredService> services, Map<String, List<Draw>> byService, Map<String, PowerReading> readings) {
        Quality worst = Quality.FRESH;
        long oldest = 0;
        Set<Draw> draws = new LinkedHashSet<>();
        for (MeteredService service : services) {
            PowerReading reading = readings.getOrDefault(service.name(), PowerReading.absent());
            List<Draw> own = byService.getOrDefault(service.name(), List.of());
            if (own.isEmpty() && service.readyReplicas() == 0) {
                continue;
            }
            worst = reading.quality().compareTo(worst) > 0 ? reading.quality() : worst;
            oldest = Math.max(oldest, reading.ageNanos());
            draws.addAll(own);
        }
        if (worst == Quality.ABSENT) {
            return new PowerReading(Double.NaN, oldest, Quality.ABSENT);
        }
        double watts = new Tally(List.copyOf(draws), Double.MAX_VALUE).watts();
        return new PowerReading(watts + settings.overheadWatts(), oldest, worst);
    }

    /** What of the domain belongs to no service; while a service is not known, what it was before. */
    private double overhead(PowerReading root, Map<String, PowerReading> readings) {
        double watts = 0;
        for (PowerReading reading : readings.values()) {
            if (!reading.isFresh()) {
                return overheadWatts;
            }
            watts += reading.watts();
        }
        return Math.max(0, root.watts() - watts);
    }
}
