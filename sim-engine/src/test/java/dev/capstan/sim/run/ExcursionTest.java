package dev.capstan.sim.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ExcursionTest {

    /** Each letter is a second: o over the cap, a dot at it. */
    @ParameterizedTest
    @CsvSource({
        "......, 0, ''",
        "oooooo, 0, 0-6",
        ".oo.o., 0, 1-3 4-5",
        ".oo.o., 1, 1-3 4-5",
        ".oo.o., 2, 1-5",
        "o....o, 4, 0-1 5-6",
        "o....o, 5, 0-6",
        "oo..oo, 3, 0-6",
        ".....o, 9, 5-6"
    })
    void joinsStretchesOverTheCapAcrossGapsShorterThanTheBridge(String course, int bridge, String expected) {
        assertThat(text(find(course, 0, course.length(), bridge))).isEqualTo(expected);
    }

    @Test
    void looksOnlyAtItsSpanAndAtTheCapOfEachSecond() {
        assertThat(text(find("ooooo", 2, 4, 0))).isEqualTo("2-4");
        double[] watts = {90, 110, 110, 90};
        double[] caps = {100, 100, 120, 80};
        assertThat(text(Excursion.find(watts, caps, 0, 4, 0))).isEqualTo("1-2 3-4");
    }

    @Test
    void touchingStretchesDoNotOverlap() {
        assertThat(new Excursion(0, 5).overlaps(new Excursion(5, 6))).isFalse();
        assertThat(new Excursion(0, 5).overlaps(new Excursion(4, 6))).isTrue();
        assertThat(new Excursion(0, 9).overlaps(new Excursion(4, 6))).isTrue();
    }

    private static List<Excursion> find(String course, int from, int to, int bridge) {
        double[] caps = new double[course.length()];
        Arrays.fill(caps, 100);
        double[] watts =
                course.chars().mapToDouble(second -> second == 'o' ? 101 : 100).toArray();
        return Excursion.find(watts, caps, from, to, bridge);
    }

    private static String text(List<Excursion> excursions) {
        return String.join(
                " ",
                excursions.stream()
                        .map(one -> one.fromSeconds() + "-" + one.toSeconds())
                        .toList());
    }
}
