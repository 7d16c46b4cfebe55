package dev.capstan.sim.telemetry;

/**
 * The instants at which Prometheus scrapes a target, {@code phase + k * interval}, and those at which it writes stale
 * markers ({@code scrape/scrape.go}). A scrape appends what the exporter exposes at that instant
 * ({@link SampleSeries#append}); a marker is {@link SampleSeries#markStale} at the instant given here.
 *
 * <p><b>Caveats.</b> Scrapes are exact: no jitter, no duration, no failures. A failed scrape of a known target marks
 * all its series at once.
 *
 * @param intervalNanos time between scrapes, positive
 * @param phaseNanos first scrape not before time 0, from 0 to the interval, exclusive
 */
public record ScrapeLoop(long intervalNanos, long phaseNanos) {

    public ScrapeLoop {
        PeriodicInstants.check("scrape", intervalNanos, phaseNanos);
    }

    /** The first scrape after {@code nowNanos}. */
    public long nextScrapeNanos(long nowNanos) {
        return PeriodicInstants.lastAtOrBefore(nowNanos, intervalNanos, phaseNanos) + intervalNanos;
    }

    /** When a series that vanished at {@code goneNanos} from a live target is marked stale: at the next scrape. */
    public long staleAfterSeriesGoneNanos(long goneNanos) {
        return nextScrapeNanos(goneNanos);
    }

    /**
     * When the series of a target that was removed at {@code goneNanos} are marked stale. Prometheus lets two scrapes
     * go by and waits a tenth of the interval more, in case the target comes back.
     */
    public long staleAfterTargetGoneNanos(long goneNanos) {
        return nextScrapeNanos(goneNanos) + intervalNanos + intervalNanos / 10;
    }
}
