package dev.capstan.sim.results;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.capstan.sim.experiment.Axis;
import dev.capstan.sim.experiment.SweepLayout;
import dev.capstan.sim.run.Figure;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.commons.math3.random.SobolSequenceGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VarianceTableTest {

    private static final String HEADER = "policy,figure,term,kind,share,share_low,share_high";

    @TempDir
    private Path folder;

    private VarianceTable table(SweepLayout layout, List<Figure> figures) {
        return new VarianceTable(
                folder.resolve("variance.csv"), new Layout(layout, false, Optional.empty(), 0.95, 1), figures);
    }

    /**
     * Axes 1 and 2 move together and are one factor. Energy is the table of {@link GridVarianceTest}, carbon knows no axis, and the
     * peak has no value at one point.
     */
    @Test
    void sharesOutTheVarianceOfAGridAmongWhatMovesByItself() throws IOException {
        SweepLayout layout = new SweepLayout(
                List.of(
                        listed("load", "calm", "busy"),
                        listed("scrape", "5s", "15s", "30s"),
                        listed("window", "1", "2", "3")),
                List.of(
                        new SweepLayout.Dimension(List.of(0), List.of(List.of("calm"), List.of("busy")), List.of()),
                        new SweepLayout.Dimension(
                                List.of(1, 2),
                                List.of(List.of("5s", "1"), List.of("15s", "2"), List.of("30s", "3")),
                                List.of())));
        VarianceTable table =
                table(layout, List.of(Figure.ENERGY_JOULES, Figure.CARBON_GRAMS, Figure.PEAK_POWER_WATTS));
        table.add(List.of(row(1, 9, 3, "calm", "5s", "1"), row("none", 1, 9, 3, "calm", "5s", "1")));
        table.add(List.of(row(2, 9, 3, "calm", "15s", "2")));
        table.add(List.of(row(6, 9, 4, "calm", "30s", "3")));
        table.add(List.of(row(3, 9, 3, "busy", "5s", "1")));
        table.add(List.of(row(8, 9, Double.NaN, "busy", "15s", "2")));
        table.add(List.of(row(10, 9, 3, "busy", "30s", "3")));
        Path file = folder.resolve("variance.csv");

        table.finish();

        assertThat(file).hasContent(HEADER + """

                        capstan,energy_joules,load,main,0.375,0.375,0.375
                        capstan,energy_joules,scrape + window,main,0.5625,0.5625,0.5625
                        capstan,energy_joules,load × scrape + window,interaction,0.0625,0.0625,0.0625
                        capstan,carbon_grams,load,main,,,
                        capstan,carbon_grams,scrape + window,main,,,
                        capstan,carbon_grams,load × scrape + window,interaction,,,
                        """);
    }

    @Test
    void leavesNoFileWithoutEveryCombination() throws IOException {
        SweepLayout layout = new SweepLayout(
                List.of(listed("load", "calm", "busy")),
                List.of(new SweepLayout.Dimension(List.of(0), List.of(List.of("calm"), List.of("busy")), List.of())));
        VarianceTable table = table(layout, List.of(Figure.ENERGY_JOULES));
        table.finish();
        table.add(List.of(row(1, 9, 3, "calm")));
        table.finish();

        assertThat(folder).isEmptyDirectory();
    }

    /**
     * Ishigami's function of three axes of 101 values, at two values of another axis that shifts it: first-order 0.3139, 0.4424, 0, total
     * 0.5576, 0.4424, 0.2437. After rounding some points of the design are the same.
     */
    @Test
    void findsTheIndicesOfASaltelliDesignAveragedOverTheOtherAxes() throws IOException {
        int rows = 2048;
        List<List<String>> points = new ArrayList<>();
        SobolSequenceGenerator sequence = new SobolSequenceGenerator(6);
        sequence.nextVector();
        for (int row = 0; row < rows; row++) {
            List<String> both = Arrays.stream(sequence.nextVector())
                    .mapToObj(VarianceTableTest::rounded)
                    .toList();
            points.add(both.subList(0, 3));
            points.add(both.subList(3, 6));
            for (int axis = 0; axis < 3; axis++) {
                List<String> mixed = new ArrayList<>(both.subList(0, 3));
                mixed.set(axis, both.get(3 + axis));
                points.add(mixed);
            }
        }
        List<List<String>> places = points.stream().distinct().toList();
        assertThat(places).hasSizeLessThan(5 * rows);
        Map<List<String>, Integer> indices = new HashMap<>();
        places.forEach(place -> indices.put(place, indices.size()));
        SweepLayout layout = layout(3, places, points.stream().map(indices::get).toList());
        VarianceTable table = table(layout, List.of(Figure.ENERGY_JOULES));
        for (String cap : List.of("80 %", "100 %")) {
            for (List<String> place : places) {
                double[] x = place.stream().mapToDouble(Double::parseDouble).toArray();
                double shift = cap.equals("80 %") ? 40 * x[2] : -40 * x[2];
                table.add(List.of(row(SaltelliIndicesTest.ishigami(x) + shift, 0, 0, with(cap, place))));
            }
        }
        Path file = folder.resolve("variance.csv");

        table.finish();

        List<String> lines = Files.readAllLines(file);
        assertThat(lines.get(1)).startsWith("capstan,energy_joules,x0,first,");
        assertThat(lines.get(4)).startsWith("capstan,energy_joules,x0,total,");
        assertThat(shares(lines))
                .containsExactly(new double[] {0.3139, 0.4424, 0, 0.5576, 0.4424, 0.2437}, within(0.02));
        assertThat(lines.stream().skip(1).map(line -> line.split(",")).toList())
                .allSatisfy(cells -> assertThat(Double.parseDouble(cells[4]))
                        .isBetween(Double.parseDouble(cells[5]), Double.parseDouble(cells[6])));
    }

    /** Where a condition leaves a place out at one value of the other axis, it does not count; three quarters of 64 are left. */
    @Test
    void takesTheWholePlacesOfOtherDesigns() throws IOException {
        SobolSequenceGenerator sequence = new SobolSequenceGenerator(2);
        sequence.nextVector();
        List<List<String>> places = new ArrayList<>();
        for (int point = 0; point < 64; point++) {
            places.add(Arrays.stream(sequence.nextVector())
                    .mapToObj(Double::toString)
                    .toList());
        }
        VarianceTable table = table(layout(2, places, List.of()), List.of(Figure.ENERGY_JOULES, Figure.CARBON_GRAMS));
        for (String cap : List.of("80 %", "100 %")) {
            for (List<String> place : places) {
                double x = Double.parseDouble(place.get(0));
                double y = Double.parseDouble(place.get(1));
                if (cap.equals("100 %") || x > 0.25) {
                    double ofCap = cap.equals("100 %") ? 1000 : 0;
                    table.add(List.of(row(4 * x + y + ofCap, 5, 0, with(cap, place))));
                }
            }
        }
        Path file = folder.resolve("variance.csv");

        table.finish();

        // From 0.25 to 1 the variance of 4 x is 16 · 0.5625 / 12 = 9/12, beside 1/12.
        assertThat(shares(Files.readAllLines(file)))
                .containsExactly(new double[] {0.9, 0.1, Double.NaN, Double.NaN}, within(0.01));
    }

    private static SweepLayout layout(int sampled, List<List<String>> places, List<Integer> rows) {
        List<Axis> axes = new ArrayList<>(List.of(listed("cap", "80 %", "100 %")));
        List<Integer> design = new ArrayList<>();
        for (int axis = 0; axis < sampled; axis++) {
            int index = axis;
            design.add(axes.size());
            axes.add(axis(
                    "x" + axis,
                    Optional.of(new Axis.Continuum("0", "1", "linear")),
                    places.stream()
                            .map(place -> place.get(index))
                            .distinct()
                            .sorted(Comparator.comparingDouble(Double::parseDouble))
                            .toList()));
        }
        return new SweepLayout(
                axes,
                List.of(
                        new SweepLayout.Dimension(List.of(0), List.of(List.of("80 %"), List.of("100 %")), List.of()),
                        new SweepLayout.Dimension(design, places, rows)));
    }

    private static Axis listed(String path, String... values) {
        return axis(path, Optional.empty(), List.of(values));
    }

    private static Axis axis(String path, Optional<Axis.Continuum> continuum, List<String> values) {
        List<JsonNode> nodes = values.stream().<JsonNode>map(TextNode::valueOf).toList();
        return new Axis(
                path, nodes, nodes.stream().map(value -> Map.of(path, value)).toList(), continuum);
    }

    private static String rounded(double share) {
        return BigDecimal.valueOf(share).setScale(2, RoundingMode.HALF_UP).toPlainString();
    }

    private static String[] with(String cap, List<String> place) {
        List<String> values = new ArrayList<>(List.of(cap));
        values.addAll(place);
        return values.toArray(String[]::new);
    }

    private static double[] shares(List<String> lines) {
        return lines.stream()
                .skip(1)
                .map(line -> line.split(",", -1)[4])
                .mapToDouble(share -> share.isEmpty() ? Double.NaN : Double.parseDouble(share))
                .toArray();
    }

    private static Row row(double energy, double carbon, double peak, String... axisValues) {
        return row("capstan", energy, carbon, peak, axisValues);
    }

    private static Row row(String policy, double energy, double carbon, double peak, String... axisValues) {
        double[] figures = new double[Figure.values().length];
        figures[Figure.ENERGY_JOULES.ordinal()] = energy;
        figures[Figure.CARBON_GRAMS.ordinal()] = carbon;
        figures[Figure.PEAK_POWER_WATTS.ordinal()] = peak;
        return new Row(0, "run", List.of(axisValues), policy, 20_000, 0, 1, figures, List.of());
    }
}
