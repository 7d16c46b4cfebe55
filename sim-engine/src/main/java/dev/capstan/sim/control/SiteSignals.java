package dev.capstan.sim.control;

import dev.capstan.capping.AnnouncedCap;
import dev.capstan.capping.CarbonBudget;
import dev.capstan.capping.CarbonReading;
import org.jspecify.annotations.Nullable;

/** What reaches a policy beside telemetry: the cap, what is announced of it, and the grid. */
public interface SiteSignals {

    /** The cap in force now. */
    double capWatts();

    /** The next change of it that is announced; null where none is. */
    @Nullable AnnouncedCap announcedCap(long nowNanos);

    /** Carbon intensity as its source has published it. */
    CarbonReading carbon(long nowNanos);

    /** What may be emitted; null where nothing is set. */
    @Nullable CarbonBudget carbonBudget();
}
