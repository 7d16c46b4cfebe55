package dev.capstan.sim.kernel;

/**
 * The order of events of one instant: physics first, then those who measure it, then those who decide on the
 * measurement, then what they caused.
 */
public final class Priority {

    /** A step of a replica ends, a phase of a start ends, a trace of demand changes. */
    public static final int PLANT = 0;
    /** A request arrives: after a completion of the same instant has made room. */
    public static final int ARRIVAL = 1;
    /** The cap changes. */
    public static final int CAP = 2;
    /** An exporter refreshes what it exposes. */
    public static final int EXPORT = 3;
    /** Prometheus scrapes. */
    public static final int SCRAPE = 4;
    /** KEDA checks. */
    public static final int KEDA = 5;
    /** The HPA syncs. */
    public static final int HPA = 6;
    /** The capping policy steps. */
    public static final int CONTROL = 7;
    /** A lever that was written takes effect. */
    public static final int ACTUATION = 8;
    /** The timeline takes down the states. */
    public static final int RECORD = 9;

    private Priority() {}
}
