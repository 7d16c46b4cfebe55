package dev.capstan.bridge.certificate;

import dev.capstan.bridge.certificate.Certificate.Cap;
import dev.capstan.bridge.certificate.Certificate.CapPoint;
import dev.capstan.bridge.certificate.Certificate.Estimate;
import dev.capstan.bridge.certificate.Certificate.Outcome;
import dev.capstan.bridge.certificate.Certificate.Policy;
import dev.capstan.bridge.certificate.Certificate.Rails;
import dev.capstan.bridge.certificate.Certificate.Rehearsal;
import dev.capstan.bridge.certificate.Certificate.Run;
import dev.capstan.bridge.certificate.Certificate.Service;
import dev.capstan.bridge.certificate.Certificate.Timers;
import dev.capstan.bridge.certificate.Certificate.Trace;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/** A certificate of static-floor over one service, and what it covers. */
final class HandMade {

    static final Instant ISSUED = Instant.parse("2026-03-01T12:00:00Z");
    static final Instant EXPIRES = Instant.parse("2026-05-30T12:00:00Z");
    static final String VERSION = "0.1.0";

    /** What JSON must escape, and what it need not. */
    static final String TRACE = "chat \"\\ ü\t€ 🙂";

    static final Timers TIMERS = new Timers("energy-counter", 5, 5, 15, 60.0, 0.5, 0.5, 0.2, 0.2, 0.1, 0.1, 0.1);
    static final Rails RAILS = new Rails(50, 60, 1.1, 1, 15, 60, null, 0);

    private HandMade() {}

    static Certificate certificate() {
        return certificate(TRACE, 0.25);
    }

    /** @param trace name of the trace */
    static Certificate certificate(String trace, double reserveWatts) {
        return certificate(trace, reserveWatts, 1 / 3.0);
    }

    /** @param goodput estimate, in requests/s */
    static Certificate certificate(String trace, double reserveWatts, double goodput) {
        return new Certificate(
                VERSION,
                ISSUED,
                EXPIRES,
                new Policy("floor", "static-floor", Map.of("reserve_watts", reserveWatts)),
                RAILS,
                TIMERS,
                new Cap(18_000, 20_000, 60, List.of(new CapPoint(20_000, 400, 400, new Estimate(1, 0.99, 1)))),
                List.of(new Service("chat", "llama-3.1-8b-h100", "00ff", 1, 4, 15, 30)),
                new Outcome(
                        400,
                        400,
                        new Estimate(1, 0.99, 1),
                        0.99,
                        null,
                        null,
                        new Estimate(goodput, 0.25, 1e-7),
                        null,
                        null),
                new Rehearsal(
                        "small",
                        "ab",
                        "requests",
                        Map.of("cap.power", "20 kW"),
                        0,
                        600.0,
                        List.of(new Run("00000-floor-r0", "9007199254740993")),
                        "cd",
                        "ef"),
                List.of(new Trace("load of chat", trace, "chat.csv", "12", "CC-BY-4.0")),
                List.of(),
                null);
    }

    static Enforcement covered() {
        return new Enforcement(
                "static-floor",
                Map.of("reserve_watts", 0.25),
                RAILS,
                TIMERS,
                List.of(new Enforcement.Service("chat", 4, 15, 30)),
                20_000,
                20_000);
    }
}
