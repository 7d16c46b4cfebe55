package dev.capstan.capping;

/** Frequency control by SLO: locks clocks by the load and the latencies of each service, and holds no cap. */
interface SloClockPolicy<S extends Record> extends CappingPolicy<S> {

    @Override
    default Senses senses() {
        return Senses.SERVICES;
    }

    @Override
    default boolean limitsGpuPower() {
        return true;
    }

    @Override
    default boolean readsLatencies() {
        return true;
    }
}
