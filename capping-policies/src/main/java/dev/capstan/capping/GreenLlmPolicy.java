package dev.capstan.capping;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Two loops on the clock: tokens a second choose a band of clocks by a table, once that many verdicts in a row agree on
 * another one; inside the band the 95th percentile of time per token moves the clock, up by a step where it is over the
 * target and down by one where it is well below. Source: the decode loops of GreenLLM, arXiv 2508.16449, from second-hand
 * accounts.
 *
 * <p>The table of the paper is profiled. Here it follows from {@link StepLaw}: bands are of equal width, and one suffices
 * whose highest clock is predicted to meet the targets at the load of now. The paper gives prompts GPUs and a clock of their
 * own, under a target of time to first token; here they share the steps of the sequences, so that a band must meet both
 * targets. Its loops run every 200 and 20 ms, here both run at the interval of the control loop. It saves energy and holds no
 * cap.
 */
public final class GreenLlmPolicy implements SloClockPolicy<GreenLlmPolicy.State> {

    /**
     * Remembers the bands.
     *
     * @param bands of the services, by name
     */
    public record State(Map<String, Band> bands) {

        /** Copies the map in the order of its keys, so that equal states are written as equal JSON. */
        public State {
            bands = Collections.unmodifiableMap(new TreeMap<>(bands));
        }
    }

    /**
     * A service's band of clocks, counted from the lowest.
     *
     * @param wished what the last verdict said
     * @param verdicts how often in a row it said so
     */
    public record Band(int current, int wished, int verdicts) {}

    private final int lowestMegahertz;
    private final int bands;
    private final int verdicts;
    private final int stepMegahertz;
    private final double wellBelow;

    GreenLlmPolicy(int lowestMegahertz, int bands, int verdicts, int stepMegahertz, double wellBelow) {
        this.lowestMegahertz = lowestMegahertz;
        this.bands = bands;
        this.verdicts = verdicts;
        this.stepMegahertz = stepMegahertz;
        this.wellBelow = wellBelow;
    }

    @Override
    public State initialState() {
        return new State(Map.of());
    }

    @Override
    public Step<State> step(State state, Observation seen) {
        Map<String, Band> next = new TreeMap<>();
        Map<String, Integer> clocks = new TreeMap<>();
        for (ServiceReading service : seen.services()) {
            StepLaw law = service.stepLaw();
            Band before = state.bands().get(service.name());
            if (law != null && SloClocks.controls(service)) {
                Band band = after(before, verdict(service, law));
                next.put(service.name(), band);
                clocks.put(service.name(), clock(service, band.current()));
            } else if (before != null) {
                next.put(service.name(), before);
            }
        }
        return new Step<>(new State(next), SloClocks.decision(seen, clocks));
    }

    /** The lowest band that suffices; the highest where none does, or the load is not known. */
    private int verdict(ServiceReading service, StepLaw law) {
        int band = 0;
        while (band < bands - 1
                && !SloClocks.meetsTargets(
                        service, law, edge(service, band + 1), service.latency().p95TpotSeconds())) {
            band++;
        }
        return band;
    }

    /** Every service begins in the highest band. */
    private Band after(@Nullable Band before, int verdict) {
        Band last = before == null ? new Band(bands - 1, bands - 1, 0) : before;
        int equal = verdict == last.wished() ? Math.min(verdicts, last.verdicts() + 1) : 1;
        return new Band(equal >= verdicts ? verdict : last.current(), verdict, equal);
    }

    private int clock(ServiceReading service, int band) {
        double p95Seconds = service.latency().p95TpotSeconds();
        double targetSeconds = service.latency().tpotTargetSeconds();
        double clock = service.replicaPower().enforcedClockMegahertz();
        if (p95Seconds > targetSeconds) {
            clock += stepMegahertz;
        } else if (p95Seconds < wellBelow * targetSeconds) {
            clock -= stepMegahertz;
        }
        return (int) Math.round(Math.max(edge(service, band), Math.min(edge(service, band + 1), clock)));
    }

    /** The lower end of a band, and the upper one of the band below. */
    private double edge(ServiceReading service, int band) {
        int highest = service.replicaPower().maxClockMegahertz();
        int lowest = Math.min(lowestMegahertz, highest);
        return lowest + (double) band * (highest - lowest) / bands;
    }

    /** Makes the policy {@code greenllm}. */
    public static final class Factory extends CataloguedPolicy {

        private static final String SOURCE = "GreenLLM, arXiv 2508.16449";

        /** For the service loader. */
        public Factory() {
            super(
                    "greenllm",
                    "Locks clocks in a band by tokens a second, within it by P95 time per token. Saves energy, holds no cap.",
                    "GreenLLM, arXiv 2508.16449 (second-hand accounts), its decode loops",
                    "structure high, verdicts and step high, lowest clock medium; table by the owner's law, bands assumed",
                    List.of("GPU clock"),
                    true,
                    new PolicyParameter(
                            "lowest_megahertz",
                            "megahertz",
                            210,
                            100,
                            10_000,
                            "Lower end of the lowest band.",
                            SOURCE + ": 210 of 1410 MHz on A100"),
                    new PolicyParameter("bands", "steps", 4, 1, 100, "Bands of equal width.", "assumption"),
                    new PolicyParameter(
                            "verdicts", "steps", 3, 1, 1000, "Equal verdicts in a row that change the band.", SOURCE),
                    new PolicyParameter(
                            "step_megahertz", "megahertz", 15, 1, 1000, "Step of the clock inside a band.", SOURCE),
                    new PolicyParameter(
                            "well_below",
                            "ratio",
                            0.8,
                            0,
                            1,
                            "Share of the target under which the clock goes down.",
                            "assumption"));
        }

        @Override
        public boolean needsRequests() {
            return true;
        }

        @Override
        public boolean holdsCap() {
            return false;
        }

        @Override
        public CappingPolicy<?> create(Map<String, Double> parameters, long seed) {
            return new GreenLlmPolicy(
                    (int) value(parameters, "lowest_megahertz"),
                    (int) value(parameters, "bands"),
                    (int) value(parameters, "verdicts"),
                    (int) value(parameters, "step_megahertz"),
                    value(parameters, "well_below"));
        }
    }
}
