package dev.capstan.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EnergyTableTest {

    @TempDir
    private Path folder;

    /** 3.6 MJ are 1 kWh, half of the 2 kWh of the policy that never acts. */
    @Test
    void hasTheEnergyOfEachPolicyAtItsBestSettingWithItsInterval() {
        VarianceFolder.write(folder, VarianceFolder.SHARES);

        EnergyTable table = EnergyTable.of(ResultsFolder.read(folder)).orElseThrow();

        assertThat(table.headings()).containsExactly("Energy, kWh");
        assertThat(table.rows()).extracting(EnergyTable.Row::policy).containsExactly("none", "replica-cap");
        EnergyTable.Cell capped = table.rows().get(1).cells().get(0);
        assertThat(capped.mean()).isEqualTo("1");
        assertThat(capped.interval()).isEqualTo("[0.5, 1.5]");
        assertThat(capped.width()).isEqualTo("50.0%");
        assertThat(table.rows().get(0).cells().get(0).interval()).isEmpty();
    }

    @Test
    void namesTheCurrencyOfTheCost() throws Exception {
        VarianceFolder.write(folder, VarianceFolder.SHARES);
        Path points = folder.resolve("points.csv");
        Files.writeString(points, Files.readString(points).replace("energy_joules_", "energy_cost_"));
        FixtureFolder.replace(
                folder.resolve("manifest.json"),
                "\"traces\": []",
                "\"traces\": [{\"role\": \"price\", \"currency\": \"EUR\"}]");

        assertThat(EnergyTable.of(ResultsFolder.read(folder)).orElseThrow().headings())
                .containsExactly("Cost of energy, EUR");
    }

    @Test
    void isNotThereWhereNoPointHasAnyOfIt() {
        HandMade.answer(folder, "5s,none,20000,5,100,10,0.1,0.055,0.174,0,0.94,11.9,1.4");

        assertThat(EnergyTable.of(ResultsFolder.read(folder))).isEmpty();
    }
}
