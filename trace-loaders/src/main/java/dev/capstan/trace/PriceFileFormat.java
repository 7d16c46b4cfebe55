package dev.capstan.trace;

import dev.capstan.trace.TraceReading.Fact;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** The forms of prices. */
enum PriceFileFormat implements TraceFormat {
    CAPSTAN_PRICE_CSV("Capstan price CSV"),
    PRICE_JSON("price JSON"),
    GENERIC_PRICE_CSV("price CSV, columns as stated");

    static final String VALUE = "price_per_megawatt_hour";

    private final String title;

    PriceFileFormat(String title) {
        this.title = title;
    }

    /** The format that the beginning of a file tells, if it is one of prices; the generic one is never told. */
    static Optional<PriceFileFormat> told(FileHead head) {
        if (head.isJson()) {
            return head.fields().contains("prices") ? Optional.of(PRICE_JSON) : Optional.empty();
        }
        return head.cells().contains(VALUE) ? Optional.of(CAPSTAN_PRICE_CSV) : Optional.empty();
    }

    @Override
    public String id() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    @Override
    public String title() {
        return title;
    }

    @Override
    public boolean generic() {
        return this == GENERIC_PRICE_CSV;
    }

    @Override
    public Set<Fact> facts() {
        return generic() ? Fact.setOf(Fact.MAP, Fact.CURRENCY, Fact.ZONE) : Set.of();
    }
}
