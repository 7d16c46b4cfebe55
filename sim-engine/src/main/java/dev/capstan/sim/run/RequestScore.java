package dev.capstan.sim.run;

import dev.capstan.sim.serving.BusyTime;
import dev.capstan.sim.serving.Effort;
import dev.capstan.sim.serving.RequestLog;
import dev.capstan.sim.serving.RequestService;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.DoubleConsumer;

/** Latencies, counts and effort over the requests of some services that arrived in the scored span. */
final class RequestScore {

    private static final double SECONDS = 1e-9;

    /** A latency of a completed request. */
    private interface Latency {
        double nanos(RequestLog log, int request);
    }

    private final List<RequestLog> logs = new ArrayList<>();
    private final long fromNanos;
    private int completed;
    private int arrived;
    private int rejected;
    private int lost;
    private int timedOut;
    private int abandoned;
    private int refused;
    private int unfinished;
    private int metTargets;
    private long inputTokens;
    private long outputTokens;
    private Effort effort = Effort.NONE;
    private BusyTime busy = BusyTime.NONE;
    private double wastedJoules;

    RequestScore(long fromNanos) {
        this.fromNanos = fromNanos;
    }

    void add(RequestService service, double ttftSloSeconds, double tpotSloSeconds) {
        RequestLog log = service.log();
        logs.add(log);
        effort = effort.plus(service.effort());
        busy = busy.plus(service.busyTime());
        wastedJoules += service.wastedJoules();
        for (int request = first(log); request < log.trace().size(); request++) {
            RequestLog.Outcome outcome = log.outcome(request);
            if (outcome == RequestLog.Outcome.AHEAD || outcome == RequestLog.Outcome.ELSEWHERE) {
                continue;
            }
            arrived++;
            switch (outcome) {
                case COMPLETED -> complete(log, request, ttftSloSeconds, tpotSloSeconds);
                case REJECTED -> rejected++;
                case LOST -> lost++;
                case TIMED_OUT -> timedOut++;
                case ABANDONED -> abandoned++;
                case REFUSED -> refused++;
                default -> unfinished++;
            }
        }
    }

    /** Takes in all that another has counted. */
    void add(RequestScore other) {
        logs.addAll(other.logs);
        completed += other.completed;
        arrived += other.arrived;
        rejected += other.rejected;
        lost += other.lost;
        timedOut += other.timedOut;
        abandoned += other.abandoned;
        refused += other.refused;
        unfinished += other.unfinished;
        metTargets += other.metTargets;
        inputTokens += other.inputTokens;
        outputTokens += other.outputTokens;
        effort = effort.plus(other.effort);
        busy = busy.plus(other.busy);
        wastedJoules += other.wastedJoules;
    }

    private void complete(RequestLog log, int request, double ttftSloSeconds, double tpotSloSeconds) {
        completed++;
        if (log.ttftNanos(request) * SECONDS <= ttftSloSeconds && log.tpotNanos(request) * SECONDS <= tpotSloSeconds) {
            metTargets++;
        }
        inputTokens += log.trace().inputTokens()[request];
        outputTokens += log.trace().outputTokens()[request];
    }

    /** Writes the figures of these requests, by the ordinal of {@link Figure}. */
    void write(double[] figures, OrderStatistics statistics, double durationSeconds) {
        figures[Figure.REQUESTS_ARRIVED.ordinal()] = arrived;
        figures[Figure.REQUESTS_COMPLETED.ordinal()] = completed;
        figures[Figure.REQUESTS_REJECTED.ordinal()] = rejected;
        figures[Figure.REQUESTS_LOST.ordinal()] = lost;
        figures[Figure.REQUESTS_TIMED_OUT.ordinal()] = timedOut;
        figures[Figure.REQUESTS_ABANDONED.ordinal()] = abandoned;
        figures[Figure.REQUESTS_REFUSED.ordinal()] = refused;
        figures[Figure.REQUESTS_UNFINISHED.ordinal()] = unfinished;
        figures[Figure.INPUT_TOKENS.ordinal()] = inputTokens;
        figures[Figure.OUTPUT_TOKENS.ordinal()] = outputTokens;
        double[] ttft = statistics.quantiles(walk(1, RequestLog::ttftNanos), 0.5, 0.9, 0.99);
        figures[Figure.TTFT_P50_SECONDS.ordinal()] = ttft[0];
        figures[Figure.TTFT_P90_SECONDS.ordinal()] = ttft[1];
        figures[Figure.TTFT_P99_SECONDS.ordinal()] = ttft[2];
        // A single token has no time between tokens.
        double[] tpot = statistics.quantiles(walk(2, RequestLog::tpotNanos), 0.5, 0.9, 0.99);
        figures[Figure.TPOT_P50_SECONDS.ordinal()] = tpot[0];
        figures[Figure.TPOT_P90_SECONDS.ordinal()] = tpot[1];
        figures[Figure.TPOT_P99_SECONDS.ordinal()] = tpot[2];
        double[] e2e = statistics.quantiles(walk(1, RequestLog::e2eNanos), 0.5, 0.99);
        figures[Figure.E2E_P50_SECONDS.ordinal()] = e2e[0];
        figures[Figure.E2E_P99_SECONDS.ordinal()] = e2e[1];
        figures[Figure.SLO_ATTAINMENT.ordinal()] = arrived == 0 ? Double.NaN : (double) metTargets / arrived;
        figures[Figure.GOODPUT_REQUESTS_PER_SECOND.ordinal()] = metTargets / durationSeconds;
        figures[Figure.WASTED_OUTPUT_TOKENS.ordinal()] = effort.wastedOutputTokens();
        figures[Figure.WASTED_JOULES.ordinal()] = wastedJoules;
        figures[Figure.PREEMPTIONS.ordinal()] = effort.preemptions();
        figures[Figure.RECOMPUTED_TOKENS.ordinal()] = effort.recomputedTokens();
        figures[Figure.PREFIX_CACHED_TOKENS.ordinal()] = effort.prefixCachedTokens();
        figures[Figure.OUT_OF_RANGE_TIME_SHARE.ordinal()] = busy.outsideShare();
    }

    /** Hands over a latency, in seconds, of every completed request of at least so many output tokens. */
    private Consumer<DoubleConsumer> walk(int leastTokens, Latency latency) {
        return sink -> {
            for (RequestLog log : logs) {
                int[] tokens = log.trace().outputTokens();
                for (int request = first(log); request < tokens.length; request++) {
                    if (tokens[request] >= leastTokens && log.outcome(request) == RequestLog.Outcome.COMPLETED) {
                        sink.accept(latency.nanos(log, request) * SECONDS);
                    }
                }
            }
        };
    }

    /** The first request that arrived in the scored span. */
    private int first(RequestLog log) {
        long[] arrivals = log.trace().arrivalNanos();
        int low = 0;
        int high = arrivals.length;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (arrivals[middle] < fromNanos) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }
}
