package dev.capstan.trace;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** Counts what is wrong with the places of a file and keeps the first few, so that ten thousand make one message. */
final class Faults {

    private static final int SHOWN = 5;

    private final Path file;
    private final List<TraceException> first = new ArrayList<>();
    private long count;

    Faults(Path file) {
        this.file = file;
    }

    /** Takes note of one fault. */
    void add(TraceException fault) {
        if (count++ < SHOWN) {
            first.add(fault);
        }
    }

    /** Takes note of one bad line; {@code found} is asked for only where it will be shown. */
    void add(long line, String problem, Supplier<String> found, String hint) {
        if (count++ < SHOWN) {
            first.add(new TraceException(
                    file, line, problem + ", found '" + ByteLines.printable(found.get()) + "'. " + hint));
        }
    }

    /** Reads one place of the file; a fault of it is kept, and reading may go on. */
    void guard(Runnable place) {
        try {
            place.run();
        } catch (TraceException e) {
            add(e);
        }
    }

    /** Reads all rows of a table, then refuses them all if one is wrong. */
    void eachRow(CsvTable table, boolean firstRowIsData, Runnable row) {
        if (firstRowIsData) {
            guard(row);
        }
        guard(() -> {
            while (table.advance()) {
                guard(() -> {
                    table.requireAllColumns();
                    row.run();
                });
            }
        });
        throwIfAny();
    }

    boolean none() {
        return count == 0;
    }

    /** To be called after the last place: a file with any fault gives nothing. */
    void throwIfAny() {
        if (count == 1) {
            throw first.get(0);
        }
        if (count > 1) {
            StringBuilder message =
                    new StringBuilder().append(count).append(" places cannot be read, so nothing of the file is taken");
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
