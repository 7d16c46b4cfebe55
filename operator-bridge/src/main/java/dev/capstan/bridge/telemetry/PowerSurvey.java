package dev.capstan.bridge.telemetry;

import dev.capstan.bridge.prometheus.PrometheusClient;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;

/**
 * What a Prometheus knows of power, whatever the pods.
 *
 * @param exporters those that answer
 * @param remarks what else is worth knowing of the answers, in sentences
 */
public record PowerSurvey(List<Exporter> exporters, List<String> remarks) {

    /**
     * An exporter that answers.
     *
     * @param source as a PowerCap names it
     * @param unit what is counted, in words
     * @param units how many there are
     * @param ofPods how many of them name their pod
     * @param oldestSeconds age of the oldest of their samples
     * @param matched which metrics and labels they have, in words
     */
    public record Exporter(String source, String unit, int units, int ofPods, double oldestSeconds, String matched) {}

    /**
     * Asks for all that the sources {@code dcgm} and {@code kepler} read.
     *
     * @param now the instant of all queries
     * @throws IOException if the Prometheus does not answer a query, or not as it should; says which one
     */
    public static PowerSurvey of(PrometheusClient client, Instant now) throws IOException {
        Asker asker = new Asker(client, now);
        DcgmMeter dcgm = new DcgmMeter(new PowerMetrics.Dcgm(null, null), TelemetrySettings.HIGHEST_BOARD_WATTS);
        KeplerMeter kepler = new KeplerMeter(
                new PowerMetrics.Kepler(false, Duration.ofMinutes(1), false, null),
                TelemetrySettings.HIGHEST_BOARD_WATTS);
        List<Draw> boards = dcgm.all(asker);
        List<Draw> pods = kepler.all(asker);
        return new PowerSurvey(
                Stream.of(exporter("dcgm", dcgm, boards), exporter("kepler", kepler, pods))
                        .filter(one -> one.units() > 0)
                        .toList(),
                List.copyOf(asker.remarks()));
    }

    private static Exporter exporter(String source, Meter meter, List<Draw> draws) {
        return new Exporter(
                source,
                meter.unit(),
                Tally.units(draws),
                Tally.units(draws.stream().filter(one -> !one.pod().isEmpty()).toList()),
                draws.stream().mapToDouble(Draw::ageSeconds).max().orElse(Double.NaN),
                meter.matched());
    }
}
