package dev.capstan.bridge.telemetry;

import dev.capstan.bridge.prometheus.InstantAnswer;
import dev.capstan.bridge.prometheus.InstantSample;
import dev.capstan.bridge.prometheus.PrometheusClient;
import dev.capstan.bridge.prometheus.PrometheusException;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Asks all queries of one cycle for the same instant, and keeps what there is to remark on the answers. */
final class Asker {

    private static final Duration NOTABLE_SKEW = Duration.ofSeconds(1);

    private final PrometheusClient client;
    private final Instant time;
    private final List<String> remarks = new ArrayList<>();
    private boolean warned;
    private boolean skewed;

    Asker(PrometheusClient client, Instant time) {
        this.client = client;
        this.time = time;
    }

    List<InstantSample> ask(String query) throws IOException {
        InstantAnswer answer;
        try {
            answer = client.query(query, time);
        } catch (PrometheusException e) {
            throw new IOException("the query " + PromQl.shown(query) + " has no answer: " + e.getMessage(), e);
        }
        if (!answer.warnings().isEmpty()) {
            warned = true;
            remarks.add("Prometheus warns of its answer to " + PromQl.shown(query) + ": "
                    + String.join("; ", answer.warnings()));
        }
        if (!skewed && answer.leastClockSkew().abs().compareTo(NOTABLE_SKEW) > 0) {
            skewed = true;
            remarks.add(String.format(
                    Locale.ROOT,
                    "the clock of the Prometheus is at least %.1f s %s ours, and ages are wrong by as much. Maybe one of"
                            + " the two has no NTP.",
                    answer.leastClockSkew().abs().toMillis() / 1e3,
                    answer.leastClockSkew().isNegative() ? "behind" : "ahead of"));
        }
        return answer.samples();
    }

    List<String> remarks() {
        return remarks;
    }

    /** Whether an answer since the last call may lack series. */
    boolean takeWarned() {
        boolean was = warned;
        warned = false;
        return was;
    }
}
