package dev.capstan.trace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class GammaFunctionTest {

    @Test
    void agreesWithFactorialsAndWithTheRootOfPi() {
        assertThat(GammaFunction.logGamma(5)).isCloseTo(StrictMath.log(24), within(1e-13));
        assertThat(GammaFunction.logGamma(1)).isCloseTo(0, within(1e-13));
        assertThat(GammaFunction.logGamma(0.5)).isCloseTo(StrictMath.log(Math.PI) / 2, within(1e-13));
        // ln 100! = 363.73937555556349
        assertThat(GammaFunction.logGamma(101)).isCloseTo(363.7393755555635, within(1e-10));
    }

    @Test
    void findsTheShapesOfWeibullDistributionsThatHaveClosedForms() {
        // gamma(1 + 2/k) / gamma(1 + 1/k)^2 - 1 is 1 for k = 1, 24/4 - 1 for k = 1/2, 4/pi - 1 for k = 2.
        assertThat(GammaFunction.weibullShape(1)).isCloseTo(1, within(1e-12));
        assertThat(GammaFunction.weibullShape(Math.sqrt(5))).isCloseTo(0.5, within(1e-12));
        assertThat(GammaFunction.weibullShape(Math.sqrt(4 / Math.PI - 1))).isCloseTo(2, within(1e-11));
        // k = 1/5: 10! / 5!^2 - 1 = 251
        assertThat(GammaFunction.weibullShape(Math.sqrt(251))).isCloseTo(0.2, within(1e-12));
    }

    @Test
    void hasAShapeForEveryVariationThatIsAllowed() {
        // For large k the variation is pi / (k sqrt 6).
        assertThat(GammaFunction.weibullShape(0.001)).isCloseTo(1_282, within(2.0));
        assertThat(GammaFunction.weibullShape(500)).isBetween(0.06, 0.12);
    }
}
