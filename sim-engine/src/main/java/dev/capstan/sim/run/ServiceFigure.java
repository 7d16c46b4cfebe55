package dev.capstan.sim.run;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The figures of one service in a run, in the order of their columns in {@code services.csv}; {@code docs/results.md}
 * defines each.
 */
public enum ServiceFigure {
    REQUESTS_ARRIVED(Figure.REQUESTS_ARRIVED),
    REQUESTS_COMPLETED(Figure.REQUESTS_COMPLETED),
    REQUESTS_REJECTED(Figure.REQUESTS_REJECTED),
    REQUESTS_REFUSED(Figure.REQUESTS_REFUSED),
    REQUESTS_LOST(Figure.REQUESTS_LOST),
    REQUESTS_TIMED_OUT(Figure.REQUESTS_TIMED_OUT),
    REQUESTS_ABANDONED(Figure.REQUESTS_ABANDONED),
    REQUESTS_UNFINISHED(Figure.REQUESTS_UNFINISHED),
    REFUSED_SHARE(null),
    INPUT_TOKENS(Figure.INPUT_TOKENS),
    OUTPUT_TOKENS(Figure.OUTPUT_TOKENS),
    GENERATED_TOKENS(null),
    GENERATED_TOKENS_PER_SECOND(null),
    TTFT_P50_SECONDS(Figure.TTFT_P50_SECONDS),
    TTFT_P90_SECONDS(Figure.TTFT_P90_SECONDS),
    TTFT_P99_SECONDS(Figure.TTFT_P99_SECONDS),
    TPOT_P50_SECONDS(Figure.TPOT_P50_SECONDS),
    TPOT_P90_SECONDS(Figure.TPOT_P90_SECONDS),
    TPOT_P99_SECONDS(Figure.TPOT_P99_SECONDS),
    E2E_P50_SECONDS(Figure.E2E_P50_SECONDS),
    E2E_P99_SECONDS(Figure.E2E_P99_SECONDS),
    SLO_ATTAINMENT(Figure.SLO_ATTAINMENT),
    GOODPUT_REQUESTS_PER_SECOND(Figure.GOODPUT_REQUESTS_PER_SECOND),
    ACTIVE_ENERGY_JOULES(null),
    ACTIVE_JOULES_PER_GENERATED_TOKEN(null),
    MEAN_READY_REPLICAS(null),
    REPLICA_CHANGES(Figure.REPLICA_CHANGES),
    WASTED_OUTPUT_TOKENS(Figure.WASTED_OUTPUT_TOKENS),
    WASTED_JOULES(Figure.WASTED_JOULES),
    PREEMPTIONS(Figure.PREEMPTIONS),
    RECOMPUTED_TOKENS(Figure.RECOMPUTED_TOKENS),
    PREFIX_CACHED_TOKENS(Figure.PREFIX_CACHED_TOKENS),
    OUT_OF_RANGE_TIME_SHARE(Figure.OUT_OF_RANGE_TIME_SHARE);

    private final @Nullable Figure ofRun;

    ServiceFigure(@Nullable Figure ofRun) {
        this.ofRun = ofRun;
    }

    /** The figure of the whole run that is this one over all services; null where there is none. */
    @Nullable Figure ofRun() {
        return ofRun;
    }

    /** The name of its column. */
    public String column() {
        return name().toLowerCase(Locale.ROOT);
    }
}
