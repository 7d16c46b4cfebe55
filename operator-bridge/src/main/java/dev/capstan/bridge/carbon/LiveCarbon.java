package dev.capstan.bridge.carbon;

import dev.capstan.capping.CarbonForecast;
import dev.capstan.capping.CarbonReading;
import dev.capstan.trace.CarbonTrace;
import dev.capstan.trace.RandomStream;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * Carbon intensity from memory. Reading it never waits: where the figure is due to be asked for again, that happens on
 * another thread, and the reading after it sees what came back.
 *
 * <p>A source that fails is asked again after half a minute, twice that and so on up to half an hour, each shortened by up
 * to a half at random, so that not all of a site come at once; one that says how long to wait is left alone as long. The
 * last figure stays, with an age that grows.
 *
 * <p>Safe for use by several threads.
 */
public final class LiveCarbon {

    private static final Duration FIRST_PAUSE = Duration.ofSeconds(30);
    private static final Duration LONGEST_PAUSE = Duration.ofMinutes(30);

    private final CarbonSource source;
    private final Duration interval;
    private final RandomStream random;
    private final Executor background;
    private @Nullable CarbonIntensity last;
    private @Nullable String problem;
    private int failures;
    private boolean asking;
    private long nextNanos = Long.MIN_VALUE;

    /**
     * @param source to ask
     * @param interval between two questions; at least that of the source counts
     * @param random for pauses, of this feed alone
     * @param background runs the questions, which block for as long as a source may take
     */
    public LiveCarbon(CarbonSource source, Duration interval, RandomStream random, Executor background) {
        this.source = source;
        this.interval = interval.compareTo(source.interval()) < 0 ? source.interval() : interval;
        this.random = random;
        this.background = background;
    }

    /**
     * What is known now: the value of the source while it holds; after that what its forecast has for now, as old as the
     * forecast; else the last value, as old as it is. Unknown before the first answer.
     *
     * @param nowNanos in nanoseconds since the Unix epoch
     */
    public CarbonReading reading(long nowNanos) {
        if (startAsking(nowNanos)) {
            try {
                background.execute(() -> ask(nowNanos));
            } catch (RejectedExecutionException e) {
                failed("nobody is there to ask " + source.name(), null, nowNanos);
            }
        }
        return known(nowNanos);
    }

    /** The source, and what its figure means; of the last answer, or the name alone. */
    public synchronized String source() {
        CarbonIntensity known = last;
        return known == null
                ? source.name()
                : source.name() + ", "
                        + (known.signal() == CarbonTrace.Signal.MARGINAL ? "marginal" : "average") + ", "
                        + (known.scope() == CarbonTrace.Scope.DIRECT ? "direct" : "life-cycle")
                        + (known.estimated() ? ", estimated" : "");
    }

    /** Why the source did not answer the last time it was asked; null where it did. */
    public synchronized @Nullable String problem() {
        return problem;
    }

    /** What the source said last; null before its first answer. */
    public synchronized @Nullable CarbonIntensity last() {
        return last;
    }

    private synchronized boolean startAsking(long nowNanos) {
        if (asking || nowNanos < nextNanos) {
            return false;
        }
        asking = true;
        return true;
    }

    private synchronized CarbonReading known(long nowNanos) {
        CarbonIntensity known = last;
        if (known == null) {
            return CarbonReading.UNKNOWN;
        }
        long fromNanos = CarbonHttp.nanos(known.from());
        CarbonForecast.Slot slot = known.forecast().at(nowNanos);
        if (nowNanos >= CarbonHttp.nanos(known.to()) && slot != null) {
            return new CarbonReading(
                    slot.gramsPerKilowattHour(),
                    Math.max(0, nowNanos - known.forecast().issuedAtNanos()),
                    known.forecast());
        }
        return new CarbonReading(known.gramsPerKilowattHour(), Math.max(0, nowNanos - fromNanos), known.forecast());
    }

    private void ask(long nowNanos) {
        try {
            answered(source.ask(Instant.ofEpochSecond(0, nowNanos)), nowNanos);
        } catch (CarbonException e) {
            failed(String.valueOf(e.getMessage()), e.retryAfter().orElse(null), nowNanos);
        } catch (RuntimeException e) {
            failed(source.name() + " answers with what it should not: " + e, null, nowNanos);
        }
    }

    private synchronized void answered(CarbonIntensity intensity, long nowNanos) {
        last = intensity;
        problem = null;
        failures = 0;
        asking = false;
        nextNanos = nowNanos + interval.toNanos();
    }

    private synchronized void failed(String why, @Nullable Duration retryAfter, long nowNanos) {
        problem = why;
        long pauseNanos = Math.min(LONGEST_PAUSE.toNanos(), FIRST_PAUSE.toNanos() << Math.min(failures, 20));
        failures++;
        long jittered = pauseNanos / 2 + (long) (random.nextDouble() * (pauseNanos / 2.0));
        asking = false;
        nextNanos = nowNanos + Math.max(jittered, retryAfter == null ? 0 : retryAfter.toNanos());
    }
}
