package dev.capstan.sim.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What {@code docs/results.md} calls a disturbance and a success, line by line; containment within 20 s. */
class DisturbanceTest {

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            value = {
                "nothing happens                          |             |              | 0  | never |",
                "capped from the start                    | 10-100      |              | 0  | never | 10 contained",
                "back under the cap in time               | 10-100      | 10-30        | 0  | never | 10 contained",
                "a second too late                        | 10-100      | 10-31        | 0  | never | 10 broken",
                "over again within the same disturbance   | 10-100      | 10-20 50-90  | 0  | never | 10 broken",
                "an excursion that began before           | 10-100      | 0-15         | 0  | never | 10 contained",
                "an excursion that ends as it begins      | 10-100      | 0-10         | 0  | never | 0 own contained, 10 contained",
                "one excursion breaks two disturbances    | 10-40 50-90 | 20-60        | 0  | never | 10 broken, 50 broken",
                "the policy brings it about itself        |             | 10-20        | 0  | never | 10 own contained",
                "and does not contain it                  |             | 10-31        | 0  | never | 10 own broken",
                "too short to count                       | 10-14       | 50-54        | 5  | never |",
                "just long enough                         | 10-15       | 50-55        | 5  | never | 10 contained, 50 own contained",
                "a short one is nobody's own              | 10-14       | 10-40        | 5  | never |",
                "tripped before its end                   | 10-100      | 10-15        | 0  | 99    | 10 broken",
                "tripped at its end                       | 10-100      | 10-15        | 0  | 100   | 10 broken",
                "tripped after its end                    | 10-100      | 10-15        | 0  | 101   | 10 contained",
                "a trip breaks all that follow            | 10-20 30-40 |              | 0  | 15    | 10 broken, 30 broken",
            })
    void judges(String name, String reference, String actual, double ignore, String tripped, String expected) {
        List<Disturbance> judged = Disturbance.judge(
                excursions(reference),
                excursions(actual),
                ignore,
                20,
                tripped.equals("never") ? Double.POSITIVE_INFINITY : Double.parseDouble(tripped));

        List<String> words = new ArrayList<>();
        for (Disturbance one : judged) {
            words.add(one.fromSeconds()
                    + (one.selfInflicted() ? " own" : "")
                    + (one.contained() ? " contained" : " broken"));
        }
        assertThat(String.join(", ", words)).isEqualTo(expected == null ? "" : expected);
    }

    private static List<Excursion> excursions(String text) {
        List<Excursion> found = new ArrayList<>();
        if (text != null) {
            for (String span : text.split(" ", -1)) {
                int dash = span.indexOf('-');
                found.add(new Excursion(
                        Integer.parseInt(span.substring(0, dash)), Integer.parseInt(span.substring(dash + 1))));
            }
        }
        return found;
    }
}
