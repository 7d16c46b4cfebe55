package dev.capstan.sim.control;

import java.util.ArrayList;
import java.util.List;

/**
 * How long a loop of clocks takes, in closed form: from a step of power to a lever that holds. What always passes is the
 * earliest; each clock that stands in the way adds a time that is uniform over its interval, since the step meets it at any
 * phase. The sum of independent uniform times has the distribution of Irwin and Hall, here with intervals that differ.
 *
 * <p><b>Caveats.</b> The step is instant and the power before it has been steady for a rate window. Clocks count as
 * independent, and the refreshes of an exporter as a delay of what the counter shows: with an exporter slower than the scrapes
 * they also make the reading swing, see {@link dev.capstan.sim.telemetry.CounterSwing}.
 *
 * @param earliestSeconds with every clock about to tick
 * @param clockSeconds intervals of the clocks, each positive
 */
public record LoopLatency(double earliestSeconds, List<Double> clockSeconds) {

    public LoopLatency {
        for (double clock : clockSeconds) {
            if (!(clock > 0)) {
                throw new IllegalArgumentException("the interval of a clock must be positive, was " + clock + " s");
            }
        }
        clockSeconds = List.copyOf(clockSeconds);
    }

    /**
     * Until the operator acts on the newest sample of a power gauge.
     *
     * @param exporterSeconds from one reading of the meter to the next
     */
    public static LoopLatency ofGauge(double exporterSeconds, double scrapeSeconds, double operatorSeconds) {
        return new LoopLatency(0, List.of(exporterSeconds, scrapeSeconds, operatorSeconds));
    }

    /**
     * Until the operator acts on {@code rate()} over an energy counter, which shows the step as a ramp as long as the window.
     * Extrapolation to the edges of the window makes the scraped ramp early by {@code crossing} of a scrape at most.
     *
     * @param windowSeconds at least two scrapes
     * @param crossing share of the step at which the policy acts, from 0 to 1: (threshold − before) / (after − before)
     */
    public static LoopLatency ofCounter(
            double exporterSeconds,
            double scrapeSeconds,
            double windowSeconds,
            double crossing,
            double operatorSeconds) {
        if (!(windowSeconds >= 2 * scrapeSeconds)) {
            throw new IllegalArgumentException("a rate window must hold two scrapes, was " + windowSeconds
                    + " s with scrapes every " + scrapeSeconds + " s");
        }
        if (!(crossing >= 0 && crossing <= 1)) {
            throw new IllegalArgumentException("the share of a step must be from 0 to 1, was " + crossing
                    + ". A threshold beyond it is never seen");
        }
        return new LoopLatency(
                crossing * (windowSeconds - scrapeSeconds), List.of(exporterSeconds, scrapeSeconds, operatorSeconds));
    }

    /** The same loop, and then something that always takes this long. */
    public LoopLatency then(double seconds) {
        return new LoopLatency(earliestSeconds + seconds, clockSeconds);
    }

    /** The same loop, and then the wait for one more clock, such as the sync of the HPA. */
    public LoopLatency thenClock(double intervalSeconds) {
        List<Double> clocks = new ArrayList<>(clockSeconds);
        clocks.add(intervalSeconds);
        return new LoopLatency(earliestSeconds, clocks);
    }

    public double meanSeconds() {
        return (earliestSeconds + worstSeconds()) / 2;
    }

    /** The sum of all that can pass; a bound that is met only where all clocks have just ticked. */
    public double worstSeconds() {
        double worst = earliestSeconds;
        for (double clock : clockSeconds) {
            worst += clock;
        }
        return worst;
    }

    /**
     * Probability that the loop takes no longer than this. With n clocks c and t seconds beyond the earliest it is the sum over
     * all sets S of clocks of (−1)^|S| max(0, t − ΣS)^n, over n! Πc.
     */
    public double probabilityWithin(double seconds) {
        if (seconds >= worstSeconds()) {
            return 1;
        }
        double beyond = seconds - earliestSeconds;
        int clocks = clockSeconds.size();
        double sum = 0;
        for (int set = 0; set < 1 << clocks; set++) {
            double left = beyond;
            for (int clock = 0; clock < clocks; clock++) {
                left -= (set >> clock & 1) * clockSeconds.get(clock);
            }
            double term = 1;
            for (int clock = 0; clock < clocks; clock++) {
                term *= Math.max(0, left) / ((clock + 1) * clockSeconds.get(clock));
            }
            sum += left < 0 ? 0 : Integer.bitCount(set) % 2 == 0 ? term : -term;
        }
        return Math.max(0, sum);
    }
}
