package dev.capstan.sim.results;

import java.io.Closeable;
import java.io.IOException;
import java.util.List;

/** A table of a results folder, written while the runs go by in their order, so that memory does not grow with them. */
interface ResultTable extends Closeable {

    /**
     * The runs of one point of the axes go by.
     *
     * @param runs all of it: parameters moved, policies, replications
     */
    void add(List<Row> runs);

    /** All runs have gone by; a table that cannot be made of them leaves no file. */
    default void finish() throws IOException {}
}
