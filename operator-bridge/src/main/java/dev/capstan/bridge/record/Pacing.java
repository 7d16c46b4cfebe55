package dev.capstan.bridge.record;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Waits for times to come. */
public interface Pacing {

    /** Now. */
    Instant now();

    /** Returns when {@code time} has come. */
    void awaitTime(Instant time);

    /** Waits by the clock on the wall. */
    static Pacing of(Clock clock) {
        return new Pacing() {
            @Override
            public Instant now() {
                return clock.instant();
            }

            @Override
            public void awaitTime(Instant time) {
                long millis = Duration.between(clock.instant(), time).toMillis();
                CompletableFuture.runAsync(
                                () -> {}, CompletableFuture.delayedExecutor(Math.max(0, millis), TimeUnit.MILLISECONDS))
                        .join();
            }
        };
    }
}
