package dev.capstan.bridge.journal;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JavaType;
import com.fasterxml.jackson.databind.JsonNode;
import dev.capstan.bridge.Mode;
import dev.capstan.capping.CappingPolicy;
import dev.capstan.capping.Decision;
import dev.capstan.capping.Step;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Decides the steps of journals again, with the policy code of this build. */
public final class JournalReplay implements JournalReader.Visitor {

    /**
     * What came of a replay.
     *
     * @param steps that were decided again
     * @param difference the first step that came out otherwise, in words; null where none did
     * @param notes what is worth knowing: other versions, gaps, lines that were cut short
     */
    public record Result(long steps, @Nullable String difference, List<String> notes) {}

    private record Last(long step, String leader, JsonNode after) {}

    private final String version;
    private final Map<String, Last> last = new HashMap<>();
    private final List<String> notes = new ArrayList<>();
    private @Nullable JournalPolicy journalled;
    private @Nullable CappingPolicy<?> policy;
    private long steps;
    private @Nullable String difference;

    private JournalReplay(String version) {
        this.version = version;
    }

    /**
     * Replays journals until a step comes out otherwise.
     *
     * @param given files, or folders of them
     * @param version of this build
     * @throws IOException if a file cannot be read
     * @throws JournalException if one is no journal
     */
    public static Result of(List<Path> given, String version) throws IOException, JournalException {
        JournalReplay replay = new JournalReplay(version);
        for (Path file : JournalReader.files(given)) {
            if (replay.difference == null) {
                JournalReader.read(file, replay);
            }
        }
        return new Result(replay.steps, replay.difference, List.copyOf(replay.notes));
    }

    @Override
    public void policy(Path file, long line, JournalPolicy found) throws JournalException {
        if (!found.capstanVersion().equals(version)) {
            notes.add(file + ": written by Capstan " + found.capstanVersion() + ", this is " + version);
        }
        journalled = found;
        try {
            policy = found.build();
        } catch (IllegalArgumentException e) {
            throw new JournalException(file, line, e.getMessage() + " Maybe its jar is missing.");
        }
    }

    @Override
    public void step(Path file, long line, JournalStep step) throws JournalException {
        if (policy == null || journalled == null || difference != null) {
            return;
        }
        continuity(file, line, journalled.cap(), step);
        if (step.mode() != Mode.OBSERVE) {
            steps++;
            difference = replayed(policy, file, line, step);
        }
    }

    /** Steps follow one another, from the state that the one before has left, unless the leader changed. */
    private void continuity(Path file, long line, String cap, JournalStep step) {
        Last before = last.put(cap, new Last(step.step(), step.leader(), step.after()));
        if (before == null) {
            return;
        }
        String where = file + ", line " + line + ": ";
        if (!before.leader().equals(step.leader())) {
            notes.add(where + step.leader() + " goes on with step " + step.step() + " after step " + before.step()
                    + " of " + before.leader());
        } else if (step.step() != before.step() + 1) {
            notes.add(where + "step " + step.step() + " follows step " + before.step());
        } else if (!step.before().equals(before.after())) {
            notes.add(where + "step " + step.step()
                    + " does not start from the state that the one before left: the spec was" + " changed");
        }
    }

    private static <S extends Record> @Nullable String replayed(
            CappingPolicy<S> policy, Path file, long line, JournalStep step) throws JournalException {
        JavaType type = JournalFormat.JSON.constructType(policy.stateJsonType());
        S before;
        try {
            before = JournalFormat.JSON.readerFor(type).readValue(step.before());
        } catch (JsonProcessingException e) {
            throw new JournalException(
                    file, line, "holds a state that this build cannot read: " + e.getOriginalMessage());
        } catch (IOException e) {
            throw new JournalException(file, line, String.valueOf(e.getMessage()));
        }
        Step<S> again = policy.step(before, step.seen());
        String where = file + ", line " + line + ": step " + step.step() + ": ";
        if (!again.decision().equals(step.decision())) {
            return where + difference(step.decision(), again.decision());
        }
        JsonNode after = tree(again.state());
        return after.equals(step.after()) ? null : where + "the state after it was " + step.after() + ", is " + after;
    }

    private static String difference(Decision was, Decision is) {
        if (!was.actions().equals(is.actions())) {
            return "the actions were " + was.actions() + ", are " + is.actions();
        }
        return was.code().equals(is.code())
                ? "the reason was \"" + was.reason() + "\", is \"" + is.reason() + "\""
                : "the code was " + was.code() + ", is " + is.code();
    }

    /** As it is read: whole numbers must have the same type whether they were written or made. */
    private static JsonNode tree(Object state) throws IllegalStateException {
        try {
            return JournalFormat.JSON.readTree(JournalFormat.JSON.writeValueAsString(state));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void cutShort(Path file, long line) {
        notes.add(file + ", line " + line + ": was cut short and is left out");
    }
}
