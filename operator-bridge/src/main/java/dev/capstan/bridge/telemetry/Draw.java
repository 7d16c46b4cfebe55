package dev.capstan.bridge.telemetry;

import org.jspecify.annotations.Nullable;

/**
 * What one board, pod or part draws, as one row of an answer has it.
 *
 * @param namespace of the pod; empty where it is allotted to none
 * @param pod empty where it is allotted to none
 * @param unit what is counted and charged once, such as the UUID of a board; null for parts that are not counted, such
 *     as a processor
 * @param watts may be anything that a metric can be
 * @param ageSeconds since it was scraped; NaN where it is not known
 */
record Draw(String namespace, String pod, @Nullable String unit, double watts, double ageSeconds) {

    /** Marks of DCGM for "no value", each with some reasons above it: dcgm_fields.h. */
    private static final double INT32_BLANK = 2_147_483_632.0;

    private static final double FP64_BLANK = 140_737_488_355_328.0;
    /** 9223372036854775792 and what is above it, as a double has them. */
    private static final double INT64_BLANK = 0x1p63;

    private static final double REASONS = 16;

    boolean isBlank() {
        return Double.isNaN(watts) || within(INT32_BLANK) || within(FP64_BLANK) || within(INT64_BLANK);
    }

    private boolean within(double blank) {
        return watts == blank || (watts >= blank && watts < blank + REASONS);
    }
}
