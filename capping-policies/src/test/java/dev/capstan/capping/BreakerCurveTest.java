package dev.capstan.capping;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BreakerCurveTest {

    /** Half a unit of the last printed digit; a whole one at 1.02, where the two anchors give 22031.48 s. */
    @ParameterizedTest
    @CsvSource({
        "1.01, 80953, 10595, 0.5",
        "1.02, 22032, 2883, 1",
        "1.05, 3884, 508, 0.5",
        "1.10, 1020, 133, 0.5",
        "1.15, 458, 60, 0.5",
        "1.20, 257, 33.6, 0.5",
        "1.30, 111, 14.5, 0.05",
        "1.40, 60.0, 7.9, 0.05",
        "1.50, 36.7, 4.8, 0.05",
        "2.00, 7.2, 0.9, 0.05"
    })
    void givesThePrintedTripTimes(double ratio, double rackSeconds, double msbSeconds, double precision) {
        assertThat(BreakerCurve.RACK.tripSeconds(ratio)).isCloseTo(rackSeconds, within(precision));
        assertThat(BreakerCurve.MSB.tripSeconds(ratio)).isCloseTo(msbSeconds, within(precision));
    }

    @ParameterizedTest
    @CsvSource({
        "5, 2.15, 1.49",
        "11, 1.84, 1.34",
        "40, 1.48, 1.18",
        "60, 1.40, 1.15",
        "120, 1.29, 1.11",
        "300, 1.19, 1.07",
        "600, 1.13, 1.05"
    })
    void givesThePrintedSurvivableRatios(double latencySeconds, double rackRatio, double msbRatio) {
        assertThat(BreakerCurve.RACK.survivableRatio(latencySeconds)).isCloseTo(rackRatio, within(0.005));
        assertThat(BreakerCurve.MSB.survivableRatio(latencySeconds)).isCloseTo(msbRatio, within(0.005));
    }

    @Test
    void hasThePublishedConstants() {
        assertThat(BreakerCurve.RACK.exponent()).isCloseTo(1.864170, within(5e-7));
        assertThat(BreakerCurve.RACK.scaleSeconds()).isCloseTo(55.603, within(5e-4));
        assertThat(BreakerCurve.MSB.scaleSeconds()).isCloseTo(7.277, within(5e-4));
    }

    /** 30 s at 1.2 and 60 s off, repeated: (30 / t_trip(1.2)) / (1 - exp(-60 / cooling)), with t_trip = 256.901469. */
    @ParameterizedTest
    @CsvSource({"120, 0.296786", "600, 1.227124"})
    void reachesThePeakOfIntermittentOverload(double coolingSeconds, double peak) {
        BreakerCurve curve = BreakerCurve.RACK.withCooling(coolingSeconds);
        double heat = 0;
        for (int cycle = 0; cycle < 200; cycle++) {
            heat = curve.heat(curve.heat(heat, 0.5, 60), 1.2, 30);
        }
        assertThat(heat).isCloseTo(peak, within(1e-6));
    }

    @Test
    void neverCoolsUnlessTold() {
        assertThat(BreakerCurve.RACK.heat(0.4, 0.1, 1e9)).isEqualTo(0.4);
        assertThat(BreakerCurve.RACK.tripSeconds(1)).isInfinite();
        assertThat(BreakerCurve.RACK.heat(0.4, 1.4, 30)).isCloseTo(0.9, within(1e-12));
    }
}
