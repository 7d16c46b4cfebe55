package dev.capstan.bridge.journal;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.MalformedInputException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Reads journals line by line, whatever their length. */
public final class JournalReader {

    /** What is done with the lines. */
    interface Visitor {
        /** The policy of the steps that follow. */
        void policy(Path file, long line, JournalPolicy policy) throws JournalException;

        /** A step. */
        void step(Path file, long line, JournalStep step) throws JournalException;

        /** The last line of a file was cut short, as when a process is killed. */
        void cutShort(Path file, long line);
    }

    private JournalReader() {}

    /** The journals among these files, and in these folders, in the order of their names. */
    static List<Path> files(List<Path> given) throws IOException {
        List<Path> files = new ArrayList<>();
        for (Path one : given) {
            if (Files.isDirectory(one)) {
                try (Stream<Path> inside = Files.list(one)) {
                    inside.filter(file -> file.toString().endsWith(".jsonl"))
                            .sorted()
                            .forEach(files::add);
                }
            } else {
                files.add(one);
            }
        }
        return files;
    }

    static void read(Path file, Visitor visitor) throws IOException, JournalException {
        try (BufferedReader in = Files.newBufferedReader(file)) {
            String text = in.readLine();
            boolean policy = false;
            for (long line = 1; text != null; line++) {
                String next = in.readLine();
                JsonNode tree = tree(file, line, text, next == null);
                if (tree == null) {
                    visitor.cutShort(file, line);
                    return;
                }
                if (tree.has(JournalFormat.FORMAT_KEY)) {
                    visitor.policy(file, line, policy(file, line, tree));
                    policy = true;
                } else if (policy) {
                    visitor.step(file, line, bound(file, line, tree, JournalStep.class));
                } else {
                    throw new JournalException(
                            file,
                            line,
                            "is no journal: it does not begin with \"format\": \"" + JournalFormat.NAME + "\".");
                }
                text = next;
            }
        } catch (MalformedInputException e) {
            throw new JournalException(file, 1, "is no journal: it is not text in UTF-8.");
        }
    }

    private static @Nullable JsonNode tree(Path file, long line, String text, boolean last) throws JournalException {
        try {
            JsonNode tree = JournalFormat.JSON.readTree(text);
            if (tree.isObject()) {
                return tree;
            }
        } catch (JsonProcessingException e) {
            if (last && line > 1) {
                return null;
            }
        }
        throw new JournalException(file, line, "is no line of a journal: it is not a JSON object.");
    }

    private static JournalPolicy policy(Path file, long line, JsonNode tree) throws JournalException {
        String format = tree.path(JournalFormat.FORMAT_KEY).asText();
        if (!format.equals(JournalFormat.NAME)) {
            throw new JournalException(
                    file,
                    line,
                    "is of format \"" + format + "\", this version reads \"" + JournalFormat.NAME
                            + "\". Replay it with the version that wrote it.");
        }
        ((com.fasterxml.jackson.databind.node.ObjectNode) tree).remove(JournalFormat.FORMAT_KEY);
        return bound(file, line, tree, JournalPolicy.class);
    }

    private static <T> T bound(Path file, long line, JsonNode tree, Class<T> type) throws JournalException {
        try {
            T value = JournalFormat.JSON.treeToValue(tree, type);
            if (value != null) {
                return value;
            }
        } catch (JsonProcessingException | RuntimeException e) {
            String problem = String.valueOf(e.getMessage()).lines().findFirst().orElse("");
            throw new JournalException(file, line, "is not what a journal holds: " + problem);
        }
        throw new JournalException(file, line, "is empty.");
    }
}
