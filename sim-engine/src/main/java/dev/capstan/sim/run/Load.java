package dev.capstan.sim.run;

import dev.capstan.trace.PowerRecording;
import dev.capstan.trace.PowerTrace;
import dev.capstan.trace.RequestTrace;
import dev.capstan.trace.TraceOrigin;
import java.util.List;

/** The load of one service, read and ready to be played. */
public sealed interface Load {

    /** Requests. */
    record Requests(RequestTrace trace) implements Load {}

    /**
     * Demand in watts.
     *
     * @param series the meters that were added up; empty where the demand was not measured
     * @param held gaps over which the value before holds
     */
    record Power(PowerTrace trace, List<String> series, List<PowerRecording.Gap> held) implements Load {

        /** Demand that was not measured. */
        public Power(PowerTrace trace) {
            this(trace, List.of(), List.of());
        }
    }

    /** Where it comes from. */
    default TraceOrigin origin() {
        return this instanceof Requests requests
                ? requests.trace().origin()
                : ((Power) this).trace().origin();
    }

    /** Requests or samples. */
    default int size() {
        return this instanceof Requests requests
                ? requests.trace().size()
                : ((Power) this).trace().size();
    }

    /** How long it lasts. */
    default long spanNanos() {
        return this instanceof Requests requests
                ? requests.trace().spanNanos()
                : ((Power) this).trace().endNanos();
    }
}
