package dev.capstan.bridge.operator;

/** What a turn found of a target of a plan: a {@link Service}, or why there is none. */
sealed interface Found permits Service, Found.Refused {

    /** Of the service. */
    String name();

    /**
     * A target that cannot be capped.
     *
     * @param message what was found and what to do
     */
    record Refused(String name, String message) implements Found {}
}
