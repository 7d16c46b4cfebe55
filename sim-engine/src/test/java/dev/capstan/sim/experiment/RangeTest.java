package dev.capstan.sim.experiment;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RangeTest {

    private final ExperimentFolder folder = new ExperimentFolder();

    /** In turn: steps of 13.75 s; sqrt(30 s x 300 s) = 94.868 s in the middle; 10 kW / 3 = 3.3333 kW. */
    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource(
            delimiter = '|',
            value = {
                "control.interval | {from: 5s, to: 60s, steps: 5} | 5s, 18.75s, 32.5s, 46.25s, 60s",
                "telemetry.rate_window | {from: 30s, to: 5m, steps: 3, scale: log} | 30s, 94.87s, 300s",
                "cluster.server_base | {from: 0 kW, to: 10 kW, steps: 4} | 0 kW, 3.333 kW, 6.667 kW, 10 kW",
                "cap.power | {from: 6 kW, to: 9000 W, steps: 3} | 6000 W, 7500 W, 9000 W",
                "cap.share | {from: 0.5, to: 80 %, steps: 3} | 50 %, 65 %, 80 %",
                "control.hold | {from: 1h 30m, to: 3h, steps: 2} | 90m, 180m",
                "cap.power | {from: 7654.5 W, to: 8 kW, steps: 2} | 7654.5 W, 8000 W",
                "carbon.budget | {from: 2 kg/h, to: 4 kg/h, steps: 3} | 2 kg/h, 3 kg/h, 4 kg/h",
                "services[0].weight | {from: 0.01, to: 10, steps: 4, scale: log} | 0.01, 0.1, 1, 10",
            })
    void writesEvenlySpacedValuesInTheSmallerUnitOfItsEnds(String path, String range, String values) {
        assertThat(axis(path, range).texts()).containsExactly(values.split(", ", -1));
    }

    /** Steps of a half: 1, 1.5, 2, 2.5, 3, 3.5, 4. */
    @Test
    void roundsHalvesUpToWholeNumbersAndDropsDoubles() {
        assertThat(axis("services[0].replicas.max", "{from: 1, to: 4, steps: 7, whole: true}")
                        .texts())
                .containsExactly("1", "2", "3", "4");
    }

    @Test
    void setsNumbersThatAreWholeAsWholeNumbers() {
        ExperimentFile file =
                folder.read(ExperimentFolder.LEAST, "axes.services[0].replicas.max={from: 2, to: 8, steps: 4}");

        assertThat(file.axes().get(0).values().stream()
                        .map(value -> file.at(List.of(value)).services().get(0).maxReplicas()))
                .containsExactly(2, 4, 6, 8);
    }

    /** Names of settings may be called as the keys of a range are. */
    @Test
    void takesAMappingOfNamesToSettingsForNoRange() {
        Axis axis = axis("load", "{from: {control.interval: 5s}, to: {}}");

        assertThat(axis.texts()).containsExactly("from", "to");
    }

    private Axis axis(String path, String range) {
        String carbon = "carbon: {trace: carbon.csv, budget: 1 kg/h}\n";
        return folder.read(ExperimentFolder.LEAST + carbon, "axes." + path + "=" + range)
                .axes()
                .get(0);
    }
}
