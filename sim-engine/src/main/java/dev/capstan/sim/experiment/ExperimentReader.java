package dev.capstan.sim.experiment;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.capstan.capping.NearestName;
import dev.capstan.capping.ParameterIssue;
import dev.capstan.capping.PolicyFactory;
import dev.capstan.capping.PolicyRegistry;
import dev.capstan.capping.PowerBudget;
import dev.capstan.sim.cluster.StartupPhase;
import dev.capstan.sim.experiment.Experiment.Autoscaler;
import dev.capstan.sim.experiment.Experiment.Cap;
import dev.capstan.sim.experiment.Experiment.CapChange;
import dev.capstan.sim.experiment.Experiment.CapEvent;
import dev.capstan.sim.experiment.Experiment.Carbon;
import dev.capstan.sim.experiment.Experiment.Cluster;
import dev.capstan.sim.experiment.Experiment.Control;
import dev.capstan.sim.experiment.Experiment.Detail;
import dev.capstan.sim.experiment.Experiment.Gateways;
import dev.capstan.sim.experiment.Experiment.Mode;
import dev.capstan.sim.experiment.Experiment.Outage;
import dev.capstan.sim.experiment.Experiment.Output;
import dev.capstan.sim.experiment.Experiment.Policy;
import dev.capstan.sim.experiment.Experiment.Price;
import dev.capstan.sim.experiment.Experiment.Scoring;
import dev.capstan.sim.experiment.Experiment.SensorFaults;
import dev.capstan.sim.experiment.Experiment.Service;
import dev.capstan.sim.experiment.Experiment.Source;
import dev.capstan.sim.experiment.Experiment.Telemetry;
import dev.capstan.sim.serving.ModelProfile;
import dev.capstan.sim.serving.ModelProfiles;
import dev.capstan.sim.serving.ServingOptions;
import dev.capstan.trace.Quantity;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Turns the tree of an experiment into its value. Goes on after every issue, so that one reading finds them all. */
final class ExperimentReader {

    static final int MANY = 1_000_000;

    private final Path file;
    private final ExperimentPaths paths;
    private final List<Issue> issues;

    ExperimentReader(Path file, Set<String> setPaths, List<Issue> issues) {
        this.file = file;
        paths = new ExperimentPaths(file, setPaths);
        this.issues = issues;
    }

    Experiment read(ObjectNode tree, ObjectNode resolved) {
        Section root = new Section(tree, "", issues, resolved);
        String name = root.text("name", fileName());
        String question = root.text("question", "");
        Mode mode = root.choice("mode", Mode.class, Mode.REQUESTS);
        long warmup = root.duration("warmup", "0s", "0s");
        long duration = root.has("duration") ? root.duration("duration", null, "1s") : 0;
        long seed = root.integer("seed", 1L, 0L, Long.MAX_VALUE);
        int replications = root.integer("replications", 1, 1, MANY);
        Cap cap = cap(root.section("cap"));
        Cluster cluster = new ClusterReader(cap.watts()).cluster(root.section("cluster"));
        Section shared = root.section("workload");
        WorkloadReader workloads = new WorkloadReader(paths, duration == 0 ? 0 : warmup + duration);
        RouteReader routes = new RouteReader(root, mode);
        List<Service> services = services(root, mode, shared, routes, workloads, cluster);
        List<PowerBudget> budgets = new BudgetReader(services, issues).budgets(root);
        if (duration == 0
                && services.stream().anyMatch(service -> service.workload().isGenerated())) {
            root.issue("duration", "is needed where requests or power are generated, such as 1h");
        }
        Telemetry telemetry = telemetry(root.section("telemetry"));
        Control control = control(root.section("control"), telemetry);
        GridReader grid = new GridReader(paths);
        Optional<Carbon> carbon =
                root.has("carbon") ? Optional.of(grid.carbon(root.section("carbon"))) : Optional.empty();
        if (cap.followsCarbon()
                && carbon.map(Carbon::budgetGramsPerHour).orElse(Double.NaN).isNaN()) {
            root.issue("cap.carbon", "needs a budget to follow: carbon.budget, such as 5 kg/h, and carbon.trace");
        }
        Optional<Price> price = root.has("price") ? Optional.of(grid.price(root.section("price"))) : Optional.empty();
        List<Policy> policies = policies(root, mode);
        Scoring scoring = scoring(root.section("scoring"), policies);
        Output output = output(root.section("output"));
        List.of("axes", "pairs", "where", "design", "stop").forEach(root::has);
        root.has("sensitivity");
        root.finish();
        return new Experiment(
                name,
                question,
                mode,
                warmup,
                duration,
                seed,
                replications,
                cluster,
                services,
                routes.routes(services),
                cap,
                budgets,
                control,
                telemetry,
                carbon,
                price,
                policies,
                scoring,
                output);
    }

    private String fileName() {
        Path last = file.getFileName();
        return last == null ? "experiment" : last.toString().replaceFirst("\\.ya?ml$", "");
    }

    private List<Service> services(
            Section root, Mode mode, Section shared, RouteReader routes, WorkloadReader workloads, Cluster cluster) {
        List<Service> services = new ArrayList<>();
        Set<String> names = new HashSet<>();
        boolean usesShared = false;
        long neededGpus = 0;
        for (Section section : root.sections("services")) {
            Section workload = routes.workloadOf(section, shared);
            usesShared |= workload == shared;
            Service service = service(section, mode, workload, workloads, cluster);
            if (!names.add(service.name())) {
                section.issue("name", "'" + service.name() + "' is there twice");
            }
            neededGpus += (long) service.maxReplicas() * service.model().gpus();
            services.add(service);
        }
        if (services.isEmpty()) {
            root.issue("services", "needs at least one service");
        }
        if (!usesShared) {
            shared.finish();
        }
        long gpus = (long) cluster.servers() * cluster.gpusPerServer();
        if (neededGpus > gpus) {
            long servers = (neededGpus + cluster.gpusPerServer() - 1) / cluster.gpusPerServer();
            root.issue(
                    "services",
                    "all services at their maximum need " + neededGpus + " GPUs, the cluster has " + gpus
                            + " (servers x gpus_per_server). Maybe you meant " + servers + " servers.");
        }
        return services;
    }

    private Service service(
            Section section, Mode mode, Section workloadSection, WorkloadReader workloads, Cluster cluster) {
        String name = section.text("name", null);
        Workload workload =
                mode == Mode.REQUESTS ? workloads.requests(workloadSection) : workloads.power(workloadSection);
        workloadSection.finish();
        AdjustmentReader adjustments = new AdjustmentReader(section.section("adjust"));
        ModelProfile model = adjustments.adjust(model(section));
        if (model.gpus() > cluster.gpusPerServer()) {
            section.issue(
                    "model",
                    model.name() + " needs " + model.gpus() + " GPUs in one server, which has "
                            + cluster.gpusPerServer());
        }
        int priority = section.integer("priority", 1, 0, 1000);
        double weight = section.number("weight", 1, 1e-6, 1e6);
        Section replicas = section.section("replicas");
        int min = replicas.integer("min", 1, 0, MANY);
        int max = replicas.integer("max", Math.max(1, min), 1, MANY);
        int initial = replicas.integer("initial", Math.max(1, min), 0, MANY);
        if (min > max || initial < min || initial > max) {
            replicas.issue("", "needs min <= initial <= max, was min " + min + ", initial " + initial + ", max " + max);
        }
        replicas.finish();
        long imagePull = section.duration("image_pull", "0s", "0s");
        List<StartupPhase> startup = model.startup();
        if (section.has("startup")) {
            startup = new ArrayList<>();
            for (Section phase : section.sections("startup")) {
                startup.add(new StartupPhase(
                        phase.text("name", null),
                        phase.duration("time", null, "0s"),
                        phase.power("gpu_power", null, 0)));
                phase.finish();
            }
        }
        double jitter = section.ratio("startup_jitter", "0.1", 0, 0.9);
        long grace = section.duration("grace", "30s", "0s");
        ServingOptions serving = serving(section);
        int lockedMegahertz = section.has("locked_clock") ? lockedClock(section, model) : 0;
        Autoscaler autoscaler = autoscaler(section.section("autoscaler"), mode);
        Section slo = section.section("slo");
        // MLPerf Llama-2-70B conversational: TTFT 2000 ms, TPOT 200 ms.
        double ttft = slo.duration("ttft", "2s", "1ms") * 1e-9;
        double tpot = slo.duration("tpot", "200ms", "1us") * 1e-9;
        slo.finish();
        section.finish();
        return new Service(
                name,
                workload,
                model,
                priority,
                weight,
                min,
                initial,
                max,
                imagePull,
                adjustments.adjust(List.copyOf(startup)),
                jitter,
                grace,
                serving,
                lockedMegahertz,
                autoscaler,
                ttft,
                tpot);
    }

    private ModelProfile model(Section section) {
        String name = section.text("model", null);
        ModelProfile model = name.matches(".*\\.ya?ml") ? modelOfFile(section) : shippedModel(section, name);
        int sequences = section.integer("max_sequences", model.maxSequences(), 1, 100_000);
        int budget = section.integer("token_budget", model.tokenBudget(), 1, MANY);
        return model.withLimits(sequences, budget);
    }

    private static ModelProfile shippedModel(Section section, String name) {
        return ModelProfiles.find(name).orElseGet(() -> {
            List<String> known =
                    ModelProfiles.all().stream().map(ModelProfile::name).toList();
            section.issue(
                    "model",
                    "no profile is called '" + name + "'." + NearestName.hint(name, known) + " Known: "
                            + String.join(", ", known) + ". A profile of your own is a path that ends in .yaml.");
            return ModelProfiles.all().get(0);
        });
    }

    private ModelProfile modelOfFile(Section section) {
        Path path = paths.file(section, "model");
        if (Files.isRegularFile(path)) {
            try {
                return ModelProfiles.read(path);
            } catch (IllegalArgumentException e) {
                section.issue("model", String.valueOf(e.getMessage()));
            }
        }
        return ModelProfiles.all().get(0);
    }

    private static int lockedClock(Section section, ModelProfile model) {
        int highest = model.maxClockMegahertz();
        if (highest == 0) {
            section.issue(
                    "locked_clock",
                    "cannot be held: no source gives the clocks of "
                            + model.gpu().name() + ". Add max_clock_mhz to the board of a profile of your own.");
            return 0;
        }
        return section.integer("locked_clock", highest, model.minClockMegahertz(), highest);
    }

    private static ServingOptions serving(Section section) {
        ServingOptions defaults = ServingOptions.DEFAULTS;
        return new ServingOptions(
                section.choice("routing", ServingOptions.Routing.class, defaults.routing()),
                defaults.blockTokens(),
                section.flag("prefix_caching", defaults.prefixCaching()),
                section.has("max_model_len") ? section.integer("max_model_len", 1, 1, MANY) : defaults.maxModelTokens(),
                nanosOrNever(section.secondsOrNever("request_timeout", "1ms")),
                nanosOrNever(section.secondsOrNever("client_patience", "1ms")));
    }

    static long nanosOrNever(double seconds) {
        return Double.isInfinite(seconds) ? ServingOptions.NEVER : Math.round(seconds * 1e9);
    }

    private static Autoscaler autoscaler(Section section, Mode mode) {
        Autoscaler autoscaler = new Autoscaler(
                section.flag("enabled", true),
                mode == Mode.REQUESTS
                        ? section.number("target_requests_per_replica", 32, 0.001, 1e9)
                        : section.ratio("target_utilization", "80 %", 0.01, 1),
                section.duration("hpa_sync", "15s", "1s"),
                section.duration("scale_down_stabilization", "5m", "0s"),
                section.duration("keda_polling", "30s", "1s"),
                section.duration("keda_cooldown", "5m", "0s"));
        section.finish();
        return autoscaler;
    }

    private static Scoring scoring(Section section, List<Policy> policies) {
        long bridge = section.duration("bridge", "10s", "0s");
        long ignore = section.duration("ignore", "5s", "0s");
        Optional<String> comparedWith =
                section.has("compare_with") ? Optional.of(section.text("compare_with", null)) : Optional.empty();
        List<String> labels = policies.stream().map(Policy::label).toList();
        if (comparedWith.isPresent() && !labels.contains(comparedWith.get())) {
            section.issue(
                    "compare_with",
                    "no policy of this experiment is labelled '" + comparedWith.get() + "'."
                            + NearestName.hint(comparedWith.get(), labels) + " Known: " + String.join(", ", labels)
                            + ".");
        }
        section.finish();
        return new Scoring(bridge, ignore, comparedWith);
    }

    private static Cap cap(Section section) {
        double watts = section.power("power", null, 1) * section.ratio("share", "1", 0.001, 10);
        List<CapChange> changes = new ArrayList<>();
        if (section.has("schedule")) {
            for (Section change : section.sections("schedule")) {
                long at = change.duration("at", null, "0s");
                double value = capOf(change, watts, "{at: 25m, share: 75 %}");
                if (!changes.isEmpty() && changes.get(changes.size() - 1).atNanos() >= at) {
                    change.issue(
                            "at",
                            "must come after the change before, at "
                                    + Quantity.formatDuration(
                                            changes.get(changes.size() - 1).atNanos()) + ", was "
                                    + Quantity.formatDuration(at) + ". Maybe sort the schedule by time.");
                }
                changes.add(new CapChange(at, value));
                change.finish();
            }
        }
        List<CapEvent> events = new ArrayList<>();
        if (section.has("events")) {
            for (Section event : section.sections("events")) {
                long at = event.duration("at", null, "0s");
                long lasting = event.duration("lasting", null, "1s");
                double value = capOf(event, watts, "{at: 17h, lasting: 2h, share: 75 %}");
                long every = event.has("every") ? event.duration("every", null, "1s") : 0;
                if (every > 0 && every <= lasting) {
                    event.issue(
                            "every",
                            "must be longer than the event lasts (" + Quantity.formatDuration(lasting) + "), was "
                                    + Quantity.formatDuration(every) + ". Maybe you meant 1d.");
                    every = 0;
                }
                events.add(new CapEvent(at, lasting, every, value, event.duration("notice", "0s", "0s")));
                event.finish();
            }
        }
        boolean followsCarbon = section.flag("carbon", false);
        long lead = section.duration("lead", "1m", "0s");
        long contain = section.duration("contain_within", "60s", "1s");
        section.finish();
        return new Cap(watts, changes, events, followsCarbon, lead, contain);
    }

    private static double capOf(Section section, double watts, String example) {
        if (section.has("share") == section.has("power")) {
            section.issue("", "needs either power or share (of cap.power), such as " + example);
        }
        return section.has("share")
                ? watts * section.ratio("share", null, 0.001, 10)
                : section.power("power", "1 W", 1);
    }

    private static Telemetry telemetry(Section section) {
        Exporter kind = section.choice("exporter", Exporter.class, Exporter.KEPLER);
        Source source = section.choice("source", Source.class, kind.source());
        long exporter = section.duration("exporter_interval", Quantity.formatDuration(kind.intervalNanos()), "1ms");
        long scrape = section.duration("scrape_interval", "15s", "1ms");
        long window = section.duration("rate_window", "1m", "1ms");
        if (source == Source.ENERGY_COUNTER && window < 2 * scrape) {
            section.issue(
                    "rate_window",
                    "must be at least twice telemetry.scrape_interval (" + Quantity.formatDuration(scrape)
                            + "), or rate() finds fewer than two samples, was " + Quantity.formatDuration(window)
                            + ". Maybe you meant " + Quantity.formatDuration(4 * scrape) + ".");
        }
        List<Outage> outages = new ArrayList<>();
        if (section.has("outages")) {
            for (Section outage : section.sections("outages")) {
                outages.add(new Outage(outage.duration("from", null, "0s"), outage.duration("lasting", null, "1ms")));
                outage.finish();
            }
        }
        List<Long> restarts = new ArrayList<>();
        if (section.has("exporter_restarts")) {
            for (Section restart : section.sections("exporter_restarts")) {
                restarts.add(restart.duration("at", null, "0s"));
                restart.finish();
            }
        }
        SensorFaults faults = new SensorFaults(
                section.ratio("board_gain", "0", 0, 0.5),
                section.ratio("gauge_noise", "0", 0, 1),
                section.ratio("silent_boards", "0", 0, 1),
                section.ratio("failed_scrapes", "0", 0, 1),
                restarts);
        section.finish();
        return new Telemetry(source, exporter, scrape, window, outages, faults);
    }

    private static Control control(Section section, Telemetry telemetry) {
        // A reading is at best as old as the exporter's refresh and the scrape together; one missed scrape is
        // tolerated.
        long young = telemetry.exporterIntervalNanos() + 3 * telemetry.scrapeIntervalNanos();
        long interval = section.duration("interval", "10s", "1ms");
        long api = section.duration("api_latency", "500ms", "0s");
        long limit = section.duration("gpu_limit_latency", "500ms", "0s");
        // About 200 ms are reported for A100, 50 to 80 ms for H100, second hand.
        long clock = section.duration("clock_latency", "200ms", "0s");
        // Istio waits so long for further changes before it pushes one to its gateways (PILOT_DEBOUNCE_AFTER).
        long concurrency = section.duration("concurrency_latency", "100ms", "0s");
        long admission = section.duration("admission_latency", "100ms", "0s");
        long routing = section.duration("routing_latency", "100ms", "0s");
        Gateways gateways = new Gateways(concurrency, admission, routing, section.ratio("gateway_failures", "0", 0, 1));
        Control control = new Control(
                interval,
                api,
                limit,
                clock,
                section.has("brake_latency") ? section.duration("brake_latency", null, "0s") : clock,
                section.ratio("silent_failures", "0", 0, 1),
                section.has("max_reading_age") ? section.duration("max_reading_age", null, "1ms") : young,
                section.duration("hold", "60s", "0s"),
                section.optionalPower("ramp_per_second"),
                section.duration("stagger", "0s", "0s"),
                gateways);
        section.finish();
        return control;
    }

    private List<Policy> policies(Section root, Mode mode) {
        List<Policy> policies = new ArrayList<>();
        Set<String> labels = new HashSet<>();
        List<Section> sections = new ArrayList<>();
        for (JsonNode item : root.items("policies")) {
            sections.add(root.itemAsSection("policies", sections.size(), item, "name"));
        }
        for (Section section : sections) {
            String name = section.text("name", null);
            String label = section.text("label", name);
            if (!labels.add(label)) {
                section.issue("label", "'" + label + "' is there twice; give one of them another label");
            }
            Map<String, Double> given = new LinkedHashMap<>();
            Section parameters = section.section("parameters");
            for (String parameter : parameters.keys()) {
                int before = issues.size();
                double value = parameters.number(parameter, 0, -Double.MAX_VALUE, Double.MAX_VALUE);
                if (issues.size() == before) {
                    given.put(parameter, value);
                }
            }
            Optional<PolicyFactory> factory = PolicyRegistry.all().stream()
                    .filter(candidate -> candidate.name().equals(name))
                    .findFirst();
            if (factory.isEmpty()) {
                List<String> known =
                        PolicyRegistry.all().stream().map(PolicyFactory::name).toList();
                section.issue(
                        "name",
                        "no policy is called '" + name + "'." + NearestName.hint(name, known) + " Known: "
                                + String.join(", ", known) + ".");
            } else {
                List<ParameterIssue> wrong = PolicyRegistry.check(factory.get(), given);
                if (mode == Mode.POWER && factory.get().needsRequests()) {
                    section.issue(
                            "name",
                            "policy " + name
                                    + " acts through a concurrency limit, an admission share or a routing weight, and mode: power"
                                    + " knows no requests; take another policy, or a request trace");
                }
                wrong.forEach(issue -> parameters.issue(issue.parameter(), issue.message()));
                if (wrong.isEmpty()) {
                    Map<String, Double> all = PolicyRegistry.resolve(factory.get(), given);
                    all.forEach(parameters.resolved()::put);
                    policies.add(new Policy(label, name, all));
                }
            }
            section.finish();
        }
        if (sections.isEmpty()) {
            root.issue("policies", "needs at least one policy, such as [none, replica-cap]");
        }
        return policies;
    }

    private static Output output(Section section) {
        Detail detail = section.has("detail") ? section.choice("detail", Detail.class, Detail.FIRST_REPLICATION) : null;
        Output output = new Output(
                detail,
                section.duration("timeline_step", "5s", "1s"),
                section.integer("requests", 0, 0, Integer.MAX_VALUE));
        section.finish();
        if (output.timelineStepNanos() % 1_000_000_000L != 0) {
            section.issue("timeline_step", "must be whole seconds");
        }
        return output;
    }
}
