package dev.capstan.sim.validation;

import static dev.capstan.sim.validation.Check.Layer.VERIFICATION;

import dev.capstan.capping.BreakerCurve;
import dev.capstan.sim.power.PowerDomains;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The inverse-time breaker: trip times on a meter, survivable overloads, and intermittent overload. */
final class BreakerSuite implements Suite {

    private static final String SOURCE = "t = K / (r^2 - 1)^a through 1020 s at 1.10 and 60 s at 1.40";

    @Override
    public String name() {
        return "breaker";
    }

    @Override
    public String about() {
        return "The breaker's thermal memory against its closed forms. Two published points fix the curve; how fast a"
                + " breaker cools is not published.";
    }

    @Override
    public List<Check> run(Optional<Path> traces) {
        List<Check> checks = new ArrayList<>();
        double exponent = StrictMath.log(1020.0 / 60) / StrictMath.log((1.4 * 1.4 - 1) / (1.1 * 1.1 - 1));
        double scale = 60 * StrictMath.pow(1.4 * 1.4 - 1, exponent);
        for (double ratio : new double[] {1.02, 1.1, 1.2, 1.4, 2}) {
            double trip = scale / StrictMath.pow(ratio * ratio - 1, exponent);
            checks.add(Check.near("trips at " + ratio, VERIFICATION, SOURCE, "s", trip, meteredTrip(ratio), 1e-6));
        }
        for (double latency : new double[] {11, 60, 300}) {
            double ratio = StrictMath.sqrt(1 + StrictMath.pow(scale / latency, 1 / exponent));
            checks.add(Check.near(
                    "survives for " + (int) latency + " s",
                    VERIFICATION,
                    "r* = sqrt(1 + (K/L)^(1/a))",
                    "",
                    ratio,
                    BreakerCurve.RACK.survivableRatio(latency),
                    1e-6));
        }
        for (double cooling : new double[] {120, 600}) {
            double trip = scale / StrictMath.pow(1.2 * 1.2 - 1, exponent);
            double peak = 30 / trip / (1 - StrictMath.exp(-60 / cooling));
            checks.add(Check.near(
                    "30 s at 1.2, 60 s off, cooling " + (int) cooling + " s: peak heat",
                    VERIFICATION,
                    "(t1 / t_trip) / (1 - e^(-t0/cooling))",
                    "",
                    peak,
                    intermittentPeak(cooling),
                    1e-6));
        }
        return checks;
    }

    /** Held at a ratio but for a flicker of a microwatt every 0.1 s, so that the trip is foretold anew each time. */
    private static double meteredTrip(double ratio) {
        double rating = 100_000;
        PowerDomains power = new PowerDomains(
                List.of(new PowerDomains.Domain("row", -1, rating, rating, Double.POSITIVE_INFINITY)), 1);
        power.add(0, Math.round(ratio * rating * 1e6), 0);
        long now = 0;
        for (long flicker = 1; power.nextTripNanos() > now + 100_000_000; flicker = -flicker) {
            now += 100_000_000;
            power.add(0, flicker, now);
        }
        return power.nextTripNanos() * 1e-9;
    }

    /** The curve itself, which unlike a meter does not stop at 1. */
    private static double intermittentPeak(double coolingSeconds) {
        BreakerCurve curve = BreakerCurve.RACK.withCooling(coolingSeconds);
        double heat = 0;
        for (int cycle = 0; cycle < 300; cycle++) {
            heat = curve.heat(curve.heat(heat, 0.5, 60), 1.2, 30);
        }
        return heat;
    }
}
