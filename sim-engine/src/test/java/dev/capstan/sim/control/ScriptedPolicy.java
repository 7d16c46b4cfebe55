package dev.capstan.sim.control;

import dev.capstan.capping.Decision;
import dev.capstan.capping.Observation;
import dev.capstan.capping.ServiceAction;
import dev.capstan.capping.StatelessPolicy;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** Does what a function of the observation says, and keeps every observation. */
final class ScriptedPolicy implements StatelessPolicy {

    final List<Observation> seen = new ArrayList<>();
    private final Function<Observation, List<ServiceAction>> script;

    ScriptedPolicy(Function<Observation, List<ServiceAction>> script) {
        this.script = script;
    }

    @Override
    public boolean readsLatencies() {
        return true;
    }

    @Override
    public Decision decide(Observation now) {
        seen.add(now);
        return new Decision(script.apply(now), "scripted", "");
    }
}
