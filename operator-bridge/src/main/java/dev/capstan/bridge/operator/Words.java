package dev.capstan.bridge.operator;

import java.util.Locale;

/** Names as resources and metrics write them. */
final class Words {

    private Words() {}

    /** {@code Enforce} for {@code ENFORCE}. */
    static String camel(Enum<?> constant) {
        return constant.name().charAt(0) + constant.name().substring(1).toLowerCase(Locale.ROOT);
    }
}
