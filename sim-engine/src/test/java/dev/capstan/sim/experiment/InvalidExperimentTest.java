package dev.capstan.sim.experiment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class InvalidExperimentTest {

    private final ExperimentFolder folder = new ExperimentFolder();

    /** Each row: what is set on an experiment that is sound, where the issue is, and words that it must have. */
    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "control.intervall=5s | control.intervall | unknown key. Maybe you meant interval. Known here: interval, api_latency",
                "sevices=[] | sevices | Maybe you meant services.",
                "control.interval=5 | control.interval | '5' is not a duration: expected a number and a unit (ns, us, ms, s, m, min, h, d, w). Maybe you meant 5s.",
                "control.interval=0s | control.interval | must be at least 1ms, was 0s",
                "control.interval=-5s | control.interval | must be at least 1ms, was -5s",
                "control.interval=[5s] | control.interval | expected a duration such as 15s, found a list",
                "duration=30000d | duration | must be at most 1000d, was 30000d",
                "duration=.inf | --set duration | the value is not YAML: Malformed numeric value '.inf'",
                "cap.power=20 kV | cap.power | '20 kV' is not a power: expected a number and a unit (mW, W, kW, MW). Maybe you meant 20 kW.",
                "cap.power=-5 kW | cap.power | must be at least 1 W, was -5 kW",
                "cap.power= | cap.power | is missing; expected a power such as 20 kW",
                "cap=8 kW | cap | expected a mapping of keys to values, found '8 kW'",
                "cap=[8 kW] | cap | expected a mapping of keys to values, found a list",
                "budgets=[{name: a, power: 8 kW, services: [chta]}] | budgets[0].services | no service is called 'chta'. Maybe you meant chat.",
                "budgets=[{name: a, power: 8 kW, services: [chat, chat]}] | budgets[0].services | 'chat' is there twice",
                "budgets=[{name: a, power: 8 kW}] | budgets[0].services | is missing; expected text",
                "budgets=[{name: a, power: 0 kW, services: [chat]}] | budgets[0].power | must be at least 1 W, was 0 kW",
                "budgets=[{name: a, power: 8 kW, services: chat, reserved: {code: 1 kW}}] | budgets[0].reserved.code | is no service of this budget.",
                "budgets=[{name: a, power: 8 kW, services: chat, reserved: {chat: 9 kW}}] | budgets[0].reserved | adds up to 9000 W, more than the 8000 W of the budget (power)",
                "cap.schedule=5m | cap.schedule | expected a list, found '5m'",
                "cap.schedule=[{at: 5m}] | cap.schedule[0] | needs either power or share (of cap.power), such as {at: 25m, share: 75 %}",
                "cap.schedule=[{at: 5m, power: 7 kW}, {at: 4m, power: 6 kW}] | cap.schedule[1].at | must come after the change before, at 5m, was 4m. Maybe sort",
                "workload.trace=nowhere.csv | workload.trace | there is no file nowhere.csv. Paths in an experiment are relative to its folder, paths in --set to the working directory.",
                "workload.trace= | workload | needs a request trace (trace) or what to generate one from (generate)",
                "workload.trace=\"\" | workload.trace | must not be empty",
                "workload.trace=\"a\\0b\" | workload.trace | is not a path",
                "workload={} | workload | needs a request trace (trace) or what to generate one from (generate)",
                "workload.scale=0 | workload.scale | must lie between 0.000001 and 1000000, was 0",
                "workload.scale=many | workload.scale | expected a number without a unit, found 'many'",
                "workload.scale=1e999 | workload.scale | must lie between 0.000001 and 1000000",
                "workload.format=azure | workload.format | must be one of azure-llm-csv, capstan-csv, capstan-parquet, burstgpt-csv,",
                "workload.format=generic-csv | workload.columns.arrival | is missing; expected text",
                "workload.columns={arrival: at} | workload.columns | are for formats whose columns are stated. Maybe add format: generic-csv,",
                "workload.select={servise: chat} | workload.select.servise | unknown key. Maybe you meant service. Known here: model, service, priority, session, slo_class",
                "workload.select={priority: 1} | workload.select.priority | expected text, found '1'. Maybe it needs quotes.",
                "workload.select={service: [a, 2]} | workload.select.service[1] | expected text, found '2'. Maybe it needs quotes.",
                "workload.select={service: []} | workload.select.service | needs at least one text",
                "workload.sort=please | workload.sort | expected true or false, found 'please'",
                "workload={servegen: {folder: clients}, scale: 2} | workload.scale | is not for ServeGen, which is thinned by clients. Maybe set servegen.rate.",
                "workload={servegen: {folder: nowhere}} | workload.servegen.folder | there is no folder nowhere.",
                "workload={servegen: {folder: /experiments/clients}} | duration | is needed where requests or power are generated, such as 1h",
                "workload={generate: {disturbance: {shape: stap}}} | workload.generate.disturbance.shape | must be one of step, ramp, burst, square, was 'stap'. Maybe you meant step.",
                "workload={generate: {disturbance: {base: 2 kW}}} | workload.generate.disturbance.base | expected a number without a unit, found '2 kW'",
                "workload={generate: {disturbance: {base: 2}}} | workload.generate.disturbance.peak | is missing; expected requests/s, such as 5",
                "workload={generate: {disturbance: {shape: ramp}}} | workload.generate.disturbance.lasting | is missing; expected a duration such as 15s",
                "workload={generate: {disturbance: {shape: step, lasting: 1s}}} | workload.generate.disturbance.lasting | is not for a step, which stays. Maybe shape: burst.",
                "workload={generate: {disturbance: {}, rate_profile: /experiments/rates.csv}} | workload.generate.disturbance | stands in place of rate_profile. Maybe remove one of the two.",
                "workload={generate: {arrival_law: normal}} | workload.generate.arrival_law | must be one of gamma, weibull, was 'normal'.",
                "carbon={trace: /experiments/carbon.csv, signal: mean} | carbon.signal | must be one of average, marginal, was 'mean'.",
                "carbon={trace: /experiments/carbon.csv, forecast: true} | carbon.forecast | of NESO is of signal average and scope direct; set these too",
                "carbon={trace: /experiments/carbon.csv, budget: 5 kg} | carbon.budget | '5 kg' is not a rate of emission: expected a number and a unit (g/h, kg/h, t/h). Maybe you meant 5 kg/h.",
                "carbon={trace: /experiments/carbon.csv, seen: {forecast: persistent}} | carbon.seen.forecast | must be one of none, perfect, persistence, published, was 'persistent'. Maybe you meant persistence.",
                "carbon={trace: /experiments/carbon.csv, seen: {forecast: published}} | carbon.seen.forecast | is published beside the actual values only by NESO, of signal average and scope direct; set these",
                "cap.carbon=true | cap.carbon | needs a budget to follow: carbon.budget, such as 5 kg/h, and carbon.trace",
                "cap.events=[{at: 1m, lasting: 1h}] | cap.events[0] | needs either power or share (of cap.power), such as {at: 17h, lasting: 2h, share: 75 %}",
                "cap.events=[{at: 1m, lasting: 1h, share: 0.5, every: 1h}] | cap.events[0].every | must be longer than the event lasts (1h), was 1h. Maybe you meant 1d.",
                "carbon={trace: /experiments/carbon.csv, columns: {unit: t/MWh}} | carbon.columns.unit | must be one of g/kWh, kg/MWh, lbs/MWh, was 't/MWh'.",
                "carbon={trace: /experiments/carbon.csv, columns: {time_zone: CEST2}} | carbon.columns.time_zone | there is no time zone 'CEST2'. Maybe UTC, Europe/Berlin or +02:00.",
                "price={trace: nowhere.csv} | price.trace | there is no file nowhere.csv.",
                "price={trace: /experiments/prices.csv, columns: {time: t, value: v, currency: euro, zone: DE}} | price.columns | currency must be three capital letters of ISO 4217, is 'euro'. Maybe EUR.",
                "services= | services | needs at least one service",
                "services={name: chat} | services | expected a list, found a mapping",
                "services[0].name=5 | services[0].name | expected text, found '5'. Maybe it needs quotes.",
                "services[0].model=llama-3.1-8b-h10 | services[0].model | no profile is called 'llama-3.1-8b-h10'. Maybe you meant llama-3.1-8b-h100. Known: llama-3.1-8b-h100,",
                "services[0].replicas={min: 3, max: 2} | services[0].replicas | needs min <= initial <= max, was min 3, initial 3, max 2",
                "services[0].replicas.max=9 | services | need 9 GPUs, the cluster has 8 (servers x gpus_per_server). Maybe you meant 2 servers.",
                "services[0].replicas.max=2.5 | services[0].replicas.max | expected a whole number, found '2.5'",
                "services[0].replicas.max=99999999999999999999 | services[0].replicas.max | expected a whole number, found '99999999999999999999'",
                "services[0].adjust.gama=2 | services[0].adjust.gama | unknown key. Maybe you meant gamma. Known here: startup_gpu, kappa_decode_from,",
                "services[0].adjust.gamma=20 | services[0].adjust.gamma | must lie between 0.5 and 10, was 20",
                "services[0].adjust.kappa_decode_from=0.95 | services[0].adjust.kappa_decode_from | must not exceed kappa_decode_to (0.9), was 0.95",
                "services[0].adjust.idle_gpu=800 W | services[0].adjust.idle_gpu | must not exceed the board's limit of 700 W",
                "services[0].adjust.lag=2m | services[0].adjust.lag | must be at most 1m, was 2m",
                "services[0].adjust.step_time=2.5 % | services[0].adjust.step_time | expected a number without a unit, found '2.5 %'",
                "services[0].adjust.startup_gpu=-1 W | services[0].adjust.startup_gpu | must be at least 0 W, was -1 W",
                "services[0].startup_jitter=95 % | services[0].startup_jitter | must lie between 0 and 0.9, was 95 %",
                "services[0].locked_clock=1981 | services[0].locked_clock | must lie between 198 and 1980, was 1981",
                "services[0].locked_clock=197 | services[0].locked_clock | must lie between 198 and 1980, was 197",
                "services[0]={name: chat, model: llama-3.1-70b-b200x2, locked_clock: 1000} | services[0].locked_clock | cannot be held: no source gives the clocks of B200.",
                "routes=[{name: a, pools: [{service: chta}]}] | routes[0].pools[0].service | no service is called 'chta'. Maybe you meant chat.",
                "routes=[{name: a, pools: []}] | routes[0].pools | need at least one with a weight above 0, such as [{service: chat-h100}]",
                "routes=[{name: a, pools: [{service: chat, weight: 0}]}] | routes[0].pools | need at least one with a weight above 0",
                "routes=[{name: a, pools: [{service: chat, weight: 2}]}] | routes[0].pools[0].weight | must lie between 0 and 1, was 2",
                "routes=[{name: a, pools: [{service: chat}, {service: chat}]}] | routes[0].pools[1].service | 'chat' is a pool already; a service has one stream",
                "routes=[{name: a, choice: random, pools: [{service: chat}]}] | routes[0].choice | must be one of weighted, least-outstanding, was 'random'",
                "control.silent_failures=1.5 | control.silent_failures | must lie between 0 and 1, was 1.5",
                "control.gateway_failures=-1 % | control.gateway_failures | must lie between 0 and 1, was -1 %",
                "services[0].autoscaler.enabled=yes please | services[0].autoscaler.enabled | expected true or false, found 'yes please'",
                "cluster.gpus_per_server=0 | cluster.gpus_per_server | must lie between 1 and 64, was 0",
                "cluster.pue=1.2 % | cluster.pue | expected a number without a unit, found '1.2 %'",
                "cluster.breaker={rating: 9 kW, reset_after: 0s} | cluster.breaker.reset_after | must be at least 1s, was 0s",
                "cluster.breaker={rating: 9 kW, cooling: 600} | cluster.breaker.cooling | Maybe you meant 600s.",
                "cluster.domains=[{name: a, parent: b}] | cluster.domains[0] | the first domain is the root: it has no parent, and its limit is the cap",
                "cluster.domains=[{name: a, servers: 1}, {name: b, parent: c}] | cluster.domains[1].parent | must name a domain above in the list (a), was 'c'",
                "cluster.domains=[{name: a, servers: 1}, {name: a, parent: a}] | cluster.domains[1].name | 'a' is there twice",
                "telemetry.source=energycounter | telemetry.source | must be one of energy-counter, power-gauge, was 'energycounter'. Maybe you meant energy-counter.",
                "telemetry.rate_window=20s | telemetry.rate_window | must be at least twice telemetry.scrape_interval (15s), or rate() finds fewer than two samples, was 20s. Maybe you meant 1m.",
                "cluster.failures=[{at: 5m, domain: rak}] | cluster.failures[0].domain | must name a power domain (site), was 'rak'",
                "cluster.failures=[{at: 5m, servers: 1, gpus: 2}] | cluster.failures[0] | needs either servers or gpus, such as {at: 5m, gpus: 2}",
                "cluster.failures=[{at: 5m}, {at: 6m, gpus: 0}] | cluster.failures[1].gpus | must lie between 1 and 1000000, was 0",
                "cluster.failures=[{at: 5m, gpu: 1}] | cluster.failures[0].gpu | unknown key. Maybe you meant gpus. Known here: domain, gpus, at, lasting, servers.",
                "cluster.gpu_mtbf=often | cluster.gpu_mtbf | 'often' is not a duration",
                "cluster.gpu_mtbf=0s | cluster.gpu_mtbf | must be at least 1s, was 0s",
                "cluster.gpu_repair=0s | cluster.gpu_repair | must be at least 1s, was 0s",
                "telemetry.outages=[{from: 5m}] | telemetry.outages[0].lasting | is missing; expected a duration such as 15s",
                "policies= | policies | needs at least one policy, such as [none, replica-cap]",
                "policies=[replicacap] | policies[0].name | no policy is called 'replicacap'. Maybe you meant replica-cap. Known:",
                "policies=[none, none] | policies[1].label | 'none' is there twice; give one of them another label",
                "policies=[{name: replica-cap, parameters: {thet: 1}}] | policies[0].parameters.thet | has no such parameter. It has reserve_watts, margin, theta",
                "policies=[{name: replica-cap, parameters: {theta: 2}}] | policies[0].parameters.theta | must be from 0.01 to 1.0 ratio, was 2.0",
                "policies=[{name: replica-cap, parameters: {theta: high}}] | policies[0].parameters.theta | expected a number without a unit, found 'high'",
                "output.detail=some | output.detail | must be one of all, first-replication, none, was 'some'",
                "output.timeline_step=1500ms | output.timeline_step | must be whole seconds",
                "services[0].autoscaler={target_utilization: 70 %} | services[0].autoscaler.target_utilization | unknown key. Known here: enabled, target_requests_per_replica,",
                "axes=5s | axes | expected a mapping of dotted paths to lists of values, such as {control.interval: [5s, 10s]}",
                "axes.control.interval=5s | axes.control.interval | expected a list of at least one value, such as [5s, 10s]",
                "axes.control.interval=[] | axes.control.interval | expected a list of at least one value",
                "axes.control.interval=[5s, 10s, 5s] | axes.control.interval | holds the value '5s' twice",
                "axes.control.interval=[5s, 10] | axes.control.interval[1] | makes control.interval: '10' is not a duration",
                "axes.control.intervall=[5s, 10s] | axes.control.intervall[0] | makes control.intervall: unknown key. Maybe you meant interval.",
                "axes.services.replicas.max=[2] | axes.services.replicas.max[0] | needs an index where 'replicas' stands. Maybe you meant services[0].replicas.max",
                "axes.load={busy: 5s} | axes.load.busy | expected a mapping of dotted paths to values, such as {control.interval: 60s}, or nothing, was '5s'",
                "axes.load={busy: {seed: 2}} | axes.load | cannot set 'seed': all points of a sweep share it",
                "axes.load={calm: {}, busy: {control.intervall: 5s}} | axes.load[1] | makes control.intervall: unknown key. Maybe you meant interval.",
                "axes.load={} | axes.load | or a mapping of names to what each sets",
                "axes.control.interval={from: 5s} | axes.control.interval.to | is missing; expected a number, with its unit where it has one",
                "axes.control.interval={from: 5s, too: 60s} | axes.control.interval.too | unknown key. Maybe you meant to. Known here: from, to, steps, scale, whole.",
                "axes.control.interval={from: 5s, to: soon, steps: 3} | axes.control.interval.to | 'soon' is not a number, with its unit where it has one",
                "axes.control.interval={from: 5s, to: 60, steps: 3} | axes.control.interval.to | must be a duration as from is, was a number",
                "axes.control.interval={from: 60s, to: 5s, steps: 3} | axes.control.interval.to | must be above from, 60s, was 5s",
                "axes.control.interval={from: 5s, to: 60s, steps: 1} | axes.control.interval.steps | must lie between 2 and 1000, was 1",
                "axes.control.interval={from: 5s, to: 60s, steps: 3, scale: ln} | axes.control.interval.scale | must be one of linear, log, was 'ln'",
                "axes.control.hold={from: 0s, to: 60s, steps: 3, scale: log} | axes.control.hold.from | must be above 0 with scale: log, was 0s",
                "axes.services[0].replicas.max={from: 1.5, to: 4, steps: 3, whole: true} | axes.services[0].replicas.max.whole | needs ends that are whole numbers, were 1.5 and 4",
                "axes.control.interval={from: 5 kW, to: 8 kW, steps: 2} | axes.control.interval[0] | makes control.interval: '5 kW' is not a duration",
                "axes.control.interval={from: 5s, busy: {}} | axes.control.interval.from | expected a mapping of dotted paths to values",
                "pairs=[control.interval, control.hold] | pairs | expected a list of groups of two axes or more, such as [[control.interval, telemetry.scrape_interval]]",
                "pairs=[[control.interval]] | pairs | expected a list of groups of two axes or more",
                "pairs=[[control.interval, control.hold]] | pairs[0][0] | no axis is called 'control.interval'.",
                "where=[control.interval] | where[0] | column 17: expected one of == != <= >= < >, found the end (control.interval)",
                "where=[control.interval > 5s, 5] | where[1] | expected text, found '5'",
                "where={a: b} | where | expected text, found a mapping",
                "axes.where=[a] | axes.where | cannot be an axis: all points of a sweep share it",
                "design=sobol | design | expected a mapping of keys to values, found 'sobol'",
                "design={points: 5} | design.kind | is missing; expected one of sobol, latin-hypercube, saltelli",
                "design={kind: sobal, points: 5} | design.kind | must be one of sobol, latin-hypercube, saltelli, was 'sobal'. Maybe you meant sobol.",
                "design={kind: sobol} | design.points | is missing; expected how many points, such as 64",
                "design={kind: sobol, points: 0} | design.points | must lie between 1 and 10000, was 0",
                "axes={design.points: [1, 2]} | axes.design.points | cannot be an axis: all points of a sweep share it",
                "scoring.compare_with=nobody | scoring.compare_with | no policy of this experiment is labelled 'nobody'.",
                "cluster.breaker={rating: 9 kW, share: 110 %} | cluster.breaker | needs either rating or share (of cap.power)",
                "axes.seed=[1, 2] | axes.seed | cannot be an axis: all points of a sweep share it",
                "control.interval | --set control.interval | must be dotted.path=value, such as control.interval=5s",
                "=5s | --set =5s | must be dotted.path=value",
                "a..b=5s | --set a..b | is not a dotted path such as control.interval or services[0].replicas.max",
                "cap.power.watts=5 | --set cap.power.watts | leads through cap.power, which is the value '8 kW' and holds no 'watts'",
                "policies[0].parameters.theta=1 | --set policies[0].parameters.theta | leads through policies[0], which is the value 'none'",
                "policies.parameters=1 | --set policies.parameters | needs an index where 'parameters' stands. Maybe you meant policies[0].parameters",
                "policies[3]=none | --set policies[3] | index 3 is outside the list, which goes from 0 to 0",
                "cap.power={ | --set cap.power | the value is not YAML: while parsing a flow node, ",
                "cap.power=*x | --set cap.power | aliases such as *x are not supported. Maybe write the value out.",
            })
    void saysWhereWhatAndWhatToTry(String set, String path, String words) {
        InvalidExperimentException invalid = invalid(SOUND, set);

        assertThat(invalid.issues()).anySatisfy(issue -> {
            assertThat(issue.path()).isEqualTo(path);
            assertThat(issue.message()).contains(words);
        });
        assertThat(invalid).hasMessageStartingWith("/experiments/try.yaml: ");
    }

    /** As above, in power mode. */
    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "format: ptdaemon | workload.format | must be one of nvidia-smi-csv, dcgm-dmon, exporter-text, prometheus-json, generic-power-csv, generic-power-parquet, was 'ptdaemon'.",
                "format: nvidia-smi-csv | workload.time_zone | is missing; expected text",
                "format: dcgm-dmon | workload.interval | is missing; expected a duration such as 15s",
                "format: prometheus-json, metric: m | workload.unit | is missing; expected one of mW, W, kW, MW",
                "interval: 1s | workload.interval | unknown key. Known here: trace, generate, format, columns, series, gaps,",
                "columns: {time_unit: min} | workload.columns.time_unit | must be one of s, ms, us, ns, iso8601, was 'min'.",
                "columns: {power_unit: kWh} | workload.columns.power_unit | must be one of mW, W, kW, MW, was 'kWh'.",
                "columns: {power: [a, b], series: c} | workload.columns.power | must be one column where series names the meter of a row, was [a, b]",
                "columns: {power: []} | workload.columns.power | needs at least one text",
                "series: [a, 1] | workload.series[1] | expected text, found '1'. Maybe it needs quotes.",
                "gaps: fill | workload.gaps | must be one of refuse, hold, was 'fill'.",
            })
    void saysTheSameOfPower(String keys, String path, String words) {
        InvalidExperimentException invalid =
                invalid(SOUND, "mode=power", "workload={trace: /experiments/power.csv, " + keys + "}");

        assertThat(invalid.issues()).anySatisfy(issue -> {
            assertThat(issue.path()).isEqualTo(path);
            assertThat(issue.message()).contains(words);
        });
    }

    @Test
    void refusesAPolicyThatNeedsRequestsWhereThereAreNone() {
        InvalidExperimentException invalid = invalid(
                SOUND,
                "mode=power",
                "duration=1h",
                "workload={generate: {disturbance: {shape: step, base: 1 kW, peak: 2 kW, at: 10m}}}",
                "policies=[none, concurrency-limit]");

        assertThat(invalid.issues())
                .containsExactly(new Issue(
                        "policies[1].name",
                        "policy concurrency-limit acts through a concurrency limit, an admission share or a routing weight, and mode: power"
                                + " knows no requests; take another policy, or a request trace"));
    }

    @Test
    void refusesRoutesWithoutRequestsAndPoolsWithTwoStreams() {
        InvalidExperimentException invalid = invalid(
                WorkloadKeysTest.ROUTES,
                "mode=power",
                "routes[0].workload={trace: /experiments/power.csv, series: a}",
                "services[0].workload={trace: /experiments/power.csv, series: a}");

        assertThat(invalid.issues())
                .containsExactly(
                        new Issue(
                                "routes",
                                "need requests to share out, and mode: power knows none; take a request trace"),
                        new Issue("services[0].workload", "stands at the route of which new is a pool, or at the top"));
    }

    @Test
    void refusesADisturbanceBeyondTheEndOfTheRun() {
        InvalidExperimentException invalid = invalid(
                SOUND,
                "mode=power",
                "warmup=1m",
                "duration=9m",
                "workload={generate: {disturbance: {shape: step, base: 1 kW, peak: 2 kW, at: 10m}}}");

        assertThat(invalid.issues())
                .containsExactly(new Issue(
                        "workload.generate.disturbance.at", "must come before the end of the run at 10m, was 10m"));
    }

    @Test
    void reportsAllIssuesAtOnce() {
        InvalidExperimentException invalid = invalid("""
                nme: several
                workload: {trace: nowhere.csv}
                services:
                  - {name: chat, model: llama, replicas: {min: 2, max: 1}}
                cap: {power: 20 kV}
                control: {interval: 5}
                policies: [non]
                """, "telemetry");

        assertThat(invalid.issues())
                .extracting(Issue::path)
                .containsExactly(
                        "--set telemetry",
                        "cap.power",
                        "workload.trace",
                        "services[0].model",
                        "services[0].replicas",
                        "control.interval",
                        "policies[0].name",
                        "nme");
        assertThat(invalid.getMessage()).contains("8 issues").hasLineCount(9);
    }

    @Test
    void reportsAnIssueOfAllValuesOfAnAxisOnce() {
        assertThat(invalid(SOUND, "axes.control.intervall=[5s, 10s, 15s]").issues())
                .hasSize(1);
    }

    @Test
    void refusesAxesThatCannotMoveTogether() {
        String axes = "axes={control.interval: [5s, 10s], control.hold: [1m, 2m, 3m], cap.share: [80 %, 90 %]}";

        assertThat(invalid(SOUND, axes, "pairs=[[control.interval, control.hold]]")
                        .issues())
                .containsExactly(new Issue(
                        "pairs[0]",
                        "needs axes with the same number of values: control.interval has 2, control.hold has 3"));
        assertThat(invalid(SOUND, axes, "pairs=[[control.interval, cap.shar]]").issues())
                .containsExactly(new Issue(
                        "pairs[0][1]",
                        "no axis is called 'cap.shar'. Maybe you meant cap.share. Known: control.interval,"
                                + " control.hold, cap.share."));
        assertThat(invalid(SOUND, axes, "pairs=[[control.interval, cap.share], [control.hold, cap.share]]")
                        .issues())
                .contains(new Issue("pairs[1][1]", "'cap.share' moves together with others already; name it once"));
    }

    /** The base has a window of 1 min, which the second place of the pair does not keep to either. */
    @Test
    void triesTheValuesOfAPairTogether() {
        String axes = "axes={telemetry.scrape_interval: [60s, 61s], telemetry.rate_window: [2m, 1m]}";

        assertThat(invalid(SOUND, axes, "pairs=[[telemetry.scrape_interval, telemetry.rate_window]]")
                        .issues())
                .singleElement()
                .satisfies(issue -> {
                    assertThat(issue.path())
                            .isEqualTo("axes.telemetry.scrape_interval[1] with axes.telemetry.rate_window[1]");
                    assertThat(issue.message()).startsWith("makes telemetry.rate_window: ");
                });
    }

    @Test
    void refusesAKeyThatIsThereTwice() {
        assertThat(only("cap: {power: 8 kW}\ncap: {power: 9 kW}\n")).contains("line 2", "Duplicate", "'cap'");
    }

    @Test
    void refusesTwoDocuments() {
        assertThat(only("name: a\n---\nname: b\n")).contains("line 3", "more than one document");
    }

    @Test
    void refusesAnEmptyFileAndOneOfCommentsAlone() {
        for (String nothing : List.of("", "# nothing\n", "---\n", "null\n")) {
            assertThat(only(nothing)).contains("is empty", "traces-sample/experiments");
        }
    }

    @Test
    void refusesAListOrAValueWhereAMappingIsExpected() {
        assertThat(only("- none\n")).contains("is no mapping of keys to values");
        assertThat(only("none\n")).contains("is no mapping of keys to values");
    }

    @Test
    void refusesAliases() {
        assertThat(only("a: &x {b: 1}\nc: *x\n")).contains("line 2", "aliases such as *x are not supported");
    }

    @Test
    void refusesTextThatIsNotYaml() {
        assertThat(only("cap: {power: 8 kW\n")).contains("is not YAML that can be read (line ");
    }

    @Test
    void refusesAMissingFile() {
        InvalidExperimentException invalid = catchThrowableOfType(
                InvalidExperimentException.class,
                () -> ExperimentFile.read(folder.path("/experiments/nowhere.yaml"), List.of()));

        assertThat(invalid).hasMessageContaining("nowhere.yaml: 1 issue").hasMessageContaining("does not exist");
    }

    @Test
    void refusesBytesThatAreNotUtf8() throws IOException {
        var file = folder.write("try.yaml", "");
        Files.write(file, new byte[] {'n', 'a', 'm', 'e', ':', ' ', (byte) 0xff, '\n'});

        InvalidExperimentException invalid =
                catchThrowableOfType(InvalidExperimentException.class, () -> ExperimentFile.read(file, List.of()));

        assertThat(invalid).hasMessageContaining("is not text in UTF-8");
    }

    private String only(String yaml) {
        List<Issue> issues = invalid(yaml).issues();
        assertThat(issues).hasSize(1);
        return issues.get(0).message();
    }

    private InvalidExperimentException invalid(String yaml, String... sets) {
        InvalidExperimentException invalid =
                catchThrowableOfType(InvalidExperimentException.class, () -> folder.read(yaml, sets));
        assertThat(invalid).as("the experiment was taken as sound").isNotNull();
        return invalid;
    }

    private static final String SOUND = ExperimentFolder.LEAST;
}
