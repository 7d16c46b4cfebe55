package dev.capstan.sim.run;

import dev.capstan.trace.PowerTrace;
import dev.capstan.trace.RequestTrace;
import dev.capstan.trace.TraceOrigin;

/** The load of one service, read and ready to be played. */
public sealed interface Load {

    /** Requests. */
    record Requests(RequestTrace trace) implements Load {}

    /** Demand in watts. */
    record Power(PowerTrace trace) implements Load {}

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
