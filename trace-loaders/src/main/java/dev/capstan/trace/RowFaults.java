package dev.capstan.trace;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Counts the bad lines of a file and keeps the first few, so that ten thousand of them make one message. */
final class RowFaults {

    private static final int SHOWN = 5;

    private final Path file;
    private final List<Long> lines = new ArrayList<>();
    private final List<String> problems = new ArrayList<>();
    private long count;

    RowFaults(Path file) {
        this.file = file;
    }

    /** Takes note of one bad line. */
    void add(long line, String problem, String found, String hint) {
        if (count++ < SHOWN) {
            problems.add(problem + ", found '" + ByteLines.printable(found) + "'. " + hint);
            lines.add(line);
        }
    }

    boolean none() {
        return count == 0;
    }

    /** Whether another fault would still be shown; callers may spare themselves the text otherwise. */
    boolean shows() {
        return count < SHOWN;
    }

    /** To be called after the last row: a file with any bad line is no trace. */
    void throwIfAny() {
        if (count == 0) {
            return;
        }
        if (count == 1) {
            throw new TraceException(file, lines.get(0), problems.get(0));
        }
        StringBuilder text =
                new StringBuilder().append(count).append(" lines cannot be read, so none is taken. The first:");
        for (int i = 0; i < problems.size(); i++) {
            text.append("\n  line ").append(lines.get(i)).append(": ").append(problems.get(i));
        }
        throw new TraceException(file, text.toString());
    }
}
