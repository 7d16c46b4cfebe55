package dev.capstan.bridge.journal;

import dev.capstan.bridge.journal.JournalReader.Visitor;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.util.List;

/** The power that journals have seen, as a trace that experiments in power mode run on. */
public final class JournalTrace implements Visitor {

    private final Appendable out;
    private long lastNanos = Long.MIN_VALUE;
    private long samples;

    private JournalTrace(Appendable out) {
        this.out = out;
    }

    /**
     * Writes {@code time_seconds,power_watts}: the fresh readings of all steps, at the instants of their samples.
     *
     * @param given journals of one cap, or folders of them
     * @return how many readings there were
     */
    public static long write(List<Path> given, Appendable out) throws IOException, JournalException {
        out.append("time_seconds,power_watts\n");
        JournalTrace trace = new JournalTrace(out);
        for (Path file : JournalReader.files(given)) {
            JournalReader.read(file, trace);
        }
        return trace.samples;
    }

    @Override
    public void policy(Path file, long line, JournalPolicy policy) {}

    @Override
    public void step(Path file, long line, JournalStep step) throws JournalException {
        long nanos = step.seen().nowNanos() - step.seen().rootPower().ageNanos();
        if (!step.seen().rootPower().isFresh() || nanos <= lastNanos) {
            return;
        }
        lastNanos = nanos;
        samples++;
        try {
            out.append(BigDecimal.valueOf(nanos, 9).toPlainString())
                    .append(',')
                    .append(BigDecimal.valueOf(step.seen().rootPower().watts()).toPlainString())
                    .append('\n');
        } catch (IOException e) {
            throw new JournalException(file, line, "cannot be written as a trace: " + e.getMessage());
        }
    }

    @Override
    public void cutShort(Path file, long line) {}
}
