package dev.capstan.trace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TokenHistogramTest {

    @Test
    void givesEachCountItsShareOfTheQuantiles() {
        TokenHistogram histogram = TokenHistogram.parse("{90: 0.5, 71: 0.25, 72: 2.5e-1}");
        assertThat(histogram.tokens(0)).isEqualTo(71);
        assertThat(histogram.tokens(0.2499)).isEqualTo(71);
        assertThat(histogram.tokens(0.25)).isEqualTo(72);
        assertThat(histogram.tokens(0.5)).isEqualTo(90);
        assertThat(histogram.tokens(0.999999)).isEqualTo(90);
    }

    @Test
    void anEmptyDictionaryIsAnIdleClient() {
        assertThat(TokenHistogram.parse(" { } ").isEmpty()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{",
                "{71}",
                "{71: }",
                "{71: 1.0",
                "{71: 1.0}}",
                "{71: 1.0,}",
                "{71: 0.2}",
                "{71: 0.5, 71: 0.5}",
                "{-1: 1}",
                "{1.5: 1}",
                "{71: nan}",
                "{71: 1e999}",
                "{__import__('os').getpid(): 1.0}",
                "{71: 1.0} if True else {}"
            })
    void refusesWhatIsNoDictionaryOfNumbers(String text) {
        assertThatThrownBy(() -> TokenHistogram.parse(text)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void tellsThePlaceOfAFault() {
        assertThatThrownBy(() -> TokenHistogram.parse("{71: 0.5, open('x'): 0.5}"))
                .hasMessage("must have a number here, has 'open('x'): 0.5}' at character 11");
    }
}
