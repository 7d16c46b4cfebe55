package dev.capstan.bridge.carbon;

import dev.capstan.capping.CarbonReading;
import dev.capstan.capping.PowerReading;
import dev.capstan.capping.Quality;

/**
 * Grams of CO2-equivalent emitted since a start: P[kW] x PUE x I[g/kWh] x t[h], with the power and the intensity of a
 * reading held until the next one. Time without either is counted apart, and nothing is made up for it.
 *
 * <p><b>Caveats.</b> Not safe for use by several threads.
 */
public final class EmissionMeter {

    private static final double NANOS_PER_HOUR = 3.6e12;

    private final double pue;
    private double grams;
    private double gramsPerHour = Double.NaN;
    private double unknownSeconds;
    private long lastNanos;
    private boolean started;

    /**
     * @param pue facility watts for each watt measured, at least 1
     * @param grams emitted before, at least 0
     */
    public EmissionMeter(double pue, double grams) {
        if (!(pue >= 1) || !(grams >= 0)) {
            throw new IllegalArgumentException(
                    "emissions need a PUE of at least 1 and at least 0 g before; was " + pue + " and " + grams + " g");
        }
        this.pue = pue;
        this.grams = grams;
    }

    /** Takes the readings of an instant, which hold from then on; those of an instant already passed are left out. */
    public void add(long nowNanos, PowerReading power, CarbonReading carbon) {
        if (started && nowNanos < lastNanos) {
            return;
        }
        if (started) {
            long nanos = nowNanos - lastNanos;
            if (Double.isNaN(gramsPerHour)) {
                unknownSeconds += nanos / 1e9;
            } else {
                grams += gramsPerHour * (nanos / NANOS_PER_HOUR);
            }
        }
        started = true;
        lastNanos = nowNanos;
        gramsPerHour = power.quality() == Quality.IMPLAUSIBLE
                ? Double.NaN
                : power.watts() / 1000 * carbon.gramsPerKilowattHour() * pue;
    }

    /** Emitted up to the last readings. */
    public double grams() {
        return grams;
    }

    /** Time for which nothing was counted, because power or intensity was not known. */
    public double unknownSeconds() {
        return unknownSeconds;
    }
}
