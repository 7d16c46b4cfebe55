package dev.capstan.bridge.journal;

import com.fasterxml.jackson.databind.JsonNode;
import dev.capstan.bridge.CycleRecord;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Writes the journals of all caps into one folder, a series of files for each: {@code powercap.default.row.000001.jsonl} and
 * so on. A file begins with the policy; it is followed by a new one when it has grown to its size, and when the process
 * starts anew, so that a line which was cut short ends its file. The oldest files go, whichever cap they are of, when all
 * together hold more than they may. Each line is handed to the system before the next.
 */
public final class JournalWriter implements AutoCloseable {

    private static final String SUFFIX = ".jsonl";
    private static final Pattern NAME = Pattern.compile("(?:cluster)?powercap\\..+\\.[0-9]+\\.jsonl");

    private final Path folder;
    private final long fileBytes;
    private final long totalBytes;
    private final Map<String, Open> open = new HashMap<>();
    private long bytes;

    private static final class Open {
        private final Path path;
        private final BufferedWriter out;
        private final JournalPolicy policy;
        private long bytes;

        Open(Path path, JournalPolicy policy) throws IOException {
            this.path = path;
            out = Files.newBufferedWriter(path, StandardCharsets.UTF_8, StandardOpenOption.CREATE_NEW);
            this.policy = policy;
        }
    }

    /**
     * Into a folder, which is made where it is not there.
     *
     * @param fileBytes from this size on a file is followed by the next; sooner where many are written at once
     * @param totalBytes that all files of the folder may hold
     */
    public JournalWriter(Path folder, long fileBytes, long totalBytes) throws IOException {
        if (fileBytes < 1 || totalBytes < 1) {
            throw new IllegalArgumentException(
                    "a journal needs room for at least a byte, had " + fileBytes + " bytes of " + totalBytes);
        }
        this.folder = Files.createDirectories(folder);
        this.fileBytes = fileBytes;
        this.totalBytes = totalBytes;
        trim();
    }

    /**
     * Adds a step.
     *
     * @param step its number
     * @throws IOException if it could not be written; the next step tries a new file
     */
    public synchronized void add(JournalPolicy policy, long step, String leader, long epoch, CycleRecord<?> record)
            throws IOException {
        JournalStep entry = new JournalStep(
                step,
                leader,
                epoch,
                record.mode(),
                record.seen(),
                tree(record.before()),
                record.step().decision(),
                tree(record.step().state()),
                record.applied(),
                record.telemetryFailure());
        Open file = open.get(policy.cap());
        try {
            if (file == null || file.bytes >= fullBytes() || !file.policy.equals(policy)) {
                file = next(policy, file);
            }
            write(file, JournalFormat.line(entry));
            if (bytes > totalBytes) {
                trim();
            }
        } catch (IOException e) {
            close(open.remove(policy.cap()));
            throw e;
        }
    }

    /** Only files that nobody writes to can go: they shall have half of the room. */
    private long fullBytes() {
        return Math.min(fileBytes, totalBytes / (2L * Math.max(1, open.size())));
    }

    /** Deletes the oldest files until the others have room; those that are full before their next step are none to keep open. */
    private void trim() throws IOException {
        long full = fullBytes();
        for (Map.Entry<String, Open> entry : Map.copyOf(open).entrySet()) {
            if (entry.getValue().bytes >= full) {
                end(entry.getKey());
            }
        }
        Set<Path> written = open.values().stream().map(file -> file.path).collect(Collectors.toSet());
        NavigableMap<Age, Long> closed = new TreeMap<>();
        bytes = 0;
        try (Stream<Path> all = Files.list(folder)) {
            for (Path file : all.filter(
                            one -> NAME.matcher(one.getFileName().toString()).matches())
                    .toList()) {
                long size = Files.size(file);
                bytes += size;
                if (!written.contains(file)) {
                    closed.put(new Age(Files.getLastModifiedTime(file), file), size);
                }
            }
        }
        while (bytes > totalBytes && !closed.isEmpty()) {
            Map.Entry<Age, Long> oldest = closed.pollFirstEntry();
            Files.delete(oldest.getKey().file());
            bytes -= oldest.getValue();
        }
    }

    private record Age(FileTime modified, Path file) implements Comparable<Age> {
        @Override
        public int compareTo(Age other) {
            return Comparator.comparing(Age::modified).thenComparing(Age::file).compare(this, other);
        }
    }

    /** Ends the file of a cap that has no more steps. */
    public synchronized void end(String cap) throws IOException {
        close(open.remove(cap));
    }

    private static JsonNode tree(Object state) {
        return JournalFormat.JSON.valueToTree(state);
    }

    private Open next(JournalPolicy policy, @Nullable Open before) throws IOException {
        close(before);
        open.remove(policy.cap());
        String series = series(policy.cap());
        List<Path> files = files(series);
        long number = files.isEmpty() ? 1 : number(files.get(files.size() - 1)) + 1;
        Open file = new Open(folder.resolve(series + String.format(Locale.ROOT, "%06d", number) + SUFFIX), policy);
        open.put(policy.cap(), file);
        write(file, JournalFormat.line(policy));
        return file;
    }

    private void write(Open file, String line) throws IOException {
        file.out.write(line);
        file.out.write('\n');
        file.out.flush();
        int length = line.getBytes(StandardCharsets.UTF_8).length + 1;
        file.bytes += length;
        bytes += length;
    }

    /** Names of resources hold no slash and no upper case, so that no two caps share a series. */
    private static String series(String cap) {
        return cap.toLowerCase(Locale.ROOT).replace(' ', '.').replace('/', '.') + ".";
    }

    private List<Path> files(String series) throws IOException {
        List<Path> files = new ArrayList<>();
        try (Stream<Path> all = Files.list(folder)) {
            all.filter(file -> file.getFileName().toString().matches(Pattern.quote(series) + "[0-9]+\\.jsonl"))
                    .sorted()
                    .forEach(files::add);
        }
        return files;
    }

    private static long number(Path file) {
        String name = file.getFileName().toString();
        String stem = name.substring(0, name.length() - SUFFIX.length());
        return Long.parseLong(stem.substring(stem.lastIndexOf('.') + 1));
    }

    private static void close(@Nullable Open file) throws IOException {
        if (file != null) {
            file.out.close();
        }
    }

    @Override
    public synchronized void close() throws IOException {
        for (Open file : List.copyOf(open.values())) {
            close(file);
        }
        open.clear();
    }
}
