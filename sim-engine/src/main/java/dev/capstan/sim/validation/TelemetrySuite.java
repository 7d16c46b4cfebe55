package dev.capstan.sim.validation;

import static dev.capstan.sim.validation.Check.Layer.VERIFICATION;

import dev.capstan.sim.telemetry.PromQl;
import dev.capstan.sim.telemetry.SampleSeries;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A power step and the pods that come and go, seen through a scraped {@code rate()}. */
final class TelemetrySuite implements Suite {

    private static final double SCRAPE_SECONDS = 15;
    private static final double STEP_SECONDS = 0.05;
    private static final int PHASES = 25;

    /** Long enough after the counter's zero that the clamp at zero plays no part. */
    private static final double COUNTER_OFFSET = 1e6;

    @Override
    public String name() {
        return "telemetry";
    }

    @Override
    public String about() {
        return "How late rate() over an energy counter shows a step of power from 70 % to 110 % of the cap, and what it"
                + " shows of pods that are new or gone; scrapes every 15 s.";
    }

    @Override
    public List<Check> run(Optional<Path> traces) {
        List<Check> checks = new ArrayList<>();
        for (int window : new int[] {30, 60, 120, 300}) {
            ramp(window, checks);
        }
        phantom(checks);
        return checks;
    }

    /**
     * Let x = (1-a)/(b-a) and W = (m+f)d for scrapes every d. While both edges are extrapolated in full the rate changes
     * only when a sample comes or goes: the cap is seen crossed at the first scrape that comes at least x(m-1)d after the
     * step, or fd later. Over all phases that lies in [-xd, (1-x)d) around xW.
     */
    private static void ramp(int windowSeconds, List<Check> checks) {
        double x = (1 - 0.7) / (1.1 - 0.7);
        double earliest = Double.MAX_VALUE;
        double latest = 0;
        for (int i = 0; i < PHASES; i++) {
            double phase = (x * (windowSeconds - SCRAPE_SECONDS) + i * SCRAPE_SECONDS / PHASES) % SCRAPE_SECONDS;
            double crossed = crossingSeconds(windowSeconds, phase);
            earliest = Math.min(earliest, crossed);
            latest = Math.max(latest, crossed);
        }
        String seen = "window " + windowSeconds + " s: cap seen crossed, ";
        String source = "ramp W(1-a)/(b-a), at the scrapes";
        double ramp = x * windowSeconds;
        checks.add(Check.within(
                seen + "earliest",
                VERIFICATION,
                source + " - x d",
                "s",
                ramp - x * SCRAPE_SECONDS,
                earliest,
                STEP_SECONDS));
        checks.add(Check.within(
                seen + "latest of " + PHASES + " phases",
                VERIFICATION,
                source + " + (1-x) d",
                "s",
                ramp + (1 - x) * SCRAPE_SECONDS,
                latest,
                SCRAPE_SECONDS / PHASES + STEP_SECONDS));
    }

    /** First instant after the step at time 0 at which the query answers at least the cap. */
    private static double crossingSeconds(double windowSeconds, double phaseSeconds) {
        SampleSeries energy = new SampleSeries(nanos(windowSeconds));
        double scrape = phaseSeconds - SCRAPE_SECONDS * Math.ceil(windowSeconds / SCRAPE_SECONDS + 2);
        for (int step = 0; ; step++) {
            double now = step * STEP_SECONDS;
            while (scrape <= now) {
                energy.append(nanos(scrape), COUNTER_OFFSET + scrape * (scrape < 0 ? 0.7 : 1.1));
                scrape += SCRAPE_SECONDS;
            }
            if (PromQl.rate(energy, nanos(now), nanos(windowSeconds)) >= 1 - 1e-9) {
                return now;
            }
        }
    }

    private static void phantom(List<Check> checks) {
        double watts = 400;
        double window = 60;
        SampleSeries gone = new SampleSeries(nanos(window));
        for (int t = -150; t <= 0; t += (int) SCRAPE_SECONDS) {
            gone.append(nanos(t), watts * (1000 + t));
        }
        String source = "p below 1.1 d, then p (W - s + d/2)/W, nothing after W - d";
        for (int after : new int[] {10, 20, 40}) {
            double law = after < 1.1 * SCRAPE_SECONDS ? watts : watts * (window - after + SCRAPE_SECONDS / 2) / window;
            checks.add(Check.within(
                    "pod of 400 W gone for " + after + " s, window 60 s",
                    VERIFICATION,
                    source,
                    "W",
                    law,
                    PromQl.rate(gone, nanos(after), nanos(window)),
                    1e-6));
        }
        // 1.1 d in full, then the mean of the law up to W - d.
        double inFull = 1.1 * SCRAPE_SECONDS;
        double fading = window - SCRAPE_SECONDS - inFull;
        double joules = watts * (inFull + fading * (window - (inFull + fading / 2) + SCRAPE_SECONDS / 2) / window);
        checks.add(Check.near(
                "energy seen of it that nobody draws",
                VERIFICATION,
                "integral of that law",
                "J",
                joules,
                phantomJoules(gone, window),
                0.005));
        SampleSeries fresh = new SampleSeries(nanos(window));
        for (int t = 5; t <= 35; t += (int) SCRAPE_SECONDS) {
            fresh.append(nanos(t), watts * t);
        }
        checks.add(Check.within(
                "pod of 400 W that is 35 s old, window 60 s",
                VERIFICATION,
                "p t/W: a counter is not extrapolated below zero",
                "W",
                watts * 35 / window,
                PromQl.rate(fresh, nanos(35), nanos(window)),
                1e-6));
    }

    private static double phantomJoules(SampleSeries gone, double window) {
        double joules = 0;
        double cell = 0.01;
        for (int i = 0; i < (window - SCRAPE_SECONDS) / cell; i++) {
            joules += PromQl.rate(gone, nanos((i + 0.5) * cell), nanos(window)) * cell;
        }
        return joules;
    }

    private static long nanos(double seconds) {
        return Math.round(seconds * 1e9);
    }
}
