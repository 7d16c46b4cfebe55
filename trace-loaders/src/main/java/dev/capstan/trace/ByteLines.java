package dev.capstan.trace;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * Walks the lines of a large file without making a string of each: ends in LF or CRLF, the last one may have none.
 *
 * <p><b>Caveats.</b> {@link #bytes}, {@link #start} and {@link #end} tell of the present line only; the array is written
 * over by {@link #advance}.
 */
final class ByteLines {

    private static final int SHOWN_CHARACTERS = 80;

    private final Path file;
    private final InputStream in;
    private final byte[] buffer = new byte[1 << 16];
    private int filled;
    private int next;
    private int start;
    private int end;
    private long number;

    ByteLines(Path file, InputStream in) {
        this.file = file;
        this.in = in;
    }

    boolean advance() throws IOException {
        int scan = next;
        while (true) {
            while (scan < filled && buffer[scan] != '\n') {
                scan++;
            }
            if (scan < filled) {
                start = next;
                end = scan;
                next = scan + 1;
                break;
            }
            int length = filled - next;
            if (length == buffer.length) {
                throw new TraceException(
                        file, number + 1, "the line is longer than 64 KiB. Maybe this is not a text file.");
            }
            System.arraycopy(buffer, next, buffer, 0, length);
            next = 0;
            filled = length;
            scan = length;
            int got = in.read(buffer, filled, buffer.length - filled);
            if (got < 0) {
                if (length == 0) {
                    return false;
                }
                start = 0;
                end = length;
                next = length;
                break;
            }
            filled += got;
        }
        number++;
        if (end > start && buffer[end - 1] == '\r') {
            end--;
        }
        return true;
    }

    byte[] bytes() {
        return buffer;
    }

    int start() {
        return start;
    }

    int end() {
        return end;
    }

    /** Number of the present line, from 1. */
    long number() {
        return number;
    }

    boolean blank() {
        return end == start;
    }

    /** The whole line. */
    String text() {
        return new String(buffer, start, end - start, StandardCharsets.UTF_8);
    }

    /** A fault of the present line, which is shown. */
    TraceException fault(String problem, String hint) {
        return new TraceException(file, number, problem + ", found '" + printable(text()) + "'. " + hint);
    }

    /** Text from a file made fit for a message: one line, of bounded length. */
    static String printable(String text) {
        String shown = text.length() > SHOWN_CHARACTERS ? text.substring(0, SHOWN_CHARACTERS) + "..." : text;
        return shown.replaceAll("\\p{Cntrl}", "?");
    }
}
