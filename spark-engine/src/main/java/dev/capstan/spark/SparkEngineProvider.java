package dev.capstan.spark;

import dev.capstan.sim.sweep.SweepEngine;
import dev.capstan.sim.sweep.SweepEngineProvider;
import java.io.IOException;

/** Makes the engine known to the command line. */
public final class SparkEngineProvider implements SweepEngineProvider {

    @Override
    public String name() {
        return "spark";
    }

    @Override
    public SweepEngine open(String master) throws IOException {
        return SparkEngine.open(master);
    }
}
