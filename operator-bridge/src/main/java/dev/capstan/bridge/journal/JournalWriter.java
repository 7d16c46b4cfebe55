package dev.capstan.bridge.journal;

import com.fasterxml.jackson.databind.JsonNode;
import dev.capstan.bridge.CycleRecord;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Writes the journals of all caps into one folder, a series of files for each: {@code powercap.default.row.000001.jsonl} and
 * so on. A file begins with the policy; it is followed by a new one when it has grown to its size, and when the process
 * starts anew, so that a line which was cut short ends its file. The oldest files of a cap go when there are more than are
 * to be kept. Each line is handed to the system before the next.
 */
public final class JournalWriter implements AutoCloseable {

    private static final String SUFFIX = ".jsonl";

    private final Path folder;
    private final long fileBytes;
    private final int keptFiles;
    private final Map<String, Open> open = new HashMap<>();

    private static final class Open {
        private final BufferedWriter out;
        private final JournalPolicy policy;
        private long bytes;

        Open(BufferedWriter out, JournalPolicy policy) {
            this.out = out;
            this.policy = policy;
        }
    }

    /**
     * Into a folder, which is made where it is not there.
     *
     * @param fileBytes from this size on a file is followed by the next
     * @param keptFiles of each cap, at least 1
     */
    public JournalWriter(Path folder, long fileBytes, int keptFiles) throws IOException {
        if (fileBytes < 1 || keptFiles < 1) {
            throw new IllegalArgumentException("a journal needs files of at least a byte and at least one of them, had "
                    + fileBytes + " bytes and " + keptFiles);
        }
        this.folder = Files.createDirectories(folder);
        this.fileBytes = fileBytes;
        this.keptFiles = keptFiles;
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
            if (file == null || file.bytes >= fileBytes || !file.policy.equals(policy)) {
                file = next(policy, file);
            }
            write(file, JournalFormat.line(entry));
        } catch (IOException e) {
            close(open.remove(policy.cap()));
            throw e;
        }
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
        for (int i = 0; i <= files.size() - keptFiles; i++) {
            Files.delete(files.get(i));
        }
        Open file = new Open(
                Files.newBufferedWriter(
                        folder.resolve(series + String.format(Locale.ROOT, "%06d", number) + SUFFIX),
                        StandardCharsets.UTF_8,
                        StandardOpenOption.CREATE_NEW),
                policy);
        open.put(policy.cap(), file);
        write(file, JournalFormat.line(policy));
        return file;
    }

    private static void write(Open file, String line) throws IOException {
        file.out.write(line);
        file.out.write('\n');
        file.out.flush();
        file.bytes += line.getBytes(StandardCharsets.UTF_8).length + 1;
    }

    /** Names of resources hold no slash and no upper case, so that no two caps share a series. */
    private static String series(String cap) {
        return cap.toLowerCase(Locale.ROOT).replace(' ', '.').replace('/', '.') + ".";
    }

    private List<Path> files(String series) throws IOException {
        List<Path> files = new ArrayList<>();
        try (Stream<Path> all = Files.list(folder)) {
            all.filter(file -> file.getFileName()
                            .toString()
                            .matches(java.util.regex.Pattern.quote(series) + "[0-9]+\\.jsonl"))
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
