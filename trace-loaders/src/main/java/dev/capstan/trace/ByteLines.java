package dev.capstan.trace;

import java.io.IOException;
import java.io.InputStream;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.regex.Pattern;

/**
 * Walks the lines of a large file without making a string of each: ends in LF or CRLF, the last one may have none.
 *
 * <p><b>Caveats.</b> {@link #bytes}, {@link #start} and {@link #end} tell of the present line only; the array is written
 * over by {@link #advance}.
 */
final class ByteLines {

    /** Reads eight bytes of an array as one number, the first one lowest. */
    static final VarHandle EIGHT_BYTES = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    /** What decoders put in place of bytes that mean none. */
    static final char NO_CHARACTER = '\uFFFD';

    /** Control characters, and those that end lines or paragraphs. */
    static final Pattern UNPRINTABLE = Pattern.compile("[\\p{Cc}\\p{Zl}\\p{Zp}]");

    private static final int SHOWN_CHARACTERS = 80;
    private static final long ONES = 0x0101010101010101L;
    private static final long LINE_FEEDS = 0x0a0a0a0a0a0a0a0aL;
    private static final long HIGH_BITS = 0x8080808080808080L;

    private final Path file;
    private final InputStream in;
    private final byte[] buffer;
    private int filled;
    private int next;
    private int start;
    private int end;
    private long number;

    /** Walks lines of at most 64 KiB. */
    ByteLines(Path file, InputStream in) {
        this(file, in, 1 << 16);
    }

    /** Walks lines of at most so many bytes. */
    ByteLines(Path file, InputStream in, int longest) {
        this.file = file;
        this.in = in;
        this.buffer = new byte[longest];
    }

    boolean advance() throws IOException {
        int scan = next;
        while (true) {
            scan = lineFeed(scan);
            if (scan < filled) {
                start = next;
                end = scan;
                next = scan + 1;
                break;
            }
            int length = filled - next;
            if (length == buffer.length) {
                throw new TraceException(
                        file,
                        number + 1,
                        "the line is longer than " + (buffer.length >> 10) + " KiB. Maybe this is not a text file.");
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

    /** The first line feed from a place on, or the end of what is there; eight bytes at a time. */
    private int lineFeed(int from) {
        int scan = from;
        for (; scan + Long.BYTES <= filled; scan += Long.BYTES) {
            // A byte of the difference is 0 where the text has a line feed; the mask marks the lowest of them.
            long difference = (long) EIGHT_BYTES.get(buffer, scan) ^ LINE_FEEDS;
            long found = (difference - ONES) & ~difference & HIGH_BITS;
            if (found != 0) {
                return scan + (Long.numberOfTrailingZeros(found) >> 3);
            }
        }
        while (scan < filled && buffer[scan] != '\n') {
            scan++;
        }
        return scan;
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

    /** The whole line, to be kept: what is not UTF-8 is a fault, where {@link #text} puts marks in its place. */
    String utf8() {
        String text = text();
        if (text.indexOf(NO_CHARACTER) >= 0) {
            throw fault("the line is not UTF-8", "Maybe save it as UTF-8 or remove what is no text.");
        }
        return text;
    }

    /** A fault of the present line, which is shown. */
    TraceException fault(String problem, String hint) {
        return new TraceException(file, number, problem + ", found '" + printable(text()) + "'. " + hint);
    }

    /** Whether a text can be written as UTF-8: JSON can state half of a surrogate pair. */
    static boolean isUnicode(String text) {
        return text.chars().noneMatch(one -> Character.isSurrogate((char) one))
                || StandardCharsets.UTF_8.newEncoder().canEncode(text);
    }

    /** Text from a file made fit for a message: one line, of bounded length. */
    static String printable(String text) {
        String shown = text.length() > SHOWN_CHARACTERS ? text.substring(0, SHOWN_CHARACTERS) + "..." : text;
        return UNPRINTABLE.matcher(shown).replaceAll("?");
    }
}
