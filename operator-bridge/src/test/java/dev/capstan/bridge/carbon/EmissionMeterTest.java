package dev.capstan.bridge.carbon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.capstan.capping.CarbonForecast;
import dev.capstan.capping.CarbonReading;
import dev.capstan.capping.PowerReading;
import dev.capstan.capping.Quality;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class EmissionMeterTest {

    @Test
    void aKilowattAtFourHundredGramsEmitsFourHundredGramsInAnHour() {
        EmissionMeter meter = new EmissionMeter(1, 0);
        for (int second = 0; second <= 3_600; second += 15) {
            meter.add(at(second), watts(1_000), grams(400));
        }

        assertThat(meter.grams()).isCloseTo(400, within(1e-9));
        assertThat(meter.unknownSeconds()).isZero();
    }

    @Test
    void addsPieceByPieceWithWhatHeldSinceThePieceBegan() {
        EmissionMeter meter = new EmissionMeter(1.5, 100);
        meter.add(at(0), watts(2_000), grams(300));
        meter.add(at(1_800), watts(4_000), grams(100));
        meter.add(at(5_400), watts(9_000), grams(900));

        // 100 + 1.5 x (2 kW x 300 g/kWh x 0.5 h + 4 kW x 100 g/kWh x 1 h) = 100 + 1.5 x 700
        assertThat(meter.grams()).isCloseTo(1_150, within(1e-9));
    }

    @Test
    void makesNothingUpForTimeThatIsNotKnown() {
        EmissionMeter meter = new EmissionMeter(1, 0);
        meter.add(at(0), PowerReading.absent(), grams(400));
        meter.add(at(600), watts(1_000), CarbonReading.UNKNOWN);
        meter.add(at(1_000), new PowerReading(1e9, 0, Quality.IMPLAUSIBLE), grams(400));
        meter.add(at(1_200), watts(3_600), grams(1_000));
        meter.add(at(1_201), watts(3_600), grams(1_000));
        meter.add(at(900), watts(3_600), grams(1_000));

        // 3.6 kW x 1000 g/kWh are 1 g a second.
        assertThat(meter.grams()).isCloseTo(1, within(1e-9));
        assertThat(meter.unknownSeconds()).isEqualTo(1_200);
    }

    @Test
    void refusesWhatCannotBe() {
        assertThatThrownBy(() -> new EmissionMeter(0.9, 0)).hasMessageContaining("was 0.9 and 0.0 g");
        assertThatThrownBy(() -> new EmissionMeter(1, Double.NaN)).hasMessageContaining("at least 0 g before");
    }

    private static PowerReading watts(double watts) {
        return PowerReading.fresh(watts, 0);
    }

    private static CarbonReading grams(double grams) {
        return new CarbonReading(grams, 0, CarbonForecast.NONE);
    }

    private static long at(long seconds) {
        return 1_800_000_000_000_000_000L + TimeUnit.SECONDS.toNanos(seconds);
    }
}
