package dev.capstan.bridge.prometheus;

import java.util.List;

/**
 * What a Prometheus answers to a query over a range.
 *
 * @param series in order of their labels; none means unknown, never 0
 * @param warnings of the server beside the series
 */
public record PrometheusAnswer(List<PrometheusSeries> series, List<String> warnings) {

    public PrometheusAnswer {
        series = List.copyOf(series);
        warnings = List.copyOf(warnings);
    }
}
