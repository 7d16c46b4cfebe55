package dev.capstan.sim.run;

import dev.capstan.sim.serving.RequestLog;
import java.util.Arrays;

/** Latencies and counts over the requests that arrived in the scored span, all services together. */
final class RequestScore {

    private double[] ttftSeconds = new double[1024];
    private double[] tpotSeconds = new double[1024];
    private double[] e2eSeconds = new double[1024];
    private int completed;
    private int tpots;
    private int arrived;
    private int rejected;
    private int lost;
    private int timedOut;
    private int abandoned;
    private int unfinished;
    private int metTargets;
    private long inputTokens;
    private long outputTokens;

    void add(RequestLog log, long fromNanos, double ttftSloSeconds, double tpotSloSeconds) {
        long[] arrivals = log.trace().arrivalNanos();
        for (int request = 0; request < arrivals.length; request++) {
            RequestLog.Outcome outcome = log.outcome(request);
            if (arrivals[request] < fromNanos || outcome == RequestLog.Outcome.AHEAD) {
                continue;
            }
            arrived++;
            switch (outcome) {
                case COMPLETED -> complete(log, request, ttftSloSeconds, tpotSloSeconds);
                case REJECTED -> rejected++;
                case LOST -> lost++;
                case TIMED_OUT -> timedOut++;
                case ABANDONED -> abandoned++;
                default -> unfinished++;
            }
        }
    }

    private void complete(RequestLog log, int request, double ttftSloSeconds, double tpotSloSeconds) {
        if (completed == ttftSeconds.length) {
            ttftSeconds = Arrays.copyOf(ttftSeconds, completed * 2);
            tpotSeconds = Arrays.copyOf(tpotSeconds, completed * 2);
            e2eSeconds = Arrays.copyOf(e2eSeconds, completed * 2);
        }
        double ttft = log.ttftNanos(request) * 1e-9;
        double tpot = log.tpotNanos(request) * 1e-9;
        ttftSeconds[completed] = ttft;
        e2eSeconds[completed] = log.e2eNanos(request) * 1e-9;
        completed++;
        if (log.trace().outputTokens()[request] > 1) {
            tpotSeconds[tpots++] = tpot;
        }
        if (ttft <= ttftSloSeconds && tpot <= tpotSloSeconds) {
            metTargets++;
        }
        inputTokens += log.trace().inputTokens()[request];
        outputTokens += log.trace().outputTokens()[request];
    }

    void write(double[] figures, double durationSeconds, double energyJoules) {
        Quantiles ttft = new Quantiles(ttftSeconds, completed);
        Quantiles tpot = new Quantiles(tpotSeconds, tpots);
        Quantiles e2e = new Quantiles(e2eSeconds, completed);
        figures[Figure.REQUESTS_ARRIVED.ordinal()] = arrived;
        figures[Figure.REQUESTS_COMPLETED.ordinal()] = completed;
        figures[Figure.REQUESTS_REJECTED.ordinal()] = rejected;
        figures[Figure.REQUESTS_LOST.ordinal()] = lost;
        figures[Figure.REQUESTS_TIMED_OUT.ordinal()] = timedOut;
        figures[Figure.REQUESTS_ABANDONED.ordinal()] = abandoned;
        figures[Figure.REQUESTS_UNFINISHED.ordinal()] = unfinished;
        figures[Figure.INPUT_TOKENS.ordinal()] = inputTokens;
        figures[Figure.OUTPUT_TOKENS.ordinal()] = outputTokens;
        figures[Figure.TTFT_P50_SECONDS.ordinal()] = ttft.next(0.5);
        figures[Figure.TTFT_P90_SECONDS.ordinal()] = ttft.next(0.9);
        figures[Figure.TTFT_P99_SECONDS.ordinal()] = ttft.next(0.99);
        figures[Figure.TPOT_P50_SECONDS.ordinal()] = tpot.next(0.5);
        figures[Figure.TPOT_P90_SECONDS.ordinal()] = tpot.next(0.9);
        figures[Figure.TPOT_P99_SECONDS.ordinal()] = tpot.next(0.99);
        figures[Figure.E2E_P50_SECONDS.ordinal()] = e2e.next(0.5);
        figures[Figure.E2E_P99_SECONDS.ordinal()] = e2e.next(0.99);
        figures[Figure.SLO_ATTAINMENT.ordinal()] = arrived == 0 ? Double.NaN : (double) metTargets / arrived;
        figures[Figure.GOODPUT_REQUESTS_PER_SECOND.ordinal()] = metTargets / durationSeconds;
        figures[Figure.JOULES_PER_OUTPUT_TOKEN.ordinal()] =
                outputTokens == 0 ? Double.NaN : energyJoules / outputTokens;
    }
}
