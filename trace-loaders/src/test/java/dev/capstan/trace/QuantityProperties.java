package dev.capstan.trace;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;

class QuantityProperties {

    @Property
    void readsBackEveryDurationItWrites(@ForAll @LongRange(min = -Long.MAX_VALUE) long nanos) {
        assertThat(Quantity.durationNanos(Quantity.formatDuration(nanos))).isEqualTo(nanos);
    }
}
