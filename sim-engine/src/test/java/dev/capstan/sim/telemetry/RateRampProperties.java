package dev.capstan.sim.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;

/**
 * A power step from a to b, in units of the cap, seen through a scraped {@code rate(energy[W])}: a ramp of length W that
 * crosses the cap after xW, with x = (1-a)/(b-a).
 *
 * <p>While both edges are extrapolated in full, the rate is the mean power between the first and the last sample of the
 * window, so it changes only when a sample comes or goes. Let W = (m+f)d for scrapes every d. The window holds m+1
 * samples for fd after each scrape and m samples for the rest. The cap is seen crossed at the first scrape that comes at
 * least x(m-1)d after the step, or fd later; over all phases that lies in [-xd, (1-x)d) around xW. For 70 % to 110 %, x
 * is 0.75.
 */
class RateRampProperties {

    /** Long enough after the counter's zero that the clamp at zero plays no part. */
    private static final double COUNTER_OFFSET = 1e6;

    private static final double STEP_SECONDS = 0.05;

    @Property(tries = 400)
    void crossesTheCapWithinAScrapeAroundTheRamp(
            @ForAll @IntRange(min = 30, max = 300) int windowSeconds,
            @ForAll @DoubleRange(min = 2.2, max = 12) double scrapesPerWindow,
            @ForAll @DoubleRange(min = 0.3, max = 0.95) double before,
            @ForAll @DoubleRange(min = 1.05, max = 1.6) double after,
            @ForAll @DoubleRange(min = 0, max = 0.99) double phase) {
        double scrapeSeconds = windowSeconds / scrapesPerWindow;
        double x = (1 - before) / (after - before);

        double crossed = crossingSeconds(windowSeconds, scrapeSeconds, before, after, phase * scrapeSeconds);

        assertThat(crossed - x * windowSeconds)
                .isBetween(-x * scrapeSeconds - STEP_SECONDS, (1 - x) * scrapeSeconds + STEP_SECONDS);
    }

    /** The table of the control-loop guide for 70 % to 110 % and a scrape of 15 s, over 25 phases. */
    @Example
    void reproducesTheTableOfMinMeanAndMaxOverTheScrapePhases() {
        assertTable(30, 11, 18, 26);
        assertTable(60, 34, 41, 48);
        assertTable(120, 79, 86, 93);
        assertTable(300, 214, 221, 228);
    }

    private static void assertTable(int windowSeconds, long min, long mean, long max) {
        int phases = 25;
        double lowest = Double.MAX_VALUE;
        double highest = 0;
        double sum = 0;
        for (int i = 0; i < phases; i++) {
            // The crossing needs a scrape at 0.75 (W - 15 s): that phase comes first, the others later by 0.6 s each.
            double crossed =
                    crossingSeconds(windowSeconds, 15, 0.7, 1.1, (0.75 * windowSeconds - 11.25 + i * 0.6) % 15);
            double scrapesFromRamp = (crossed - 0.75 * windowSeconds) / 15;
            assertThat(scrapesFromRamp).isBetween(-0.751, 0.214);
            lowest = Math.min(lowest, crossed);
            highest = Math.max(highest, crossed);
            sum += crossed;
        }
        assertThat(Math.round(lowest)).as("min for W = %d", windowSeconds).isEqualTo(min);
        assertThat(Math.round(sum / phases))
                .as("mean for W = %d", windowSeconds)
                .isEqualTo(mean);
        assertThat(Math.round(highest)).as("max for W = %d", windowSeconds).isEqualTo(max);
    }

    /** First instant after the step at time 0 at which the query answers at least the cap. */
    private static double crossingSeconds(
            double windowSeconds, double scrapeSeconds, double before, double after, double phaseSeconds) {
        SampleSeries energy = new SampleSeries(nanos(windowSeconds));
        double scrape = phaseSeconds - scrapeSeconds * Math.ceil(windowSeconds / scrapeSeconds + 2);
        for (double now = 0; now < 2 * windowSeconds; now += STEP_SECONDS) {
            while (scrape <= now) {
                energy.append(nanos(scrape), COUNTER_OFFSET + scrape * (scrape < 0 ? before : after));
                scrape += scrapeSeconds;
            }
            if (PromQl.rate(energy, nanos(now), nanos(windowSeconds)) >= 1 - 1e-9) {
                return now;
            }
        }
        return Double.POSITIVE_INFINITY;
    }

    private static long nanos(double seconds) {
        return Math.round(seconds * 1e9);
    }
}
