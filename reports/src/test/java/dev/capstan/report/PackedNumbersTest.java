package dev.capstan.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Base64;
import org.junit.jupiter.api.Test;

class PackedNumbersTest {

    private static byte[] bytes(PackedNumbers packed) {
        return Base64.getDecoder().decode(packed.base64());
    }

    /**
     * The greatest is 20,000: five digits of it are whole watts. 20,000 is zigzag 40,000 and 2 more, 40,002 = 66 + 56 · 128 +
     * 2 · 128²; down to 19,999 is zigzag 1 and 2 more; then nothing, and up to 20,001 zigzag 4 and 2 more.
     */
    @Test
    void tellsDifferencesToTheLastValue() {
        PackedNumbers packed = PackedNumbers.of(new double[] {20_000, 19_999.4, Double.NaN, 20_001});

        assertThat(packed.unit()).isEqualTo(1);
        assertThat(bytes(packed)).containsExactly(66 | 128, 56 | 128, 2, 3, 1, 6);
    }

    /** 7 and five more of it; nothing, and 199 more of it, 199 = 71 + 128; 7 again. Of 7 five digits are ten thousandths. */
    @Test
    void countsWhatStaysTheSame() {
        double[] values = new double[207];
        Arrays.fill(values, 0, 6, 7);
        Arrays.fill(values, 6, 206, Double.NaN);
        values[206] = 7;

        PackedNumbers packed = PackedNumbers.of(values);

        // 70,000 is zigzag 140,000 and 2 more, 140,002 = 98 + 69 · 128 + 8 · 128².
        assertThat(packed.unit()).isEqualTo(1e-4);
        assertThat(bytes(packed)).containsExactly(98 | 128, 69 | 128, 8, 0, 5, 1, 0, 71 | 128, 1, 2);
    }
}
