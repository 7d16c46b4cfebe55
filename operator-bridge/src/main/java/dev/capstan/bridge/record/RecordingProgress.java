package dev.capstan.bridge.record;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.capstan.bridge.prometheus.PrometheusSeries;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/**
 * The answers of a recording under way, one to a line behind a line that tells the plan. A line that was cut off when the
 * process died is asked for again.
 */
final class RecordingProgress {

    /** An answer: of which term of which recording, from which point on how many, under which query. */
    record Piece(
            int recording,
            int term,
            int firstPoint,
            int points,
            String query,
            List<PrometheusSeries> series,
            List<String> warnings) {}

    private static final ObjectMapper JSON = new ObjectMapper();

    private final Path file;
    private final List<Piece> pieces = new ArrayList<>();

    RecordingProgress(Path file, String plan) throws IOException {
        this.file = file;
        String head = JSON.writeValueAsString(plan) + "\n";
        if (!Files.exists(file)) {
            Files.writeString(file, head);
            return;
        }
        byte[] bytes = Files.readAllBytes(file);
        int whole = bytes.length;
        while (whole > 0 && bytes[whole - 1] != '\n') {
            whole--;
        }
        String text = new String(bytes, 0, whole, StandardCharsets.UTF_8);
        if (text.isEmpty()) {
            Files.writeString(file, head);
            return;
        }
        if (!text.startsWith(head)) {
            throw new IllegalArgumentException(file + " is the progress of another recording. Maybe record into another"
                    + " folder, or delete the file to begin anew.");
        }
        if (whole < bytes.length) {
            Files.writeString(file, text);
        }
        for (String line : text.substring(head.length()).lines().toList()) {
            try {
                pieces.add(JSON.readValue(line, new TypeReference<Piece>() {}));
            } catch (JsonProcessingException e) {
                throw new IllegalArgumentException(
                        file + ":" + (pieces.size() + 2) + ": is damaged. Maybe delete the file to begin anew.", e);
            }
        }
    }

    List<Piece> pieces() {
        return pieces;
    }

    boolean has(int recording, int term, int firstPoint) {
        return pieces.stream()
                .anyMatch(piece ->
                        piece.recording() == recording && piece.term() == term && piece.firstPoint() == firstPoint);
    }

    /** Size of the piece that begins at a point; 0 where none was begun. */
    int pointsFrom(int firstPoint) {
        return pieces.stream()
                .filter(piece -> piece.firstPoint() == firstPoint)
                .mapToInt(Piece::points)
                .findFirst()
                .orElse(0);
    }

    void add(Piece piece) throws IOException {
        Files.writeString(file, JSON.writeValueAsString(piece) + "\n", StandardOpenOption.APPEND);
        pieces.add(piece);
    }

    void delete() throws IOException {
        Files.delete(file);
    }
}
