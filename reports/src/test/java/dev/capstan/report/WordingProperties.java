package dev.capstan.report;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;

class WordingProperties {

    @Property
    void writesNoShareButOneAsAHundredPerCent(
            @ForAll @DoubleRange(min = 0, max = 1, maxIncluded = false) double share) {
        assertThat(Wording.percent(share)).isNotEqualTo("100\u00a0%");
    }
}
