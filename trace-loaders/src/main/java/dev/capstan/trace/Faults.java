package dev.capstan.trace;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Collects what is wrong with the rows of a file, so that many bad rows give one error and no trace. */
final class Faults {

    private static final int SHOWN = 5;

    private final List<TraceException> first = new ArrayList<>();
    private long count;

    /** Reads one place of the file; a fault of it is kept, and reading may go on. */
    void guard(Runnable place) {
        try {
            place.run();
        } catch (TraceException e) {
            count++;
            if (first.size() < SHOWN) {
                first.add(e);
            }
        }
    }

    /** Reads all rows of a table, then refuses them all if one is wrong. */
    void eachRow(CsvTable table, boolean firstRowIsData, Runnable row) {
        if (firstRowIsData) {
            guard(row);
        }
        while (table.advanceUnchecked()) {
            guard(() -> {
                table.requireAllColumns();
                row.run();
            });
        }
        throwIfAny(table.file());
    }

    void throwIfAny(Path file) {
        if (count == 1) {
            throw first.get(0);
        }
        if (count > 1) {
            StringBuilder message = new StringBuilder(count + " places cannot be read");
            if (count > first.size()) {
                message.append("; the first ").append(first.size());
            }
            message.append(':');
            for (TraceException fault : first) {
                message.append("\n  ").append(fault.getMessage());
            }
            throw new TraceException(file, message.toString());
        }
    }
}
