package dev.capstan.trace;

import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** What a file of power does not say of itself, for {@link PowerRecordings#read(java.nio.file.Path, PowerFormat)}. */
public sealed interface PowerFormat {

    /**
     * {@code nvidia-smi --query-gpu} as CSV. It writes the local time of its machine.
     *
     * @param zone of that machine; without it the recording has no start
     */
    record NvidiaSmi(ZoneId zone) implements PowerFormat {}

    /**
     * {@code dcgmi dmon}, which writes no times.
     *
     * @param intervalNanos what was given as {@code -d}, at least 1
     */
    record DcgmDmon(long intervalNanos) implements PowerFormat {

        public DcgmDmon {
            if (intervalNanos < 1) {
                throw new IllegalArgumentException("interval must be at least 1 ns, is " + intervalNanos);
            }
        }
    }

    /**
     * Series as Prometheus has them: the JSON answer of {@code query_range}, or a text dump of an exporter in which each
     * sample has its time.
     *
     * @param metric the one to take; empty for an answer to an expression, whose series have no name
     * @param labels only series that carry these
     * @param unit such as {@code W}, for a metric that is not known to be in watts
     */
    record Prometheus(String metric, Map<String, String> labels, String unit) implements PowerFormat {

        /** @throws IllegalArgumentException for an unknown unit */
        public Prometheus {
            labels = new TreeMap<>(labels);
            Quantity.wattsPer(unit);
        }
    }

    /**
     * Any CSV with a header.
     *
     * @param time name of the column of times
     * @param timeUnit {@code s}, {@code ms}, {@code us}, {@code ns} or {@code iso8601} for times with a zone
     * @param power names of the columns of power, one for each meter
     * @param powerUnit such as {@code W} or {@code kW}
     * @param series name of the column that names the meter of a row, where there is one; then there is one power column
     */
    record Table(String time, String timeUnit, List<String> power, String powerUnit, Optional<String> series)
            implements PowerFormat {

        /** @throws IllegalArgumentException for an unknown unit, or no or too many power columns */
        public Table {
            power = List.copyOf(power);
            PowerCsv.Columns.decimalsToNanos(timeUnit);
            Quantity.wattsPer(powerUnit);
            if (power.isEmpty() || (series.isPresent() && power.size() > 1)) {
                throw new IllegalArgumentException("a table of power needs one column of power for each meter, or one"
                        + " and a column that names the meter; columns of power: " + power);
            }
        }
    }
}
