package dev.capstan.sim.results;

import dev.capstan.capping.PowerBudget;
import dev.capstan.capping.ServiceAction;
import dev.capstan.sim.experiment.Experiment;
import dev.capstan.sim.run.Excursion;
import dev.capstan.sim.run.RunResult;
import dev.capstan.sim.serving.RequestLog;
import dev.capstan.trace.RequestTrace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/** Writes the folder of one run; {@code docs/results.md} defines the tables. */
final class RunFolder {

    private static final long SECOND_NANOS = 1_000_000_000L;

    /** Of {@code seconds.csv}, which makes about 2 MB. */
    private static final int MAX_CELLS = 200_000;

    private static final int SECONDS_BEFORE = 60;
    private static final int SECONDS_AFTER = 120;

    /** Of an excursion that lasts longer, this much of its beginning is told. */
    private static final int LONGEST_TOLD = 1800;

    private final Path folder;
    private final Experiment experiment;
    private final RunResult.Detail detail;

    private RunFolder(Path folder, Experiment experiment, RunResult.Detail detail) {
        this.folder = folder;
        this.experiment = experiment;
        this.detail = detail;
    }

    static void write(Path folder, Experiment experiment, RunResult.Detail detail) throws IOException {
        Files.createDirectories(folder);
        RunFolder run = new RunFolder(folder, experiment, detail);
        run.timeline();
        run.services();
        run.domains();
        run.budgets();
        run.decisions();
        run.events();
        run.requests();
        run.latencies();
        run.excursions();
        run.seconds();
    }

    private void timeline() throws IOException {
        try (CsvTable table = table(
                "timeline",
                "time_seconds",
                "power_mean_watts",
                "power_max_watts",
                "reference_power_watts",
                "cap_watts",
                "sensed_power_watts",
                "ready_replicas",
                "starting_replicas",
                "terminating_replicas",
                "running_requests",
                "waiting_requests")) {
            int from = 0;
            for (RunResult.Sample sample : detail.samples()) {
                int to = (int) (sample.atNanos() / SECOND_NANOS);
                int ready = 0;
                int starting = 0;
                int terminating = 0;
                double running = 0;
                double waiting = 0;
                for (RunResult.ServiceSample service : sample.services()) {
                    ready += service.ready();
                    starting += service.starting();
                    terminating += service.terminating();
                    running += service.running();
                    waiting += service.waiting();
                }
                table.row(
                        Numbers.seconds(sample.atNanos()),
                        mean(detail.powerWatts(), from, to),
                        max(detail.powerWatts(), from, to),
                        mean(detail.referenceWatts(), from, to),
                        mean(detail.capWatts(), from, to),
                        sample.sensedWatts(),
                        ready,
                        starting,
                        terminating,
                        running,
                        waiting);
                from = to;
            }
        }
    }

    private void services() throws IOException {
        try (CsvTable table = table(
                "services",
                "time_seconds",
                "service",
                "ready_replicas",
                "starting_replicas",
                "terminating_replicas",
                "desired_replicas",
                "ceiling_replicas",
                "gpu_limit_watts",
                "locked_clock_megahertz",
                "running_requests",
                "waiting_requests",
                "power_watts",
                "growth_frozen",
                "concurrency_limit_sequences",
                "admission_share",
                "routing_weight")) {
            for (RunResult.Sample sample : detail.samples()) {
                for (int i = 0; i < sample.services().size(); i++) {
                    RunResult.ServiceSample service = sample.services().get(i);
                    table.row(
                            Numbers.seconds(sample.atNanos()),
                            experiment.services().get(i).name(),
                            service.ready(),
                            service.starting(),
                            service.terminating(),
                            service.desired(),
                            service.ceiling(),
                            service.gpuLimitWatts(),
                            service.lockedMegahertz() == 0 ? Double.NaN : (double) service.lockedMegahertz(),
                            service.running(),
                            service.waiting(),
                            service.powerWatts(),
                            service.growthFrozen() ? 1 : 0,
                            service.concurrencyLimit() == 0 ? Double.NaN : (double) service.concurrencyLimit(),
                            service.concurrencyLimit() == 0 ? Double.NaN : service.admissionShare(),
                            service.routingWeight());
                }
            }
        }
    }

    private void domains() throws IOException {
        try (CsvTable table = table(
                "domains",
                "time_seconds",
                "domain",
                "power_mean_watts",
                "power_max_watts",
                "limit_watts",
                "breaker_heat")) {
            int from = 0;
            for (RunResult.Sample sample : detail.samples()) {
                int to = (int) (sample.atNanos() / SECOND_NANOS);
                for (int i = 0; i < detail.domainWatts().size(); i++) {
                    Experiment.Domain domain = experiment.cluster().domains().get(i);
                    double limit = i == 0 ? mean(detail.capWatts(), from, to) : domain.limitWatts();
                    table.row(
                            Numbers.seconds(sample.atNanos()),
                            domain.name(),
                            mean(detail.domainWatts().get(i), from, to),
                            max(detail.domainWatts().get(i), from, to),
                            limit,
                            Double.isFinite(domain.breakerRatingWatts()) ? sample.breakerHeat()[i] : Double.NaN);
                }
                from = to;
            }
        }
    }

    private void budgets() throws IOException {
        if (experiment.budgets().isEmpty()) {
            return;
        }
        try (CsvTable table = table(
                "budgets",
                "time_seconds",
                "budget",
                "power_mean_watts",
                "power_max_watts",
                "limit_watts",
                "over_limit_seconds")) {
            int from = 0;
            for (RunResult.Sample sample : detail.samples()) {
                int to = (int) (sample.atNanos() / SECOND_NANOS);
                for (int i = 0; i < detail.budgetWatts().size(); i++) {
                    PowerBudget budget = experiment.budgets().get(i);
                    table.row(
                            Numbers.seconds(sample.atNanos()),
                            budget.name(),
                            mean(detail.budgetWatts().get(i), from, to),
                            max(detail.budgetWatts().get(i), from, to),
                            budget.limitWatts(),
                            sample.overBudgetSeconds()[i]);
                }
                from = to;
            }
        }
    }

    private void decisions() throws IOException {
        try (CsvTable table = table(
                "decisions",
                "time_seconds",
                "code",
                "reason",
                "sensed_power_watts",
                "quality",
                "service",
                "replica_ceiling",
                "gpu_limit_watts",
                "clock_megahertz",
                "growth_frozen",
                "concurrency_limit_sequences",
                "admission_share",
                "routing_weight")) {
            for (RunResult.LoggedDecision decision : detail.decisions()) {
                List<ServiceAction> actions = decision.actions();
                for (int i = 0; i < Math.max(1, actions.size()); i++) {
                    ServiceAction action = actions.isEmpty() ? null : actions.get(i);
                    table.row(
                            Numbers.seconds(decision.atNanos()),
                            decision.code(),
                            decision.reason(),
                            decision.sensedWatts(),
                            decision.quality().toLowerCase(Locale.ROOT),
                            action == null ? "" : action.service(),
                            action == null ? null : action.replicaCeiling(),
                            action == null ? null : action.gpuLimitWatts(),
                            action == null ? null : action.clockMegahertz(),
                            action == null || action.freezeGrowth() == null ? null : action.freezeGrowth() ? 1 : 0,
                            action == null ? null : action.concurrencyLimit(),
                            action == null ? null : action.admissionShare(),
                            action == null ? null : action.routingWeight());
                }
            }
        }
    }

    private void events() throws IOException {
        try (CsvTable table = table("events", "time_seconds", "event", "subject", "detail")) {
            for (RunResult.LoggedEvent event : detail.events()) {
                table.row(Numbers.seconds(event.atNanos()), event.event(), event.subject(), event.detail());
            }
        }
    }

    private void requests() throws IOException {
        int every = experiment.output().requestEvery();
        if (every == 0 || detail.logs().isEmpty()) {
            return;
        }
        try (CsvTable table = table(
                "requests",
                "request",
                "service",
                "arrival_seconds",
                "input_tokens",
                "output_tokens",
                "outcome",
                "ttft_seconds",
                "tpot_seconds",
                "e2e_seconds")) {
            for (int service = 0; service < detail.logs().size(); service++) {
                RequestLog log = detail.logs().get(service);
                RequestTrace trace = log.trace();
                for (int request = 0; request < trace.size(); request += every) {
                    if (log.outcome(request) == RequestLog.Outcome.ELSEWHERE) {
                        continue;
                    }
                    boolean completed = log.outcome(request) == RequestLog.Outcome.COMPLETED;
                    boolean several = trace.outputTokens()[request] > 1;
                    table.row(
                            request,
                            experiment.services().get(service).name(),
                            Numbers.seconds(trace.arrivalNanos()[request]),
                            trace.inputTokens()[request],
                            trace.outputTokens()[request],
                            log.outcome(request).name().toLowerCase(Locale.ROOT),
                            completed ? log.ttftNanos(request) * 1e-9 : Double.NaN,
                            completed && several ? log.tpotNanos(request) * 1e-9 : Double.NaN,
                            completed ? log.e2eNanos(request) * 1e-9 : Double.NaN);
                }
            }
        }
    }

    /** Quantiles by rank of the requests that {@code summary.csv} counts: completed, and arrived in the scored span. */
    private void latencies() throws IOException {
        if (detail.logs().isEmpty()) {
            return;
        }
        try (CsvTable table = table("latencies", "service", "share", "ttft_seconds", "tpot_seconds", "e2e_seconds")) {
            for (int service = 0; service < detail.logs().size(); service++) {
                RequestLog log = detail.logs().get(service);
                int[] completed = IntStream.range(0, log.trace().size())
                        .filter(request -> log.outcome(request) == RequestLog.Outcome.COMPLETED
                                && log.trace().arrivalNanos()[request] >= experiment.warmupNanos())
                        .toArray();
                if (completed.length == 0) {
                    continue;
                }
                double[] ttft = Arrays.stream(completed)
                        .mapToDouble(log::ttftNanos)
                        .sorted()
                        .toArray();
                // A single token has no time between tokens.
                double[] tpot = Arrays.stream(completed)
                        .filter(request -> log.trace().outputTokens()[request] > 1)
                        .mapToDouble(log::tpotNanos)
                        .sorted()
                        .toArray();
                double[] e2e = Arrays.stream(completed)
                        .mapToDouble(log::e2eNanos)
                        .sorted()
                        .toArray();
                for (int percent = 1; percent <= 100; percent++) {
                    table.row(
                            experiment.services().get(service).name(),
                            percent / 100.0,
                            atRank(ttft, percent),
                            atRank(tpot, percent),
                            atRank(e2e, percent));
                }
            }
        }
    }

    /** The smallest value that at least so many per cent of all do not exceed, in seconds; NaN where there are none. */
    private static double atRank(double[] sortedNanos, int percent) {
        long rank = Math.max(1, ((long) percent * sortedNanos.length + 99) / 100);
        return sortedNanos.length == 0 ? Double.NaN : sortedNanos[(int) rank - 1] * 1e-9;
    }

    private void excursions() throws IOException {
        double[] watts = detail.powerWatts();
        double[] caps = detail.capWatts();
        int bridge = (int) Math.ceil(experiment.scoring().bridgeNanos() * 1e-9);
        int from = (int) (experiment.warmupNanos() / SECOND_NANOS);
        try (CsvTable table =
                table("excursions", "time_seconds", "duration_seconds", "peak_over_cap_watts", "mean_over_cap_watts")) {
            for (Excursion one : Excursion.find(watts, caps, from, watts.length, bridge)) {
                double most = 0;
                double sum = 0;
                for (int second = one.fromSeconds(); second < one.toSeconds(); second++) {
                    most = Math.max(most, watts[second] - caps[second]);
                    sum += Math.max(0, watts[second] - caps[second]);
                }
                table.row(one.fromSeconds(), one.seconds(), most, sum / one.seconds());
            }
        }
    }

    /** Every second around what happened, as far as {@link #MAX_CELLS} go. */
    private void seconds() throws IOException {
        List<Experiment.Domain> domains = experiment.cluster().domains();
        List<String> columns = new ArrayList<>(List.of(
                "time_seconds",
                "power_watts",
                "reference_power_watts",
                "cap_watts",
                "sensed_power_watts",
                "ready_replicas",
                "starting_replicas",
                "terminating_replicas"));
        for (int i = 1; i < domains.size(); i++) {
            columns.add("domain." + domains.get(i).name() + ".power_watts");
        }
        RunResult.Seconds states = detail.seconds();
        try (CsvTable table = table("seconds", columns.toArray(String[]::new))) {
            BitSet told = around(MAX_CELLS / columns.size());
            for (int second = told.nextSetBit(0); second >= 0; second = told.nextSetBit(second + 1)) {
                @Nullable Object[] cells = new @Nullable Object[columns.size()];
                cells[0] = second + 1;
                cells[1] = detail.powerWatts()[second];
                cells[2] = detail.referenceWatts()[second];
                cells[3] = detail.capWatts()[second];
                cells[4] = states.sensedWatts()[second];
                cells[5] = states.ready()[second];
                cells[6] = states.starting()[second];
                cells[7] = states.terminating()[second];
                for (int i = 1; i < domains.size(); i++) {
                    cells[7 + i] = detail.domainWatts().get(i)[second];
                }
                table.row(cells);
            }
        }
    }

    /**
     * The whole run where it is short enough, else the surroundings of excursions, the longest first, then of what the
     * reference run has over the cap, of events and of decisions, until no more seconds may be told.
     */
    private BitSet around(int most) {
        int length = detail.powerWatts().length;
        BitSet told = new BitSet(length);
        if (length <= most) {
            told.set(0, length);
            return told;
        }
        int bridge = (int) Math.ceil(experiment.scoring().bridgeNanos() * 1e-9);
        List<Excursion> stretches = new ArrayList<>();
        for (double[] watts : List.of(detail.powerWatts(), detail.referenceWatts())) {
            Excursion.find(watts, detail.capWatts(), 0, length, bridge).stream()
                    .sorted(Comparator.comparingInt(Excursion::seconds).reversed())
                    .forEach(stretches::add);
        }
        LongStream.concat(
                        detail.events().stream().mapToLong(RunResult.LoggedEvent::atNanos),
                        detail.decisions().stream().mapToLong(RunResult.LoggedDecision::atNanos))
                .mapToInt(nanos -> (int) (nanos / SECOND_NANOS))
                .forEach(second -> stretches.add(new Excursion(second, second + 1)));
        int count = 0;
        for (Excursion stretch : stretches) {
            int from = Math.max(0, stretch.fromSeconds() - SECONDS_BEFORE);
            int to = Math.min(
                    length, Math.min(stretch.toSeconds(), stretch.fromSeconds() + LONGEST_TOLD) + SECONDS_AFTER);
            int more = to - from - told.get(from, to).cardinality();
            if (count + more <= most) {
                told.set(from, to);
                count += more;
            }
        }
        return told;
    }

    private CsvTable table(String name, String... columns) throws IOException {
        return new CsvTable(folder.resolve(name + ".csv"), List.of(columns));
    }

    private static double mean(double[] values, int from, int to) {
        double sum = 0;
        int end = Math.min(to, values.length);
        for (int i = from; i < end; i++) {
            sum += values[i];
        }
        return end <= from ? Double.NaN : sum / (end - from);
    }

    private static double max(double[] values, int from, int to) {
        double max = Double.NaN;
        for (int i = from; i < Math.min(to, values.length); i++) {
            max = Double.isNaN(max) ? values[i] : Math.max(max, values[i]);
        }
        return max;
    }
}
