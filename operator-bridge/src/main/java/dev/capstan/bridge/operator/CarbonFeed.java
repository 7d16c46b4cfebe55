package dev.capstan.bridge.operator;

import dev.capstan.capping.CarbonReading;
import org.jspecify.annotations.Nullable;

/** Carbon intensity of the grid as a cap's source knows it. Answers from memory. */
interface CarbonFeed {

    /** No source is configured. */
    CarbonFeed NONE = new CarbonFeed() {
        @Override
        public CarbonReading reading(long nowNanos) {
            return CarbonReading.UNKNOWN;
        }

        @Override
        public String source() {
            return "";
        }

        @Override
        public @Nullable String problem() {
            return null;
        }
    };

    /** The newest figure, with its age. */
    CarbonReading reading(long nowNanos);

    /** Where it comes from and what it counts, in words. */
    String source();

    /** Why there is no newer figure; null where there is one. */
    @Nullable String problem();
}
