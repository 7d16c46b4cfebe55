package dev.capstan.sim.sweep;

import java.io.IOException;

/**
 * A kind of engine that a module of its own brings, found by {@link java.util.ServiceLoader}, so that the command line
 * does not need its libraries.
 */
public interface SweepEngineProvider {

    /** As {@code --engine} names it. */
    String name();

    /**
     * Connects to the machines that are to carry out runs.
     *
     * @param master where they are, in the engine's own terms
     * @throws IllegalArgumentException if {@code master} is not one of the engine's
     * @throws IOException if it cannot be reached
     */
    SweepEngine open(String master) throws IOException;
}
