package dev.capstan.sim.telemetry;

import dev.capstan.sim.cluster.Deployment;
import dev.capstan.sim.cluster.LatencyHistogram;
import dev.capstan.sim.cluster.Pod;
import dev.capstan.sim.cluster.ServicePlant;
import dev.capstan.sim.kernel.Kernel;
import dev.capstan.sim.kernel.Priority;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The path from a pod's power to a number that a policy sees: an exporter refreshes what it exposes, Prometheus scrapes
 * it, a query reads the scraped samples.
 *
 * <p>Each pod has a series of its own, an energy counter or a power gauge; the series of a pod that is gone stays in the
 * windows of {@code rate()} until it leaves them. A query answers with the sum over the series that give a result, how
 * many boards these stand for, and the time of the newest sample. The engine's own metrics (requests, tokens) are scraped
 * alike.
 *
 * <p>The boards of a pod share one series, of those among them that have a sensor that answers: they draw alike, and a
 * query sums over them anyway. A failed scrape of a server marks all its series stale ({@code scrape/scrape.go}).
 */
public final class PowerMonitor {

    /** What is measured, and how. */
    public enum Source {
        /** {@code sum(rate(energy_joules_total[window]))} */
        ENERGY_COUNTER,
        /** {@code sum(power_watts)} */
        POWER_GAUGE
    }

    /** When telemetry works and how often. A span without telemetry has its start and end at the same index. */
    public record Settings(
            Source source,
            ExporterClock exporter,
            ScrapeLoop scrapes,
            long rateWindowNanos,
            long[] outageFromNanos,
            long[] outageToNanos,
            Sensors sensors,
            long[] restartNanos) {}

    private static final class PodSeries {
        private final Pod pod;
        private final int service;
        private final SampleSeries samples;
        private final int boards;
        /** Seen watts for each true watt of the pod: silent boards are left out, the others have their gain. */
        private final double gain;

        private double exposed = Double.NaN;
        /** Energy before the exporter's last restart, which its counter does not hold. */
        private double forgottenJoules;

        private PodSeries(Pod pod, int service, SampleSeries samples, double[] boardGains) {
            this.pod = pod;
            this.service = service;
            this.samples = samples;
            int answering = 0;
            double sum = 0;
            for (double board : boardGains) {
                if (!Double.isNaN(board)) {
                    answering++;
                    sum += board;
                }
            }
            boards = answering;
            gain = sum / boardGains.length;
        }
    }

    private final Kernel kernel;
    private final Settings settings;
    private final List<ServicePlant> services;
    private final int[] domainParents;
    private final long retentionNanos;
    private final int refreshes;
    private final int scrapes;

    private final List<PodSeries> series = new ArrayList<>();
    private final int[] podsSeen;
    private final boolean[] scrapeFailed;
    private final List<SampleSeries> demand = new ArrayList<>();
    private final List<SampleSeries> running = new ArrayList<>();
    private final List<SampleSeries> waiting = new ArrayList<>();
    private final List<SampleSeries> inputTokens = new ArrayList<>();
    private final List<SampleSeries> outputTokens = new ArrayList<>();
    private final List<SampleSeries> clocks = new ArrayList<>();
    private final List<SampleSeries> concurrencyLimits = new ArrayList<>();
    private final List<SampleSeries> admissionShares = new ArrayList<>();
    private final @Nullable HistogramSeries[] ttft;
    private final @Nullable HistogramSeries[] tpot;
    private final List<SampleSeries> routingWeights = new ArrayList<>();
    private final double[] exposedClocks;

    private final double[] serviceWatts;
    private final int[] serviceBoards;
    private final long[] serviceNewestNanos;
    private final double[] domainWatts;

    /**
     * @param servers whose exporters are scraped
     * @param domainParents index of the parent of each power domain, -1 for the root; parents before children
     */
    public PowerMonitor(
            Kernel kernel, Settings settings, List<ServicePlant> services, int servers, int[] domainParents) {
        this.kernel = kernel;
        this.settings = settings;
        this.services = services;
        this.domainParents = domainParents;
        retentionNanos = Math.max(PromQl.DEFAULT_LOOKBACK_NANOS, settings.rateWindowNanos())
                + settings.scrapes().intervalNanos();
        int count = services.size();
        podsSeen = new int[count];
        exposedClocks = new double[count];
        Arrays.fill(exposedClocks, Double.NaN);
        ttft = new HistogramSeries[count];
        tpot = new HistogramSeries[count];
        scrapeFailed = new boolean[servers];
        serviceWatts = new double[count];
        serviceBoards = new int[count];
        serviceNewestNanos = new long[count];
        domainWatts = new double[domainParents.length];
        for (int i = 0; i < count; i++) {
            for (List<SampleSeries> metric : List.of(
                    demand,
                    running,
                    waiting,
                    inputTokens,
                    outputTokens,
                    clocks,
                    concurrencyLimits,
                    admissionShares,
                    routingWeights)) {
                metric.add(new SampleSeries(retentionNanos));
            }
            ttft[i] = histogram(services.get(i).ttft());
            tpot[i] = histogram(services.get(i).tpot());
        }
        refreshes = kernel.register(ignored -> refresh());
        scrapes = kernel.register(ignored -> scrape());
        int restarts = kernel.register(ignored -> restart());
        for (long at : settings.restartNanos()) {
            kernel.schedule(at, Priority.EXPORT, restarts, 0);
        }
        kernel.schedule(settings.exporter().phaseNanos(), Priority.EXPORT, refreshes, 0);
        kernel.schedule(settings.scrapes().phaseNanos(), Priority.SCRAPE, scrapes, 0);
    }

    /** Evaluates the power query of every service at this instant; read the answer through the accessors. */
    public void query() {
        long now = kernel.nowNanos();
        for (int i = 0; i < serviceWatts.length; i++) {
            serviceWatts[i] = 0;
            serviceBoards[i] = 0;
            serviceNewestNanos[i] = SampleSeries.NO_SAMPLE;
        }
        Arrays.fill(domainWatts, 0);
        for (PodSeries one : series) {
            double watts = settings.source() == Source.ENERGY_COUNTER
                    ? PromQl.rate(one.samples, now, settings.rateWindowNanos())
                    : PromQl.latest(one.samples, now, PromQl.DEFAULT_LOOKBACK_NANOS);
            if (Double.isNaN(watts)) {
                continue;
            }
            serviceWatts[one.service] += watts;
            serviceBoards[one.service] += one.boards;
            serviceNewestNanos[one.service] =
                    Math.max(serviceNewestNanos[one.service], one.samples.newestSampleNanos(now));
            for (int domain = one.pod.domain(); domain >= 0; domain = domainParents[domain]) {
                domainWatts[domain] += watts;
            }
        }
    }

    /** Sum over the series of a service that answered the last {@link #query}; 0 where none did. */
    public double serviceWatts(int service) {
        return serviceWatts[service];
    }

    /** How many boards of a service are in the answer. */
    public int serviceBoards(int service) {
        return serviceBoards[service];
    }

    /** Age of the newest sample behind the answer. */
    public long serviceAgeNanos(int service) {
        return serviceBoards[service] == 0 ? 0 : kernel.nowNanos() - serviceNewestNanos[service];
    }

    /** Sum over the series of the pods of a domain and of those below it. */
    public double domainWatts(int domain) {
        return domainWatts[domain];
    }

    /** The metric that the autoscaler of a service asks for; NaN where there is no recent sample. */
    public double autoscalingMetric(int service) {
        return latest(demand, service);
    }

    /** Running requests at the last scrape; NaN where there is no recent sample. */
    public double running(int service) {
        return latest(running, service);
    }

    /** Waiting requests at the last scrape; NaN where there is no recent sample. */
    public double waiting(int service) {
        return latest(waiting, service);
    }

    /** Prompt tokens a second over the rate window; NaN without two samples. */
    public double inputTokensPerSecond(int service) {
        return PromQl.rate(inputTokens.get(service), kernel.nowNanos(), settings.rateWindowNanos());
    }

    /** Generated tokens a second over the rate window; NaN without two samples. */
    public double outputTokensPerSecond(int service) {
        return PromQl.rate(outputTokens.get(service), kernel.nowNanos(), settings.rateWindowNanos());
    }

    /** Takes the latencies of a service over the rate window; what follows is about them. */
    public void queryLatencies(int service) {
        HistogramSeries first = ttft[service];
        HistogramSeries further = tpot[service];
        if (first != null && further != null) {
            first.query(kernel.nowNanos(), settings.rateWindowNanos());
            further.query(kernel.nowNanos(), settings.rateWindowNanos());
        }
    }

    /** A quantile of the times to first token, in seconds; NaN where there were none. */
    public double ttftSeconds(int service, double quantile) {
        HistogramSeries histogram = ttft[service];
        return histogram == null ? Double.NaN : histogram.quantile(quantile);
    }

    /** A quantile of the times per output token, in seconds; NaN where there were none. */
    public double tpotSeconds(int service, double quantile) {
        HistogramSeries histogram = tpot[service];
        return histogram == null ? Double.NaN : histogram.quantile(quantile);
    }

    /** Mean time per output token, in seconds; NaN where there was none. */
    public double meanTpotSeconds(int service) {
        HistogramSeries histogram = tpot[service];
        return histogram == null ? Double.NaN : histogram.mean();
    }

    /** Requests of two tokens and more that ended, a second; NaN without two samples. */
    public double requestsPerSecond(int service) {
        HistogramSeries histogram = tpot[service];
        return histogram == null ? Double.NaN : histogram.perSecond();
    }

    private @Nullable HistogramSeries histogram(@Nullable LatencyHistogram exposed) {
        return exposed == null ? null : new HistogramSeries(exposed, retentionNanos);
    }

    /**
     * The clock at which the GPUs of a service are locked, 0 for none, as the exporter of power has read it back and the
     * last scrape has brought it; NaN where there is no recent sample.
     */
    public double lockedMegahertz(int service) {
        return latest(clocks, service);
    }

    /** The concurrency limit of each replica of a service at the last scrape; NaN where there is no recent sample. */
    public double concurrencyLimit(int service) {
        return latest(concurrencyLimits, service);
    }

    /** The share of new requests that a service admitted at the last scrape; NaN where there is no recent sample. */
    public double admissionShare(int service) {
        return latest(admissionShares, service);
    }

    /** The weight of a service among the pools of its route at the last scrape; NaN where there is no recent sample. */
    public double routingWeight(int service) {
        return latest(routingWeights, service);
    }

    private double latest(List<SampleSeries> metric, int service) {
        return PromQl.latest(metric.get(service), kernel.nowNanos(), PromQl.DEFAULT_LOOKBACK_NANOS);
    }

    private void refresh() {
        long now = kernel.nowNanos();
        for (int service = 0; service < services.size(); service++) {
            exposedClocks[service] = services.get(service).clockMegahertz();
            Deployment deployment = services.get(service).deployment();
            for (Pod pod : deployment.pods()) {
                if (pod.ordinal() >= podsSeen[service] && pod.server() >= 0) {
                    podsSeen[service] = pod.ordinal() + 1;
                    double[] boards = settings.sensors().boards(deployment.gpus());
                    PodSeries one = new PodSeries(pod, service, new SampleSeries(retentionNanos), boards);
                    if (one.boards > 0) {
                        series.add(one);
                    }
                }
            }
        }
        for (PodSeries one : series) {
            if (one.pod.phase() == Pod.Phase.GONE) {
                one.exposed = Double.NaN;
            } else if (settings.source() == Source.ENERGY_COUNTER) {
                one.exposed = one.gain * (one.pod.activeJoules(now) - one.forgottenJoules);
            } else {
                one.exposed = settings.sensors().read(one.gain * one.pod.activeWatts());
            }
        }
        kernel.schedule(now + settings.exporter().intervalNanos(), Priority.EXPORT, refreshes, 0);
    }

    private void restart() {
        for (PodSeries one : series) {
            if (one.pod.phase() != Pod.Phase.GONE) {
                one.forgottenJoules = one.pod.activeJoules(kernel.nowNanos());
            }
        }
    }

    private void scrape() {
        long now = kernel.nowNanos();
        if (!isOut(now)) {
            for (int server = 0; server < scrapeFailed.length; server++) {
                scrapeFailed[server] = settings.sensors().scrapeFails();
            }
            for (int i = series.size() - 1; i >= 0; i--) {
                PodSeries one = series.get(i);
                if (scrapeFailed[one.pod.server()] || one.pod.phase() == Pod.Phase.UNREACHABLE) {
                    one.samples.markStale(now);
                } else if (!Double.isNaN(one.exposed)) {
                    one.samples.append(now, one.exposed);
                } else if (one.pod.phase() == Pod.Phase.GONE) {
                    one.samples.markStale(now);
                    if (now - one.samples.newestSampleNanos(now) > retentionNanos) {
                        series.remove(i);
                    }
                }
            }
            for (int service = 0; service < services.size(); service++) {
                ServicePlant plant = services.get(service);
                demand.get(service).append(now, plant.autoscalingMetric());
                running.get(service).append(now, plant.running());
                waiting.get(service).append(now, plant.waiting());
                inputTokens.get(service).append(now, (double) plant.inputTokens());
                outputTokens.get(service).append(now, (double) plant.outputTokens());
                concurrencyLimits.get(service).append(now, plant.concurrencyLimit());
                admissionShares.get(service).append(now, plant.admissionShare());
                HistogramSeries first = ttft[service];
                HistogramSeries further = tpot[service];
                if (first != null && further != null) {
                    first.scrape(now);
                    further.scrape(now);
                }
                if (!Double.isNaN(plant.routingWeight())) {
                    routingWeights.get(service).append(now, plant.routingWeight());
                }
                if (!Double.isNaN(exposedClocks[service])) {
                    clocks.get(service).append(now, exposedClocks[service]);
                }
            }
        }
        kernel.schedule(now + settings.scrapes().intervalNanos(), Priority.SCRAPE, scrapes, 0);
    }

    private boolean isOut(long now) {
        for (int i = 0; i < settings.outageFromNanos().length; i++) {
            if (now >= settings.outageFromNanos()[i] && now < settings.outageToNanos()[i]) {
                return true;
            }
        }
        return false;
    }
}
