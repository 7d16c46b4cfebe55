package dev.capstan.report;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Base64;

/**
 * A column of numbers in few characters: whole multiples of a unit, as variable-length integers in base64. 0 and a number say
 * how many times more the one before stands there, 1 that there is no value, and all others the difference to the last
 * value, zigzag and 2 more. The script of the report reads it.
 */
record PackedNumbers(double unit, String base64) {

    /** Digits of the greatest number that are kept. */
    private static final int DIGITS = 5;

    static PackedNumbers of(double[] values) {
        double greatest = 0;
        for (double value : values) {
            if (Double.isFinite(value)) {
                greatest = Math.max(greatest, Math.abs(value));
            }
        }
        double unit = greatest == 0 ? 1 : StrictMath.pow(10, Math.floor(StrictMath.log10(greatest)) - DIGITS + 1);
        return new PackedNumbers(unit, Base64.getEncoder().encodeToString(bytes(values, unit)));
    }

    private static byte[] bytes(double[] values, double unit) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        long last = 0;
        long token = 1;
        for (int at = 0; at < values.length; ) {
            if (Double.isFinite(values[at])) {
                long value = Math.round(values[at] / unit);
                token = zigzag(value - last) + 2;
                last = value;
            } else {
                token = 1;
            }
            write(out, token);
            int same = at + 1;
            while (same < values.length && isSame(values[same], token, last, unit)) {
                same++;
            }
            int times = same - at - 1;
            if (times > 2) {
                write(out, 0);
                write(out, times);
                at = same;
            } else {
                at++;
            }
        }
        return out.toByteArray();
    }

    private static boolean isSame(double value, long token, long last, double unit) {
        return Double.isFinite(value) ? token != 1 && Math.round(value / unit) == last : token == 1;
    }

    private static long zigzag(long value) {
        return (value << 1) ^ (value >> 63);
    }

    private static void write(ByteArrayOutputStream out, long value) {
        long rest = value;
        while (rest > 127) {
            out.write((int) ((rest & 127) | 128));
            rest >>>= 7;
        }
        out.write((int) rest);
    }

    int characters() {
        return base64.length();
    }

    void writeTo(JsonGenerator json, String name) throws IOException {
        json.writeObjectFieldStart(name);
        json.writeFieldName("unit");
        EmbeddedJson.number(json, unit);
        json.writeStringField("data", base64);
        json.writeEndObject();
    }
}
