package dev.capstan.trace;

import java.time.ZoneId;
import java.util.Optional;

/** What a file of carbon intensity does not say of itself, for {@link CarbonTraces#read(java.nio.file.Path, CarbonFormat)}. */
public sealed interface CarbonFormat {

    /** Average or marginal: what the numbers are, or are asked to be. */
    CarbonTrace.Signal signal();

    /** Direct or life-cycle. */
    CarbonTrace.Scope scope();

    /**
     * Any CSV with a header.
     *
     * @param time name of the column of times
     * @param timeZone the zone of times that have none; without it each must have one
     * @param value name of the column of intensity
     * @param unit {@code g/kWh}, {@code kg/MWh} or {@code lbs/MWh}
     * @param zone the grid zone, such as {@code CAISO_NORTH}
     */
    record Table(
            String time,
            Optional<ZoneId> timeZone,
            String value,
            String unit,
            String zone,
            CarbonTrace.Signal signal,
            CarbonTrace.Scope scope)
            implements CarbonFormat {

        /** @throws IllegalArgumentException for an unknown unit or an empty zone */
        public Table {
            Quantity.carbonGramsPerKilowattHour("1 " + unit);
            if (zone.isBlank()) {
                throw new IllegalArgumentException("zone must not be empty. Maybe GB or CAISO_NORTH.");
            }
        }
    }

    /** The forecast of NESO (Great Britain), where the actual intensity is taken otherwise: average, direct. */
    record NesoForecast() implements CarbonFormat {

        @Override
        public CarbonTrace.Signal signal() {
            return CarbonTrace.Signal.AVERAGE;
        }

        @Override
        public CarbonTrace.Scope scope() {
            return CarbonTrace.Scope.DIRECT;
        }
    }
}
