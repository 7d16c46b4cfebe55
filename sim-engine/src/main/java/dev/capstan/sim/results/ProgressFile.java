package dev.capstan.sim.results;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The rows of the runs that are finished, in the order in which they were; a line of JSON each, after one that says whose they
 * are. Only where each begins is kept in memory.
 */
final class ProgressFile implements Closeable {

    /** Rows finish nearly in their order, so that most reads fall into what was read for the one before. */
    private static final int WINDOW_BYTES = 1 << 18;

    private final FileChannel channel;

    /** Of the row of each run, plus one; 0 where it is not there. */
    private long[] starts = new long[64];

    private int rows;
    private long appended;

    private final Object forcing = new Object();
    private long forced;

    private byte[] window = new byte[0];
    private long windowStart;

    private ProgressFile(FileChannel channel) {
        this.channel = channel;
    }

    /**
     * Begins a file.
     *
     * @param head the first line
     */
    static ProgressFile begin(Path path, String head) throws IOException {
        ProgressFile file = new ProgressFile(FileChannel.open(
                path, StandardOpenOption.CREATE_NEW, StandardOpenOption.READ, StandardOpenOption.WRITE));
        try {
            file.append(head);
            return file;
        } catch (IOException e) {
            file.close();
            throw e;
        }
    }

    /**
     * Goes on with a file. A last line that was cut short by a crash belongs to a run that is not there.
     *
     * @return empty where its first line is another
     */
    static Optional<ProgressFile> resume(Path path, String head) throws IOException {
        ProgressFile file = new ProgressFile(FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE));
        try {
            String there = file.head();
            if (there == null) {
                file.channel.truncate(0);
                file.append(head);
                return Optional.of(file);
            }
            if (there.equals(head)) {
                file.channel.truncate(file.load());
                return Optional.of(file);
            }
            file.close();
            return Optional.empty();
        } catch (IOException | RuntimeException e) {
            file.close();
            throw e;
        }
    }

    /** Opens a file that nobody goes on with: it stays as it is. */
    static ProgressFile read(Path path) throws IOException {
        ProgressFile file = new ProgressFile(FileChannel.open(path, StandardOpenOption.READ));
        try {
            file.load();
            return file;
        } catch (IOException | RuntimeException e) {
            file.close();
            throw e;
        }
    }

    /** The first line; null where it is not whole. */
    synchronized @Nullable String head() throws IOException {
        byte[] first = line(0);
        return first == null ? null : new String(first, StandardCharsets.UTF_8);
    }

    /** Finds the rows; returns where the last whole one ends. */
    private long load() throws IOException {
        byte[] first = line(0);
        if (first == null) {
            return 0;
        }
        long at = first.length + 1L;
        for (byte[] line = line(at); line != null; line = line(at)) {
            add(RowLine.read(new String(line, StandardCharsets.UTF_8)).index(), at);
            at += line.length + 1L;
        }
        return at;
    }

    private void add(int index, long start) {
        if (index >= starts.length) {
            starts = Arrays.copyOf(starts, Math.max(index + 1, 2 * starts.length));
        }
        rows += starts[index] == 0 ? 1 : 0;
        starts[index] = start + 1;
    }

    /** Appends a row; returns when it is on the disk. Rows of several threads share the wait for it. */
    void append(Row row) throws IOException {
        String line = RowLine.write(row);
        long mine;
        synchronized (this) {
            long start = write(line);
            add(row.index(), start);
            mine = ++appended;
        }
        synchronized (forcing) {
            if (forced < mine) {
                long all;
                synchronized (this) {
                    all = appended;
                }
                channel.force(false);
                forced = all;
            }
        }
    }

    private void append(String line) throws IOException {
        write(line);
        channel.force(false);
    }

    private long write(String line) throws IOException {
        long whole = channel.size();
        ByteBuffer bytes = ByteBuffer.wrap((line + "\n").getBytes(StandardCharsets.UTF_8));
        try {
            for (long at = whole; bytes.hasRemaining(); ) {
                at += channel.write(bytes, at);
            }
            return whole;
        } catch (IOException e) {
            channel.truncate(whole);
            throw e;
        }
    }

    /** How many runs are there. */
    synchronized int size() {
        return rows;
    }

    /** Whether the row of a run is there. */
    synchronized boolean has(int index) {
        return index < starts.length && starts[index] != 0;
    }

    /** One more than the last run that is there. */
    synchronized int end() {
        int end = starts.length;
        while (end > 0 && starts[end - 1] == 0) {
            end--;
        }
        return end;
    }

    /** The row of a run that is there. */
    synchronized Row row(int index) throws IOException {
        byte[] line = line(starts[index] - 1);
        if (line == null) {
            throw new IOException("the row of run " + index + " is there no more: progress.jsonl was cut short");
        }
        return RowLine.read(new String(line, StandardCharsets.UTF_8));
    }

    /** The line that begins at a place, without its end; null where the file ends before the line does. */
    private byte @Nullable [] line(long start) throws IOException {
        if (start < windowStart || start >= windowStart + window.length) {
            read(Math.max(0, start - WINDOW_BYTES / 4), WINDOW_BYTES);
        }
        while (true) {
            int from = (int) (start - windowStart);
            for (int i = from; i < window.length; i++) {
                if (window[i] == '\n') {
                    return Arrays.copyOfRange(window, from, i);
                }
            }
            long end = windowStart + window.length;
            if (end >= channel.size()) {
                return null;
            }
            read(start, 2 * Math.max(WINDOW_BYTES, (int) (end - start)));
        }
    }

    private void read(long start, int bytes) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate((int) Math.max(0, Math.min(bytes, channel.size() - start)));
        long at = start;
        while (buffer.hasRemaining()) {
            int count = channel.read(buffer, at);
            if (count < 0) {
                break;
            }
            at += count;
        }
        window = Arrays.copyOf(buffer.array(), buffer.position());
        windowStart = start;
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
