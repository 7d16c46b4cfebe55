package dev.capstan.trace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class QuantityTest {

    @ParameterizedTest
    @CsvSource({
        "15s, 15000000000",
        "250ms, 250000000",
        "1h 30m, 5400000000000",
        "1h30m, 5400000000000",
        "1.5min, 90000000000",
        "2 w, 1209600000000000",
        "-5m, -300000000000",
        "-1h 30m, -5400000000000",
        "100d 1ns, 8640000000000001",
        "0.1us, 100",
        "2e-9s, 2",
        "0s, 0"
    })
    void readsDurationsExactly(String text, long nanos) {
        assertThat(Quantity.durationNanos(text)).isEqualTo(nanos);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "15",
                "s",
                "15 parsec",
                "1h -30m",
                "1h +30m",
                "1,5s",
                "--1s",
                "1e999999999s",
                "NaN s",
                "1h x"
            })
    void refusesWhatIsNoDurationAndSaysWhatIs(String text) {
        assertThatThrownBy(() -> Quantity.durationNanos(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'" + text + "' is not a duration")
                .hasMessageContaining("ns, us, ms, s, m, min, h, d, w")
                .hasMessageContaining("Maybe you meant");
    }

    @Test
    void suggestsSecondsForABareNumber() {
        assertThatThrownBy(() -> Quantity.durationNanos("15")).hasMessageContaining("Maybe you meant 15s.");
    }

    @Test
    void refusesDurationsThatDoNotFit() {
        assertThatThrownBy(() -> Quantity.durationNanos("300000d")).hasMessageContaining("longer than 292 years");
    }

    @Test
    void writesDurationsInTheUnitsOfPeople() {
        assertThat(Quantity.formatDuration(90_000_000_000L)).isEqualTo("1m 30s");
        assertThat(Quantity.formatDuration(-250_000_000L)).isEqualTo("-250ms");
        assertThat(Quantity.formatDuration(0)).isEqualTo("0s");
    }

    @ParameterizedTest
    @CsvSource({"20 kW, 20000", "20kW, 20000", "350 W, 350", "1.2 MW, 1200000", "5 mW, 0.005", "-1W, -1"})
    void readsPower(String text, double watts) {
        assertThat(Quantity.powerWatts(text)).isEqualTo(watts);
    }

    @ParameterizedTest
    @ValueSource(strings = {"20", "20 kw", "20 kW 3 W", "20 kWh", "1e400 W", "Infinity W"})
    void refusesWhatIsNoPower(String text) {
        assertThatThrownBy(() -> Quantity.powerWatts(text))
                .hasMessageContaining("is not a power: expected a number and a unit (mW, W, kW, MW)");
    }

    @Test
    void readsCarbonIntensityOfBothSidesOfTheAtlantic() {
        assertThat(Quantity.carbonGramsPerKilowattHour("300 g/kWh")).isEqualTo(300);
        assertThat(Quantity.carbonGramsPerKilowattHour("300 kg/MWh")).isEqualTo(300);
        // 1000 lb = 453.59237 kg by definition of the pound.
        assertThat(Quantity.carbonGramsPerKilowattHour("1000 lb/MWh")).isEqualTo(453.59237);
    }

    @Test
    void readsRatesOfEmission() {
        assertThat(Quantity.gramsPerHour("800 g/h")).isEqualTo(800);
        assertThat(Quantity.gramsPerHour("2.5 kg/h")).isEqualTo(2500);
        assertThat(Quantity.gramsPerHour("1 t/h")).isEqualTo(1e6);
    }

    @ParameterizedTest
    @CsvSource({"0.8, 0.8", "80 %, 0.8", "57%, 0.57", "7 %, 0.07", "0, 0", "120%, 1.2"})
    void readsSharesWithoutRoundingErrors(String text, double share) {
        assertThat(Quantity.ratio(text)).isEqualTo(share);
    }

    @ParameterizedTest
    @CsvSource({"20000, 20 kW", "12345.6, 12.346 kW", "350, 350 W", "0, 0 W", "2500000, 2.5 MW", "-1500, -1.5 kW"})
    void writesPowerInTheUnitThatReadsBest(double watts, String text) {
        assertThat(Quantity.formatPower(watts)).isEqualTo(text);
    }

    @Test
    void knowsWattsOfAUnit() {
        assertThat(Quantity.wattsPer("kW")).isEqualTo(1000);
        assertThatThrownBy(() -> Quantity.wattsPer("hp")).hasMessageContaining("Allowed: mW, W, kW, MW.");
    }

    @ParameterizedTest
    @CsvSource({
        "15s, DURATION, 15000000000, s",
        "5 min, DURATION, 300000000000, min",
        "1h 30m, DURATION, 5400000000000, m",
        "20 kW, POWER, 20000, kW",
        "5 mW, POWER, 0.005, mW",
        "1.2 t/h, EMISSION, 1200000, t/h",
        "80 %, NUMBER, 0.8, %",
        "-0.8, NUMBER, -0.8, ''"
    })
    void tellsTheKindOfAQuantityByItsUnit(String text, Quantity.Kind kind, BigDecimal value, String unit) {
        Quantity.Amount amount = Quantity.any(text).orElseThrow();

        assertThat(amount.kind()).isEqualTo(kind);
        assertThat(amount.value()).isEqualByComparingTo(value);
        assertThat(amount.unit()).isEqualTo(unit);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "s", "never", "8b", "1h 30", "1h 30 kW", "1e308 t/h", "1e999999999", "60s-window"})
    void findsNoQuantityInOtherText(String text) {
        assertThat(Quantity.any(text)).isEmpty();
    }

    @Test
    void writesSoManyUnitsAsPeopleDo() {
        assertThat(Quantity.Amount.text(new BigDecimal("18.750"), "s")).isEqualTo("18.75s");
        assertThat(Quantity.Amount.text(new BigDecimal("2E+4"), "W")).isEqualTo("20000 W");
        assertThat(Quantity.Amount.text(new BigDecimal("0.80"), "")).isEqualTo("0.8");
    }
}
