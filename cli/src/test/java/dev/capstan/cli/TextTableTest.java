package dev.capstan.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class TextTableTest {

    @Test
    void wordsStandLeftAndNumbersRight() {
        TextTable table = new TextTable("policy", "cap");
        table.add("three-band", "9000 W");
        table.add("none", "12000 W");

        assertThat(table.render()).isEqualTo("""
                        policy          cap
                        three-band   9000 W
                        none        12000 W
                        """);
    }

    @Test
    void aMissingNumberKeepsItsColumnToTheRight() {
        TextTable table = new TextTable("policy", "rate");
        table.add("a", "99.50 %");
        table.add("b", "-");

        assertThat(table.render()).endsWith("b             -\n");
    }

    @Test
    void aRowOfTheWrongLengthIsRefused() {
        assertThatThrownBy(() -> new TextTable("a", "b").add("x")).hasMessageContaining("needs 2 cells, had 1");
    }
}
