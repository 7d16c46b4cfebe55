package dev.capstan.bridge.resource;

import java.net.URI;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.jspecify.annotations.Nullable;

/** Prometheus and the queries that it is sent. */
final class MeasurementCheck {

    private static final Pattern OR_VECTOR = Pattern.compile("\\bor\\s+(on\\s*\\([^)]*\\)\\s*)?vector\\s*\\(");
    private static final Pattern AGE_OF_EXPRESSION =
            Pattern.compile("\\btimestamp\\s*\\(\\s*[a-z_]+\\s*(\\(|by\\b|without\\b)");
    private static final Pattern HEADER = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]+");

    private final List<Issue> issues;

    MeasurementCheck(List<Issue> issues) {
        this.issues = issues;
    }

    void check(Measurement measurement, Timers timers) {
        prometheus(measurement.prometheus(), timers);
        boolean custom = measurement.source() == Measurement.Source.CUSTOM;
        custom("query", measurement.query(), custom, true);
        custom("countQuery", measurement.countQuery(), custom, true);
        custom("ageQuery", measurement.ageQuery(), custom, true);
        custom("serviceLabel", measurement.serviceLabel(), custom, false);
        noZeros("query", measurement.query());
        noZeros("countQuery", measurement.countQuery());
        age(measurement.ageQuery());
        if (measurement.signal() == Measurement.Signal.ENERGY
                && DurationText.seconds(measurement.window()) < 2 * DurationText.seconds(timers.scrapeInterval())) {
            add(
                    "window",
                    "is " + measurement.window() + ", shorter than two scrapes of " + timers.scrapeInterval()
                            + ": rate() needs two samples and would often have one. Lengthen it.");
        }
        if (measurement.nodes() != null) {
            try {
                Pattern.compile(measurement.nodes());
            } catch (PatternSyntaxException e) {
                add(
                        "nodes",
                        "must be a regular expression, was \"" + measurement.nodes() + "\": " + e.getDescription()
                                + ".");
            }
            if (custom) {
                add("nodes", "is not for source: custom, whose queries say what they count. Drop it.");
            }
        }
    }

    private void prometheus(Prometheus prometheus, Timers timers) {
        url(prometheus);
        if (prometheus.bearerTokenSecretRef() != null && prometheus.basicSecretRef() != null) {
            add("prometheus", "must have one of bearerTokenSecretRef and basicSecretRef, has both. Drop one.");
        }
        for (String name : prometheus.headers().keySet().stream().sorted().toList()) {
            String path = "prometheus.headers." + name;
            if (!HEADER.matcher(name).matches()) {
                add(path, "is no name of a header: letters, digits and - are allowed.");
            }
            if (List.of("authorization", "cookie").contains(name.toLowerCase(Locale.ROOT))) {
                add(path, "would be a secret that everybody can read. Use bearerTokenSecretRef or basicSecretRef.");
            }
            String value = prometheus.headers().get(name);
            if (value != null && value.chars().anyMatch(c -> c < ' ')) {
                add(path, "must not have line ends in its value.");
            }
        }
        double timeout = DurationText.seconds(prometheus.timeout());
        if (!(timeout > 0) || timeout >= DurationText.seconds(timers.controlInterval()) / 2) {
            add(
                    "prometheus.timeout",
                    "must be above 0s and below half of controlInterval " + timers.controlInterval() + ", was "
                            + prometheus.timeout() + ": a late answer must not delay the next decision.");
        }
    }

    private void url(Prometheus prometheus) {
        String url = prometheus.url();
        String path = "prometheus.url";
        try {
            URI uri = URI.create(url);
            if (uri.getHost() == null) {
                add(path, "must name a host, such as http://prometheus.monitoring:9090, was \"" + url + "\".");
            }
            if (uri.getUserInfo() != null) {
                add(path, "must not hold a login, which everybody could read. Use basicSecretRef.");
            }
            if (uri.getQuery() != null || uri.getFragment() != null) {
                add(path, "must end with its path, without ? or #, was \"" + url + "\".");
            }
        } catch (IllegalArgumentException e) {
            add(path, "must be an address such as http://prometheus.monitoring:9090, was \"" + url + "\".");
        }
        if (prometheus.tls() != null && url.startsWith("http:")) {
            add("prometheus.tls", "has no effect on an address of http. Use https, or drop tls.");
        }
    }

    private void custom(String name, @Nullable String value, boolean custom, boolean required) {
        if (custom && required && value == null) {
            add(name, "is missing, and source: custom needs it.");
        } else if (!custom && value != null) {
            add(name, "is for source: custom only. Drop it, or change the source.");
        }
    }

    private void noZeros(String name, @Nullable String query) {
        if (query != null && OR_VECTOR.matcher(query).find()) {
            add(name, "must not hold \"or vector(\": without data it would read as 0 W, not as unknown. Drop it.");
        }
    }

    private void age(@Nullable String query) {
        if (query == null) {
            return;
        }
        if (!query.contains("timestamp(") && !query.contains("timestamp (")) {
            add(
                    "ageQuery",
                    "must ask timestamp() of a plain selector, such as max(time() - timestamp(my_watts)), was \""
                            + query + "\".");
        } else if (AGE_OF_EXPRESSION.matcher(query).find()) {
            add(
                    "ageQuery",
                    "must ask timestamp() of a plain selector: of an expression it is the time of the query, so that"
                            + " the age is 0 for ever. Write max(time() - timestamp(my_watts)), was \"" + query
                            + "\".");
        }
        noZeros("ageQuery", query);
    }

    private void add(String name, String message) {
        issues.add(new Issue("spec.measurement." + name, message));
    }
}
