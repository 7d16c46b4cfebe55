package dev.capstan.bridge.operator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.capstan.bridge.Mode;
import dev.capstan.bridge.resource.CapResource;
import dev.capstan.bridge.resource.PowerCapStatus;
import dev.capstan.capping.PowerReading;
import dev.capstan.capping.Quality;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class OperatorMetricsTest {

    private static final String ROW = "name=\"row\",namespace=\"shop\"";

    private final AtomicBoolean leads = new AtomicBoolean();
    private final OperatorMetrics metrics = new OperatorMetrics(leads::get);
    private final PlayedSteps played = new PlayedSteps(metrics);

    private void enforced(CapResource cap) {
        played.step(
                cap,
                Mode.ENFORCE,
                4000,
                PowerReading.fresh(4200.5, 2_500_000_000L),
                "over-band",
                List.of(
                        PlayedSteps.asAsked("chat", 6),
                        PlayedSteps.otherwise("code", 2, 3),
                        PlayedSteps.failed("batch", 1)),
                List.of(PlayedSteps.held("chat", 10, 6, 8), PlayedSteps.free("code", 3, 2)),
                new PowerCapStatus.Carbon(123.5, 60L, "played", 42.25),
                Map.of("TelemetryFresh", true, "Conflict", false),
                300_000_000);
    }

    @Test
    void showsOfAStepWhatItSaw() throws IOException {
        enforced(PlayedSteps.powerCap("shop", "row"));

        assertThat(metrics.scrape().lines())
                .contains(
                        "capstan_power_watts{" + ROW + "} 4200.5",
                        "capstan_cap_watts{" + ROW + "} 4000.0",
                        "capstan_headroom_watts{" + ROW + "} -200.5",
                        "capstan_telemetry_age_seconds{" + ROW + "} 2.5",
                        "capstan_telemetry_fresh{" + ROW + "} 1.0",
                        "capstan_target_ceiling_replicas{" + ROW + ",target=\"chat\"} 6.0",
                        "capstan_target_original_replicas{" + ROW + ",target=\"chat\"} 10.0",
                        "capstan_target_ready_replicas{" + ROW + ",target=\"chat\"} 8.0",
                        "capstan_target_ceiling_replicas{" + ROW + ",target=\"code\"} 3.0",
                        "capstan_target_original_replicas{" + ROW + ",target=\"code\"} 3.0",
                        "capstan_carbon_intensity_grams_per_kilowatt_hour{" + ROW + "} 123.5",
                        "capstan_emitted_grams{" + ROW + "} 42.25",
                        "capstan_condition{" + ROW + ",type=\"TelemetryFresh\"} 1.0",
                        "capstan_condition{" + ROW + ",type=\"Conflict\"} 0.0",
                        "capstan_mode{mode=\"Enforce\"," + ROW + "} 1.0",
                        "capstan_mode{mode=\"Recommend\"," + ROW + "} 0.0",
                        "capstan_control_interval_seconds{" + ROW + "} 2.0");
    }

    @Test
    void countsStepsDecisionsAndWrites() throws IOException {
        CapResource cap = PlayedSteps.powerCap("shop", "row");
        enforced(cap);
        enforced(cap);
        recommended(cap, PowerReading.fresh(100, 0));

        assertThat(metrics.scrape().lines())
                .contains(
                        "capstan_steps_total{" + ROW + "} 3.0",
                        "capstan_decisions_total{code=\"over-band\"," + ROW + "} 2.0",
                        "capstan_decisions_total{code=\"in-band\"," + ROW + "} 1.0",
                        "capstan_writes_total{" + ROW + ",result=\"as-asked\"} 2.0",
                        "capstan_writes_total{" + ROW + ",result=\"otherwise\"} 2.0",
                        "capstan_writes_total{" + ROW + ",result=\"failed\"} 2.0",
                        "capstan_step_seconds_bucket{" + ROW + ",le=\"0.01\"} 1",
                        "capstan_step_seconds_bucket{" + ROW + ",le=\"0.25\"} 1",
                        "capstan_step_seconds_bucket{" + ROW + ",le=\"0.5\"} 3",
                        "capstan_step_seconds_count{" + ROW + "} 3",
                        "capstan_step_seconds_sum{" + ROW + "} 0.605",
                        "capstan_step_cpu_seconds_bucket{" + ROW + ",le=\"0.01\"} 1",
                        "capstan_step_cpu_seconds_bucket{" + ROW + ",le=\"0.05\"} 3",
                        "capstan_step_cpu_seconds_sum{" + ROW + "} 0.0605");
    }

    private void recommended(CapResource cap, PowerReading power) {
        played.step(cap, Mode.RECOMMEND, 4000, power, "in-band", List.of(), List.of(), null, Map.of(), 5_000_000);
    }

    @Test
    void tellsTheModeAskedForFromTheModeInEffect() throws IOException {
        recommended(PlayedSteps.powerCap("shop", "row"), PowerReading.fresh(100, 0));

        assertThat(metrics.scrape().lines())
                .contains(
                        "capstan_mode{mode=\"Enforce\"," + ROW + "} 0.0",
                        "capstan_mode{mode=\"Recommend\"," + ROW + "} 1.0",
                        "capstan_mode_asked{mode=\"Enforce\"," + ROW + "} 1.0",
                        "capstan_mode_asked{mode=\"Recommend\"," + ROW + "} 0.0");
    }

    @Test
    void showsNoPowerWhereNoneIsKnown() throws IOException {
        CapResource cap = PlayedSteps.powerCap("shop", "row");
        enforced(cap);
        recommended(cap, new PowerReading(9_000, 90_000_000_000L, Quality.STALE));

        assertThat(metrics.scrape())
                .contains("capstan_telemetry_fresh{" + ROW + "} 0.0", "capstan_telemetry_age_seconds{" + ROW + "} 90.0")
                .doesNotContain("capstan_power_watts{", "capstan_headroom_watts{");

        recommended(cap, PowerReading.absent());

        assertThat(metrics.scrape())
                .contains("capstan_telemetry_fresh{" + ROW + "} 0.0")
                .doesNotContain("capstan_telemetry_age_seconds{");
    }

    @Test
    void showsNoCapWhereNoneIsKnown() throws IOException {
        played.step(
                PlayedSteps.powerCap("shop", "row"),
                Mode.OBSERVE,
                Double.POSITIVE_INFINITY,
                PowerReading.fresh(100, 0),
                "observe",
                List.of(),
                List.of(),
                null,
                Map.of(),
                1);

        assertThat(metrics.scrape())
                .contains("capstan_power_watts{" + ROW + "} 100.0")
                .doesNotContain("capstan_cap_watts{", "capstan_headroom_watts{", "capstan_emitted_grams{");
    }

    @Test
    void seriesOfATargetGoWithIt() throws IOException {
        CapResource cap = PlayedSteps.powerCap("shop", "row");
        enforced(cap);
        assertThat(metrics.scrape()).contains("target=\"chat\"", "target=\"code\"");
        recommended(cap, PowerReading.fresh(100, 0));

        assertThat(metrics.scrape()).doesNotContain("target=\"");
    }

    @Test
    void seriesOfACapGoWithItAndThoseOfOthersStay() throws IOException {
        CapResource row = PlayedSteps.powerCap("shop", "row");
        enforced(row);
        enforced(PlayedSteps.powerCap("lab", "row"));
        enforced(PlayedSteps.clusterPowerCap("row"));
        List<String> before = metrics.scrape().lines().toList();
        metrics.gone(row);
        metrics.gone(row);

        assertThat(metrics.scrape().lines())
                .containsExactlyElementsOf(
                        before.stream().filter(line -> !line.contains(ROW)).toList());
        assertThat(metrics.scrape())
                .contains("capstan_power_watts{name=\"row\",namespace=\"\"} 4200.5")
                .contains("capstan_power_watts{name=\"row\",namespace=\"lab\"} 4200.5");
    }

    @Test
    void ofACapThatGoesOnlyFailuresToRestoreAreShown() throws IOException {
        CapResource row = PlayedSteps.powerCap("shop", "row");
        enforced(row);
        assertThat(metrics.scrape().lines()).contains("capstan_restore_failures_total{" + ROW + "} 0.0");

        metrics.going(row);
        assertThat(metrics.scrape()).doesNotContain(ROW);
        metrics.notRestored(row);
        metrics.notRestored(row);

        assertThat(metrics.scrape().lines())
                .filteredOn(line -> line.contains(ROW))
                .containsExactly("capstan_restore_failures_total{" + ROW + "} 2.0");
        metrics.gone(row);
        assertThat(metrics.scrape()).doesNotContain(ROW);
    }

    @Test
    void valuesOutliveTheCollectorOfGarbage() throws IOException {
        enforced(PlayedSteps.powerCap("shop", "row"));
        List<String> before = metrics.scrape().lines().toList();
        System.gc();

        assertThat(metrics.scrape().lines()).containsExactlyElementsOf(before);
    }

    @Test
    void saysWhetherThisProcessLeads() {
        assertThat(metrics.scrape().lines()).contains("capstan_leader 0.0");
        leads.set(true);
        assertThat(metrics.scrape().lines()).contains("capstan_leader 1.0");
    }

    @Test
    void losesNoStepOfLoopsThatRunAtOnce() throws Exception {
        int loops = 8;
        int steps = 50;
        ExecutorService threads = Executors.newFixedThreadPool(loops);
        try {
            List<Callable<Void>> work = new ArrayList<>();
            for (int i = 0; i < loops; i++) {
                CapResource cap = PlayedSteps.powerCap("shop", "row" + i / 2);
                work.add(() -> {
                    for (int step = 0; step < steps; step++) {
                        enforced(cap);
                        metrics.scrape();
                    }
                    return null;
                });
            }
            for (Future<Void> one : threads.invokeAll(work)) {
                one.get();
            }
        } finally {
            threads.shutdownNow();
        }

        for (int i = 0; i < loops / 2; i++) {
            assertThat(metrics.scrape().lines())
                    .contains("capstan_steps_total{name=\"row" + i + "\",namespace=\"shop\"} 100.0");
        }
    }

    @Test
    void severalListenersHearOfEveryStep() throws IOException {
        OperatorMetrics other = new OperatorMetrics(() -> false);
        StepListener both = StepListeners.of(metrics, other);
        CapResource cap = PlayedSteps.powerCap("shop", "row");
        new PlayedSteps(both)
                .step(cap, Mode.OBSERVE, 1, PowerReading.absent(), "observe", List.of(), List.of(), null, Map.of(), 1);

        assertThat(metrics.scrape()).isEqualTo(other.scrape()).contains("capstan_steps_total{" + ROW + "} 1.0");
        both.gone(cap);
        assertThat(metrics.scrape()).isEqualTo(other.scrape()).doesNotContain(ROW);
    }

    @Test
    void thePageTellsEveryMetricAndNoOther() throws IOException {
        enforced(PlayedSteps.powerCap("shop", "row"));

        assertThat(names("(?m)^\\| `(capstan_[a-z_]+)` \\|", Files.readString(Path.of("../docs/operator/metrics.md"))))
                .isEqualTo(names("(?m)^# TYPE (\\S+)", metrics.scrape()))
                .isNotEmpty();
    }

    private static Set<String> names(String pattern, String text) {
        return Pattern.compile(pattern)
                .matcher(text)
                .results()
                .map(result -> result.group(1))
                .collect(Collectors.toCollection(TreeSet::new));
    }
}
