package dev.capstan.bridge.operator;

import dev.capstan.bridge.journal.JournalPolicy;
import dev.capstan.bridge.journal.JournalWriter;
import dev.capstan.bridge.resource.CapResource;
import java.io.IOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes every step into the journal. A journal that cannot be written holds no step back. */
final class JournalListener implements StepListener {

    private static final Logger LOG = LoggerFactory.getLogger(JournalListener.class);

    private final JournalWriter journal;
    private final String version;

    JournalListener(JournalWriter journal, String version) {
        this.journal = journal;
        this.version = version;
    }

    @Override
    public void stepped(TakenStep step) {
        CapPlan plan = step.plan();
        JournalPolicy policy = new JournalPolicy(
                Operating.key(step.resource()),
                version,
                plan.policy().name(),
                plan.spec().policy().parameters(),
                plan.spec().policy().seed(),
                plan.rails());
        try {
            journal.add(
                    policy, step.number(), step.term().identity(), step.term().epoch(), step.record());
        } catch (IOException e) {
            LOG.error("step {} of {} is not in the journal: {}", step.number(), policy.cap(), e.toString());
        }
    }

    @Override
    public void gone(CapResource resource) {
        String cap = Operating.key(resource);
        try {
            journal.end(cap);
        } catch (IOException e) {
            LOG.error("the journal of {} is not whole: {}", cap, e.toString());
        }
    }
}
