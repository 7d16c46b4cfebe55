package dev.capstan.cli;

import dev.capstan.trace.ArrivalLaw;
import dev.capstan.trace.Quantity;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How arrivals scatter around a rate: the options that commands share. */
final class ArrivalOptions {

    @Option(
            names = "--law",
            paramLabel = "LAW",
            defaultValue = "gamma",
            description = "Of the times between requests: gamma or weibull. Default: ${DEFAULT-VALUE}.")
    private ArrivalLaw.Intervals law = ArrivalLaw.Intervals.GAMMA;

    @Option(
            names = "--cv",
            paramLabel = "CV",
            defaultValue = "1",
            description = "Coefficient of variation of the times between requests, from 0.001 to 500: 1 is a Poisson"
                    + " process by either law, more is burstier. Default: ${DEFAULT-VALUE}.")
    private double cv = 1;

    @Option(
            names = "--grid",
            paramLabel = "TIME",
            description = "Grid that arrivals are noted on, as systems do that log in batches, such as 3s. Default:"
                    + " none.")
    private @Nullable String grid;

    /** @throws IllegalArgumentException for a value out of range */
    ArrivalLaw law() {
        return new ArrivalLaw(law, cv, grid == null ? 0 : Quantity.durationNanos(grid));
    }
}
